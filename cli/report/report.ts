// Makes the report of a run: reads what there is of it, and says what is missing.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../lib/environment/index.ts";
import { chartIntervals } from "../../lib/html/over-time.ts";
import { reportPage } from "../../lib/html/report-page.tsx";
import { type ReadRun, runFileName, runFromWindows, windowsFileName } from "../../lib/result/index.ts";
import { type RunSeries, readSeries } from "../../lib/result/series.ts";
import type { Workload } from "../../lib/workload.ts";
import { guarded } from "../compare/compare.ts";
import { findRun } from "../compare/find-run.ts";
import { describeWorkload } from "../inspect/describe-workload.ts";
import { checkOutput, writeOutput } from "../output-file.ts";
import { pathFromHere } from "../progress/path.ts";

/** Name of the report in a run folder. */
export const reportFileName = "report.html";

/** Options as the command line gives them. */
export interface ReportOptions {
  /** A file, or `-` for standard output; report.html in the run folder where it is not given. */
  output?: string;
  /** Folder in which runs are looked for by name. */
  results: string;
}

/**
 * Writes the report of a run.
 * @param name the run as a user names it.
 * @throws {UsageError | CommandError} when the run cannot be read or the file cannot be written.
 */
export async function writeReport(name: string, { output, results }: ReportOptions): Promise<void> {
  const given = output === undefined || output === "-" ? undefined : checkOutput(output);
  const { read, notes } = await readWhatThereIs(name, results);
  const page = await guarded([read], async () => {
    const { series, missing } = await seriesOf(read);
    return reportPage({
      run: read.run,
      series,
      // The file has what was declared, and more that a description does not need.
      workload: describeWorkload(read.run.workload as unknown as Workload),
      missing: [...notes, ...missing],
    });
  });
  if (output === "-") {
    process.stdout.write(page);
    return;
  }
  const file = given ?? join(read.folder, reportFileName);
  writeOutput(file, page);
  process.stdout.write(`${pathFromHere(file)}\n`);
}

/** The run; one without a run.json is put together from its windows. */
async function readWhatThereIs(name: string, results: string): Promise<{ read: ReadRun; notes: string[] }> {
  const windows = join(name, windowsFileName);
  if (existsSync(join(name, runFileName)) || !existsSync(windows)) return { read: findRun(name, results), notes: [] };
  return {
    read: { run: await runFromWindows(windows), folder: name, path: join(name, runFileName) },
    notes: [
      `${runFileName} is not there: the run broke off, or is still under way. What is shown was added up from ${windowsFileName}.`,
    ],
  };
}

/** The run over time, and why it is not there or not whole. */
async function seriesOf({ run, folder }: ReadRun): Promise<{ series: RunSeries | null; missing: string[] }> {
  const lacking = (why: string) => ({ series: null, missing: [`${why} Nothing over time can be shown.`] });
  try {
    const series = await readSeries(folder, { intervals: chartIntervals });
    if (series === null) return lacking(`${windowsFileName} is not beside the ${runFileName}.`);
    if (series.id !== run.id)
      return lacking(`${windowsFileName} beside the ${runFileName} is that of another run (${series.id}).`);
    if (series.phases.length === 0) return lacking(`${windowsFileName} has no second of the run.`);
    const missing = series.cutOff
      ? [`${windowsFileName} ends before the run did: what came after its last second is not shown over time.`]
      : [];
    return { series, missing };
  } catch (error) {
    if (error instanceof UsageError) return lacking(error.message);
    throw error;
  }
}
