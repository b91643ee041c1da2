// Past runs, or a metric of theirs over time, in one of four forms.

import { allOperations } from "../../lib/comparison/metrics.ts";
import { listCsv, trendCsv } from "../../lib/history/csv.ts";
import { listJson, trendJson } from "../../lib/history/json.ts";
import { listText } from "../../lib/history/list-text.ts";
import { newestOf, trendOf } from "../../lib/history/trend.ts";
import { trendText } from "../../lib/history/trend-text.ts";
import { plainPalette, terminalPalette } from "../../lib/summary/index.ts";
import { hasColor } from "../color.ts";
import { version } from "../installation.ts";
import { checkOutput, writeOutput } from "../output-file.ts";
import { readHistory } from "./read-history.ts";
import { checkHistory, type HistoryOptions, limitOf, select } from "./request.ts";

/** Prints or writes it. @throws UsageError or CommandError */
export async function history(options: HistoryOptions): Promise<void> {
  checkHistory(options);
  const output = options.output === undefined ? undefined : checkOutput(options.output);
  const text = await contentOf(options);
  if (output === undefined) process.stdout.write(text);
  else writeOutput(output, text);
}

async function contentOf(options: HistoryOptions): Promise<string> {
  const { format, results, trend: metric, operation = allOperations, all = false } = options;
  const limit = limitOf(options);
  const found = select(await readHistory(results), options);
  const toTerminal = options.output === undefined && hasColor();
  const palette = toTerminal ? terminalPalette : plainPalette;
  if (metric !== undefined) {
    const trend = newestOf(trendOf(found.runs, metric, operation, all), limit);
    if (format === "json") return trendJson(trend);
    if (format === "csv") return trendCsv(trend);
    if (format === "html") return (await import("../../lib/html/history-page.tsx")).trendPage(trend, results, version);
    return `${trendText(trend, palette)}\n`;
  }
  const newest = { ...found, runs: limit === undefined ? found.runs : found.runs.slice(-limit) };
  if (format === "json") return listJson(newest);
  if (format === "csv") return listCsv(newest, operation);
  if (format === "html") {
    return (await import("../../lib/html/history-page.tsx")).historyPage(newest, { operation, version });
  }
  return `${listText(found, { limit, operation, palette })}\n`;
}
