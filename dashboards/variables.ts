// What the user of a dashboard chooses.

import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { datasourceOf, everyRun, type Runs, type Source } from "./sources/source.ts";

const everything = { selected: true, text: ["All"], value: ["$__all"] };

/** Where the data is. */
export function datasourceVariable({ type, name }: Source) {
  return new DatasourceVariableBuilder("datasource").label(name).type(type);
}

/**
 * Run or runs, by testid, which begins with the time of the start: the newest is the first, and chosen where nothing is.
 * @param having a metric of the runs that are offered.
 */
export function runVariable(source: Source, name: Runs, having = everyRun) {
  const names = source.runNames(having);
  return new QueryVariableBuilder(name)
    .label(name === "run" ? "Run" : "Runs")
    .datasource(datasourceOf(source))
    .query(names)
    .definition(names)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalDesc)
    .multi(name === "runs")
    .includeAll(false);
}

/** Operations of the chosen runs. */
export function operationVariable(source: Source, runs: Runs) {
  const query = source.operationsOf(runs);
  return new QueryVariableBuilder("operation")
    .label("Operation")
    .datasource(datasourceOf(source))
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current(everything);
}

export function phaseVariable() {
  return new CustomVariableBuilder("phase")
    .label("Phase")
    .values("warmup,measure,cooldown")
    .multi(true)
    .includeAll(true)
    .current(everything);
}

/** Seconds that one value of aligned runs stands for. */
export function resolutionVariable() {
  return new CustomVariableBuilder("resolution")
    .label("Resolution")
    .values("1 s : 1,5 s : 5,10 s : 10,30 s : 30,1 min : 60,5 min : 300")
    .current({ selected: true, text: "1 s", value: "1" });
}
