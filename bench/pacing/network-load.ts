// A network that is busy beside the run: a process of its own that sends messages to itself over loopback and back.

import { spawn } from "node:child_process";
import { connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";

/** Connections side by side, and the messages that each sends in every millisecond. */
const connections = 8;
const messageBytes = 4096;
const everyMilliseconds = 1;

/** What a busy network carried. */
export interface NetworkTraffic {
  seconds: number;
  /** Messages of 4096 bytes that came back. */
  messagesPerSecond: number;
  /** Processor time of the process, in cores. */
  cores: number;
}

/** What it does, in words. */
export const networkLoadInWords = `another process sends ${connections} messages of ${messageBytes} bytes a millisecond over loopback, and gets each back`;

/** In the process of its own: keeps the network busy until standard input ends, then prints what it carried. */
export async function keepNetworkBusy(): Promise<void> {
  const server = createServer((socket) => socket.pipe(socket).on("error", () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const clients: Socket[] = await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect(port, "127.0.0.1", () => resolve(socket.setNoDelay(true)));
          socket.on("error", reject);
        }),
    ),
  );
  let bytes = 0;
  const message = Buffer.alloc(messageBytes, "x");
  for (const client of clients) client.on("data", (data) => (bytes += data.length));
  const [started, used] = [performance.now(), process.cpuUsage()];
  const ticking = setInterval(() => {
    for (const client of clients) if (client.writableLength < 64 * messageBytes) client.write(message);
  }, everyMilliseconds);
  process.stdout.write("busy\n");
  await new Promise((resolve) => process.stdin.on("end", resolve).resume());
  clearInterval(ticking);
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(used);
  const traffic: NetworkTraffic = {
    seconds,
    messagesPerSecond: bytes / messageBytes / seconds,
    cores: (cpu.user + cpu.system) / 1e6 / seconds,
  };
  process.stdout.write(`${JSON.stringify(traffic)}\n`);
  for (const client of clients) client.destroy();
  server.close();
}

/** Does something while the network is busy. */
export async function whileNetworkIsBusy<Result>(
  body: () => Promise<Result>,
): Promise<{ result: Result; traffic: NetworkTraffic }> {
  // This file is part of the benchmark's bundle, which exports keepNetworkBusy.
  const program = `import(process.argv[1]).then((bundle) => bundle.keepNetworkBusy())`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program, fileURLToPath(import.meta.url)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let printed = "";
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve());
  });
  const busy = new Promise<void>((resolve) =>
    child.stdout.setEncoding("utf8").on("data", (text) => {
      printed += text;
      if (printed.startsWith("busy\n")) resolve();
    }),
  );
  try {
    await Promise.race([busy, ended]);
    const result = await body();
    child.stdin.end();
    await ended;
    const [, traffic = ""] = printed.split("\n");
    return { result, traffic: JSON.parse(traffic) };
  } finally {
    child.stdin.end();
    await ended;
  }
}
