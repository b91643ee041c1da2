// Runs a program to its end and says what it used of the machine.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuildError } from "../../build/command.mjs";
import { goProgram } from "./go-program.ts";

/** What a program and its descendants used, and what it wrote. */
export interface Measured {
  wallSeconds: number;
  /** Processor time of user and system together, in seconds. */
  cpuSeconds: number;
  /** Peak of its resident memory. */
  maximumMemoryBytes: number;
  stdout: string;
}

/**
 * Runs a program.
 * @throws {BuildError} when it does not end with 0, with the end of what it wrote.
 */
export async function measure(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Measured> {
  const measurer = await goProgram("measure");
  const folder = mkdtempSync(join(tmpdir(), "dbmark-measure-"));
  const file = join(folder, "usage.json");
  try {
    const child = spawn(measurer, [file, program, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
    const usage = code === 0 ? JSON.parse(readFileSync(file, "utf8")) : { exitCode: code };
    if (usage.exitCode !== 0) {
      const written = `${stdout}\n${stderr}`.trim().split("\n").slice(-15).join("\n");
      throw new BuildError(`${program} ended with ${usage.exitCode}:\n${written}`);
    }
    return {
      wallSeconds: usage.wallSeconds,
      cpuSeconds: usage.userSeconds + usage.systemSeconds,
      maximumMemoryBytes: usage.maximumMemoryBytes,
      stdout,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
