// npm run spacetimedb: a SpacetimeDB for trying, on 127.0.0.1, until Ctrl-C. It is built first where that was not done before.
// `-- --port 3001` names another port, `-- --data FOLDER` keeps databases there; without it they are in memory and gone at the end.

import { spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BuildError, main, say } from "./command.mjs";
import { spacetimedbServer, spacetimedbVersion } from "./spacetimedb-server.mjs";

await main(async () => {
  const { port, data } = options();
  await assertFree(port);
  const program = await spacetimedbServer();
  const folder = data === undefined ? mkdtempSync(join(tmpdir(), "dbmark-spacetimedb-")) : resolve(data);
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, "server.log");
  const log = openSync(logFile, "a");
  const child = spawn(
    program,
    [
      ...["start", "--listen-addr", `127.0.0.1:${port}`, "--data-dir", join(folder, "data")],
      ...["--jwt-pub-key-path", join(folder, "key.pub"), "--jwt-priv-key-path", join(folder, "key")],
      ...(data === undefined ? ["--in-memory"] : []),
    ],
    // In a group of its own: a terminal's Ctrl-C is for this process, which ends it.
    { stdio: ["ignore", log, log], env: { ...process.env, NO_COLOR: "1" }, detached: true },
  );
  closeSync(log);
  let asked = false;
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      asked = true;
      child.kill("SIGTERM");
    });
  }
  const ended = new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
  try {
    await Promise.race([answers(port), ended]);
    if (child.exitCode === null && child.signalCode === null) {
      const where = data === undefined ? "in memory" : `in ${folder}`;
      say(
        `SpacetimeDB ${spacetimedbVersion()} listens on 127.0.0.1:${port}, with its databases ${where}. Ctrl-C ends it.`,
      );
      say(
        `Try it: npx dbmark run spacetimedb${port === 3000 ? "" : ` --target spacetimedb://127.0.0.1:${port}/benchmark`}`,
      );
    }
    await ended;
    if (asked) return 0;
    throw new BuildError(
      `the server ended by itself:\n${readFileSync(logFile, "utf8").trim().split("\n").slice(-10).join("\n")}`,
    );
  } finally {
    child.kill("SIGKILL");
    if (data === undefined) rmSync(folder, { recursive: true, force: true });
  }
});

function options() {
  try {
    const { values } = parseArgs({ options: { port: { type: "string", default: "3000" }, data: { type: "string" } } });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new BuildError(`--port is "${values.port}"; it takes a number from 1 to 65535`);
    return { port, data: values.data };
  } catch (error) {
    if (error instanceof BuildError) throw error;
    throw new BuildError(`${error instanceof Error ? error.message : error}\nOptions: --port 3000 --data FOLDER`);
  }
}

/**
 * Said before anything is built.
 * @param {number} port
 */
async function assertFree(port) {
  await new Promise((resolve, reject) => {
    const probe = createServer().once("error", (error) => {
      const code = /** @type {NodeJS.ErrnoException} */ (error).code;
      const why = code === "EADDRINUSE" ? "something listens there already" : error.message;
      reject(
        new BuildError(
          `127.0.0.1:${port} cannot be used: ${why}. Name another port: npm run spacetimedb -- --port 3001`,
        ),
      );
    });
    probe.listen(port, "127.0.0.1", () => probe.close(resolve));
  });
}

/** @param {number} port */
async function answers(port) {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/ping`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
