// A real Prometheus for tests that takes remote writes: on a free port of 127.0.0.1, with its data in a temporary folder, ended by its own process id.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../cli/free-port.ts";

/** One series of an answer: its labels, and its value now. */
export interface Sampled {
  metric: Record<string, string>;
  value: number;
}

/** A server. */
export class TestPrometheus {
  readonly #folder: string;
  readonly #port: number;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    const log = openSync(join(folder, "log"), "a");
    writeFileSync(join(folder, "prometheus.yml"), "global: {}\n");
    const options = [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--web.enable-remote-write-receiver",
    ];
    this.#process = spawn("prometheus", options, { stdio: ["ignore", log, log] });
    this.#process.once("error", () => {}); // told by the wait for it
  }

  static async start(): Promise<TestPrometheus> {
    const server = new TestPrometheus(mkdtempSync(join(tmpdir(), "dbmark-prometheus-")), await freePort());
    for (let attempt = 0; attempt < 600 && server.#process.exitCode === null; attempt++) {
      if ((await fetch(`${server.url}/-/ready`).catch(() => undefined))?.ok) return server;
      await wait(50);
    }
    const log = readFileSync(join(server.#folder, "log"), "utf8");
    await server.stop();
    throw new Error(`Prometheus does not answer:\n${log}`);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What a query of PromQL gives now. @throws for what the server refuses. */
  async query(text: string): Promise<Sampled[]> {
    const response = await fetch(`${this.url}/api/v1/query?${new URLSearchParams({ query: text })}`);
    const answer = (await response.json()) as {
      error?: string;
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    if (answer.error !== undefined) throw new Error(`Prometheus refuses ${text}: ${answer.error}`);
    return answer.data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.kill("SIGTERM")) await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
