// How late the operating system alone wakes a thread on this machine, in these minutes: what no pacing in a program can be better than by sleeping.

import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { installationFolder } from "../../cli/installation.ts";
import { BenchmarkError } from "../running/benchmark.ts";

/** Lateness in microseconds. */
export interface Lateness {
  p50: number;
  p99: number;
  max: number;
}

/** Builds the yardstick, which is a benchmark of k6-ext/sleeper; gives the program. */
export async function buildYardstick(): Promise<string> {
  const folder = join(installationFolder, "dist", "bench");
  mkdirSync(folder, { recursive: true });
  const program = join(folder, "sleeper.test");
  await output("go", ["test", "-c", "-o", program, "./sleeper"], join(installationFolder, "k6-ext"));
  return program;
}

/** Sleeps until so many instants, evenly spread over the seconds, and says how late each was. */
export async function measureYardstick(program: string, rate: number, seconds: number): Promise<Lateness> {
  const count = Math.max(1, Math.round(rate * seconds));
  const text = await output(program, [
    "-test.run=^$",
    `-test.bench=^BenchmarkLateness$/^rate=${rate}$`,
    `-test.benchtime=${count}x`,
  ]);
  return latenessIn(text);
}

/** Reads the line of a Go benchmark. @throws {BenchmarkError} when a figure is missing. */
export function latenessIn(text: string): Lateness {
  const figure = (unit: string) => {
    const [, value] = new RegExp(`\\s([\\d.]+) ${unit}-µs`).exec(text) ?? [];
    if (value === undefined) throw new BenchmarkError(`the yardstick printed no ${unit}:\n${text}`);
    return Number(value);
  };
  return { p50: figure("p50"), p99: figure("p99"), max: figure("max") };
}

function output(program: string, args: string[], cwd?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...(cwd !== undefined && { cwd }) });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("error", (error) => reject(new BenchmarkError(`${program}: ${error.message}`)));
    child.on("close", (code) =>
      code === 0 ? resolve(stdout) : reject(new BenchmarkError(`${program} ended with ${code}:\n${stdout}${stderr}`)),
    );
  });
}
