// The pictures of the dashboards, of runs that a data source has.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { installationFolder } from "../../cli/installation.ts";
import type { RunFile } from "../../lib/result/index.ts";
import type { Answering } from "../answers.ts";
import type { Grafana } from "../grafana.ts";
import type { Chosen } from "../interpolation.ts";
import { gather } from "./gather.ts";
import { picture } from "./picture.ts";

/**
 * *Run* of the last run, and *Compare* of all, with everything chosen and the rows of all operations but the most frequent one folded up.
 * @param runs At least one, in the order of their starts.
 */
export async function dashboardPictures(
  grafana: Grafana,
  answering: Answering,
  runs: readonly RunFile[],
): Promise<Record<"run" | "compare", string>> {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) throw new Error("there is no run to draw");

  const draw = async (name: string, of: readonly RunFile[], variables: Chosen["variables"]) => {
    const path = join(installationFolder, "dashboards", answering.type, `${name}.json`);
    const dashboard = JSON.parse(readFileSync(path, "utf8")) as Dashboard;
    const chosen: Chosen = {
      from: Math.min(...of.map(({ startedAt }) => Math.floor(Date.parse(startedAt) / 1000))) * 1000,
      to: Math.max(...of.map(({ finishedAt }) => Math.ceil(Date.parse(finishedAt) / 1000))) * 1000,
      intervalSeconds: 1,
      variables: { phase: ["warmup", "measure", "cooldown"], ...variables },
    };
    const operations = await answering.options(dashboard, "operation", chosen);
    const [, ...folded] = [...operations].sort((a, b) => countOf(last, b) - countOf(last, a));
    const everything = { ...chosen, variables: { ...chosen.variables, operation: operations } };
    return picture(grafana, await gather(grafana, answering, dashboard, everything, folded), captionOf(of));
  };

  return {
    run: await draw("run", [last], { run: last.testid }),
    compare: await draw("compare", runs, { runs: runs.map(({ testid }) => testid), resolution: "1" }),
  };
}

/** How many operations of a name a run measured. */
function countOf(run: RunFile, name: string): number {
  return run.totals.measure.operations.find((one) => one.name === name)?.operations ?? 0;
}

/** What was run, and how the picture came about. */
function captionOf(runs: readonly RunFile[]): string[] {
  const [{ suite, target } = { suite: { name: "" }, target: { server: { product: "", version: "" } } }] = runs;
  const names = Object.keys(runs[0]?.variables ?? {});
  const set = names.map(
    (name) => `${name}=${[...new Set(runs.map(({ variables }) => variables[name]))].join(" and ")}`,
  );
  return [
    ...lines(
      `${runs.length === 1 ? "A run" : `${runs.length} runs`} of ${suite.name} on ${target.server.product} ${target.server.version}: ${set.join(", ")}.`,
    ),
    "Drawn by dbmark of what a real InfluxDB answered to the dashboard's queries. It is not Grafana's rendering.",
  ];
}

/** A text in lines that fit into the picture. */
function lines(text: string, most = 140): string[] {
  if (text.length <= most) return [text];
  const end = text.lastIndexOf(" ", most);
  return [text.slice(0, end), ...lines(text.slice(end + 1), most)];
}
