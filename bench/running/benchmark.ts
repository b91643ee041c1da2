// What benchmarks do around what they measure: refuse bad input, say where it was measured, write what was measured.

import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus, release, totalmem, type } from "node:os";
import { join, relative } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { BuildError } from "../../build/command.mjs";
import { CommandError } from "../../cli/errors.ts";
import { installationFolder, version } from "../../cli/installation.ts";

/** Something that the person at the keyboard can put right; shown without a stack trace. */
export class BenchmarkError extends Error {}

/** Runs a benchmark; gives the exit code: 2 for what it refuses, and where what it needs cannot be built or started. */
export async function benchmark(name: string, body: () => Promise<void>, kind = "bench"): Promise<number> {
  try {
    await body();
    return 0;
  } catch (error) {
    const plain = [BenchmarkError, BuildError, CommandError].some((kind) => error instanceof kind);
    if (!plain) throw error;
    process.stderr.write(`${kind}:${name}: ${(error as Error).message}\n`);
    return 2;
  }
}

/** The options that a benchmark was given. @throws {BenchmarkError} with the usage, for others than it knows. */
export function parseOptions<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: string[],
  options: Options,
  usage: string,
) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new BenchmarkError(`${(error as Error).message}\n${usage}`);
  }
}

/** A number that an option was given. @throws {BenchmarkError} when it is none, or outside of the limits. */
export function numberOption(option: string, text: string, limits: { from: number; to: number }): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= limits.from && value <= limits.to) return value;
  throw new BenchmarkError(`--${option} is "${text}"; it takes a number from ${limits.from} to ${limits.to}`);
}

/** Writes what was measured to results/bench/, with where; gives the file's path from dbmark's folder. */
export function writeMeasured(name: string, startedAt: Date, measured: object): string {
  const folder = join(installationFolder, "results", "bench");
  mkdirSync(folder, { recursive: true });
  const instant = startedAt.toISOString().replace(/\.\d+Z$/, "Z");
  const file = join(folder, `${name}-${instant.replaceAll(":", "-")}.json`);
  const host = { cpu: cpus()[0]?.model ?? "", cores: cpus().length, memoryBytes: totalmem(), kernel: release() };
  const head = { benchmark: name, version, startedAt: instant, host: { ...host, system: `${type()} ${arch()}` } };
  writeFileSync(file, `${JSON.stringify({ ...head, ...measured }, null, 2)}\n`);
  return relative(installationFolder, file);
}
