// One run once more, from its file: says what is not brought back, runs it, and says whether it did the same.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { compareDigests, setupChanges } from "../../lib/rerun/outcome.ts";
import { readRun, runFileName } from "../../lib/result/index.ts";
import { wrap } from "../../lib/summary/layout.ts";
import { type ExitCode, exitCodes, mostImportant } from "../exit-codes.ts";
import { pathFromHere } from "../progress/path.ts";
import { run } from "../run/run.ts";
import type { RerunRequest } from "./request.ts";

/** Runs it. The exit code is the run's; `no` where nothing but the digest says that it did something else. */
export async function rerun({ original, request, limits }: RerunRequest): Promise<ExitCode> {
  process.stderr.write(`Running ${pathFromHere(original.path)} again. Not brought back:\n`);
  for (const limit of limits) process.stderr.write(`${wrap(limit, "  - ").join("\n")}\n`);
  const { exitCode, folder } = await run(request);
  if (folder === undefined || !existsSync(join(folder, runFileName))) return exitCode;
  const again = readRun(folder).run;
  const digest = compareDigests(original.run, again);
  const changes = setupChanges(original.run, again);
  const lines = [
    "",
    `Rerun of ${pathFromHere(original.path)}`,
    ...wrap(digest.text, "  digest       "),
    ...(changes.length === 0 ? ["  set-up       the same, as far as the files say"] : []),
    ...changes.flatMap((change) => wrap(change, "  differs      ")),
    "",
    "One run on each side is no evidence of a difference. dbmark compare shows the two beside each other;",
    "dbmark ab tells whether there is one.",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return digest.same === false ? mostImportant([exitCode, exitCodes.no]) : exitCode;
}
