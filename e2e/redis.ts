// A real redis-server for tests: on a free port of 127.0.0.1, without a file of its own, ended by its own process id.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../cli/free-port.ts";
import { TestTarget } from "./server.ts";

/** A Redis, and runs on it. */
export class TestRedis extends TestTarget {
  readonly #server: ChildProcess;
  readonly #port: number;

  private constructor(server: ChildProcess, port: number) {
    super();
    this.#server = server;
    this.#port = port;
  }

  static async start(): Promise<TestRedis> {
    const port = await freePort();
    const settings = ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no"];
    const program = process.env.DBMARK_REDIS_SERVER ?? "redis-server";
    const server = spawn(program, settings, { stdio: "ignore", cwd: tmpdir() });
    await Promise.race([
      listens(port),
      new Promise((_, reject) => {
        server.once("error", reject);
        server.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
      }),
    ]);
    return new TestRedis(server, port);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    this.clear();
    const ended = new Promise((resolve) => this.#server.once("exit", resolve));
    if (this.#server.kill("SIGTERM")) await ended;
  }

  /** What a command answers, a line for each element. */
  command(...words: string[]): string[] {
    const answer = execFileSync("redis-cli", ["-p", String(this.#port), ...words], { encoding: "utf8" });
    return answer.split("\n").slice(0, -1);
  }

  /** Every key, in order. */
  keys(): string[] {
    return this.command("KEYS", "*").filter(Boolean).sort();
  }
}

async function listens(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answered = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      }).once("error", () => resolve(false));
    });
    if (answered) return;
    await wait(50);
  }
  throw new Error(`redis-server does not listen on ${port}`);
}
