// Runs the programs that building needs, and turns what goes wrong into plain messages.

import { spawn } from "node:child_process";

/** Something the person at the keyboard can put right; shown without a stack trace. */
export class BuildError extends Error {}

/**
 * Runs a program and waits for it.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, onLine?: (line: string) => void, onError?: (text: string) => void }} [options]
 *   `quiet` keeps the output back (it is in the result); `onLine` gets each line of standard output instead; `onError` what comes on
 *   standard error, as it comes.
 * @returns {Promise<{ code: number, output: string, stdout: string }>} `code` is 128 + signal number when killed, `output` has both streams.
 * @throws {BuildError} when there is no such program.
 */
export function run(program, args, options = {}) {
  const kept = options.quiet || options.onLine !== undefined;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", kept ? "pipe" : "inherit", kept ? "pipe" : "inherit"],
      // npm and npx are scripts on Windows.
      shell: process.platform === "win32" && program === "npm",
    });
    let output = "";
    let stdout = "";
    let rest = "";
    child.stdout?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      if (options.onLine === undefined) {
        output += text;
        stdout += text;
        return;
      }
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) options.onLine(line);
    });
    child.stderr?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      output += text;
      options.onError?.(text);
    });
    child.on("error", (error) => {
      const missing = /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
      reject(new BuildError(missing ? `${program} is not installed or not in PATH` : `${program}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      if (rest !== "") options.onLine?.(rest);
      resolve({ code: code ?? (signal === "SIGINT" ? 130 : 137), output, stdout });
    });
  });
}

/**
 * Like {@link run}, but a failure is an error that shows the output.
 * @param {string} doing What is being done, for the message: "building k6".
 * @param {string} program
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export async function mustRun(doing, program, args, options) {
  const result = await run(program, args, options);
  if (result.code !== 0) {
    throw new BuildError(
      `${doing} failed: ${program} ${args.join(" ")} ended with ${result.code}\n${result.output}`.trim(),
    );
  }
  return result;
}

/**
 * Says what is being done when it takes long enough for somebody to wonder.
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs the main function of a build script: plain messages for what the user can put right.
 * @param {() => Promise<number | void>} body Returns the exit code; nothing is 0.
 */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`dbmark: ${error.message}\n`);
    process.exitCode = 1;
  }
}
