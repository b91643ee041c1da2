// Makes the report of a run: reads what there is of it, and says what is missing.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../lib/environment/index.ts";
import { chartIntervals } from "../../lib/html/over-time.ts";
import { reportPage } from "../../lib/html/report-page.tsx";
import { type ReadRun, readRun, runFileName, runFromWindows, windowsFileName } from "../../lib/result/index.ts";
import { type RunSeries, readSeries } from "../../lib/result/series.ts";
import type { Workload } from "../../lib/workload.ts";
import { describeWorkload } from "../inspect/describe-workload.ts";
import { refuseFolder, standardOutput, writePage } from "./write-page.ts";

/** Name of the report in a run folder. */
export const reportFileName = "report.html";

/**
 * Writes the report of a run.
 * @param path the run as a user names it: its folder, or a file of it.
 * @param output a file, `-` for standard output, or nothing for report.html beside the run.
 * @returns the path of the file; undefined when it went to standard output.
 * @throws {UsageError | CommandError} when the run cannot be read or the file cannot be written.
 */
export async function writeReport(path: string, output?: string): Promise<string | undefined> {
  if (output !== undefined && output !== standardOutput) refuseFolder(output);
  const { read, notes } = await readWhatThereIs(path);
  const { series, missing } = await seriesOf(read);
  const page = reportPage({
    run: read.run,
    series,
    // The file has what was declared, and more that a description does not need.
    workload: describeWorkload(read.run.workload as unknown as Workload),
    missing: [...notes, ...missing],
  });
  const place = output ?? join(read.folder, reportFileName);
  writePage(place, page);
  return place === standardOutput ? undefined : place;
}

/** The run; one without a run.json is put together from its windows. */
async function readWhatThereIs(path: string): Promise<{ read: ReadRun; notes: string[] }> {
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : undefined;
  if (folder === undefined || existsSync(join(folder, runFileName)) || !existsSync(join(folder, windowsFileName)))
    return { read: readRun(path), notes: [] };
  const run = await runFromWindows(join(folder, windowsFileName));
  return {
    read: { run, folder, path: join(folder, runFileName) },
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
