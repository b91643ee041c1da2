// What has to be as it was when an experiment goes on.

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { UsageError } from "../../lib/environment/index.ts";
import type { Variant as VariantName } from "../../lib/experiment/order.ts";
import { loadExperiment, type ReadExperiment } from "../../lib/experiment/read-experiment.ts";
import { type RunFile, readRun } from "../../lib/result/index.ts";
import type { ExperimentFile } from "../../lib/schema/experiment.generated.ts";
import { CommandError } from "../errors.ts";
import type { DataState } from "./data-state.ts";

/** Refuses to go on with an experiment that went on elsewhere since it was read: what was measured there would be lost. */
export function assertUnchanged({ experiment, path }: ReadExperiment): void {
  if (isDeepStrictEqual(loadExperiment(path).experiment, experiment)) return;
  throw new CommandError(`${path} was written by another process while this one began: give the command again`);
}

/** Refuses to go on with an experiment on servers of another version, or with its data had in another way. */
export function assertSameServers({ experiment, folder }: ReadExperiment, data: DataState): void {
  if (experiment.repetitions.length > 0 && experiment.plan.state !== data.state) {
    throw new UsageError(
      `The data of this experiment was had by ${stateWords[experiment.plan.state]}, and would now be had by ${stateWords[data.state]}${data.reason && ` (${data.reason})`}: start another experiment.`,
    );
  }
  for (const name of ["a", "b"] as const) {
    const before = firstRunOf(experiment, folder, name)?.target.server.version;
    const now = data.versions[name];
    if (before === undefined || now === undefined || before === now) continue;
    throw new UsageError(
      `The server of ${name.toUpperCase()} is version ${now} now, and was ${before} when the experiment began: what is measured now would not be comparable. Start another experiment.`,
    );
  }
}

const stateWords = { template: "copies of a database", reset: "the run's own reset", none: "no data set" };

/** The first run of a variant that counts, if it is still there. */
export function firstRunOf(file: ExperimentFile, folder: string, name: VariantName): RunFile | undefined {
  const first = file.repetitions.find(({ variant, counts }) => variant === name && counts);
  return first?.run ? runIn(folder, first.run) : undefined;
}

/** A run of an experiment, by its folder in `repetitions`. */
export function runIn(folder: string, run: string): RunFile | undefined {
  try {
    return readRun(join(folder, run)).run;
  } catch {
    // Somebody removed it; what the experiment needs of it is in ab.json.
    return undefined;
  }
}
