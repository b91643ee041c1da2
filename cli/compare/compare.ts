// Reads the runs, compares them, and prints or writes what came of it.

import { checkComparable, checkNumber, usable } from "../../lib/comparison/comparable.ts";
import { compareRuns, type RunToCompare } from "../../lib/comparison/compare.ts";
import { comparisonCsv } from "../../lib/comparison/csv.ts";
import { comparisonText } from "../../lib/comparison/text.ts";
import { UsageError } from "../../lib/environment/index.ts";
import { problemsOfRunFile, type ReadRun, readSeries } from "../../lib/result/index.ts";
import { hasColor } from "../color.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { checkOutput, writeOutput } from "../output-file.ts";
import { pathFromHere } from "../progress/path.ts";
import { findRun } from "./find-run.ts";

/** Options as the command line gives them. */
export interface CompareOptions {
  format: "text" | "json" | "csv" | "html" | "svg";
  output?: string;
  results: string;
}

/** Compares. @throws {UsageError} for runs that cannot be compared. */
export async function compare(names: string[], options: CompareOptions): Promise<ExitCode> {
  checkNumber(names.length);
  const output = options.output === undefined ? undefined : checkOutput(options.output);
  const found = names.map((name) => findRun(name, options.results));
  const text = await guarded(found, async () => {
    checkComparable(found.map(({ run, path }) => ({ run, path: pathFromHere(path) })));
    const runs: RunToCompare[] = [];
    for (const one of found) runs.push(await withSeries(one));
    return await written(runs, options.format, output === undefined);
  });
  if (output === undefined) process.stdout.write(text);
  else writeOutput(output, text);
  return exitCodes.good;
}

async function withSeries({ run, path, folder }: ReadRun): Promise<RunToCompare> {
  const named = { path: pathFromHere(path), run };
  try {
    return { ...named, ...usable(run, await readSeries(folder)) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // The figures are in run.json: what is lost is what happened when.
    const reason = error.message.replace(/\.$/, "");
    return {
      ...named,
      series: null,
      missing: [`${reason}: there are no intervals of its changes, and nothing over time`],
    };
  }
}

async function written(
  runs: readonly RunToCompare[],
  format: CompareOptions["format"],
  toTerminal: boolean,
): Promise<string> {
  const comparison = compareRuns(runs);
  switch (format) {
    case "json":
      return `${JSON.stringify(comparison, null, 2)}\n`;
    case "csv":
      return comparisonCsv(comparison);
    case "text":
      return `${comparisonText(comparison, { color: toTerminal && hasColor() })}\n`;
    case "html":
    case "svg": {
      // Drawing needs libraries that the other formats would wait for.
      const { comparisonPage, comparisonPicture } = await import("../../lib/html/compare-page.tsx");
      return format === "html" ? comparisonPage(comparison, runs) : `${comparisonPicture(comparison, runs)}\n`;
    }
  }
}

/**
 * A run.json may have been changed by hand. What that breaks is found where it is used; then, and only then, all of the file is checked, so
 * that files of an earlier dbmark are not refused for what nobody asks of them.
 */
export async function guarded<Result>(runs: readonly ReadRun[], work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    for (const { run, path } of runs) {
      const [problem, ...others] = problemsOfRunFile(run);
      if (problem === undefined) continue;
      const more = others.length === 0 ? "" : `, and ${others.length} more`;
      throw new UsageError(
        `${pathFromHere(path)} is not as a run.json has to be: ${problem}${more}. It was changed after it was written, or is of another dbmark; run the benchmark again.`,
      );
    }
    throw error;
  }
}
