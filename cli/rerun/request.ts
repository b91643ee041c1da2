// What the user asks of `dbmark rerun`, checked in full before anything is started.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { experimentFileName } from "../../lib/experiment/read-experiment.ts";
import { assertRerunnable, limitsOf, type RerunSurroundings } from "../../lib/rerun/limits.ts";
import { embeddedSettings } from "../../lib/result/embedded-server.ts";
import { problemsOfRunFile, type ReadRun, runFileName } from "../../lib/result/index.ts";
import type { ExperimentFile } from "../../lib/schema/experiment.generated.ts";
import { suites, systems } from "../../modules/index.ts";
import { findRun } from "../compare/find-run.ts";
import { CommandError } from "../errors.ts";
import { assertBuilt, scriptBundle } from "../installation.ts";
import { prepareResultsFolder } from "../run/results-folder.ts";
import type { Runnable } from "../run/run.ts";
import { rerunTarget } from "./target.ts";

/** Options as the command line gives them. */
export interface RerunOptions {
  target?: string;
  out: string;
  results: string;
  reload?: boolean;
  allowWrites?: boolean;
}

/** A checked request. */
export interface RerunRequest {
  original: ReadRun;
  request: Runnable;
  /** What is not brought back, one sentence each. */
  limits: string[];
}

/** @throws UsageError or CommandError when something is not accepted. */
export function checkRerun(path: string, options: RerunOptions): RerunRequest {
  const original = readWholeRun(path, options.results);
  const { run } = original;
  const given = options.target ?? (process.env.DBMARK_TARGET || undefined);
  const surroundings: RerunSurroundings = {
    suites: suites.map(({ name }) => name),
    systems: systems.map(({ name }) => name),
    ownTarget: given !== undefined,
    allowWrites: options.allowWrites === true,
  };
  assertRerunnable(run, original.path, surroundings);
  const target = rerunTarget(run, original.path, given);
  const script = scriptBundle("rerun");
  assertBuilt(script);
  return {
    original,
    limits: [...limitsOf(run, surroundings), ...limitsOfExperiment(original.path)],
    request: {
      script,
      target,
      keep: false,
      serverSettings: target === undefined ? embeddedSettings(run) : {},
      environment: {
        DBMARK_RERUN: resolve(original.path),
        ...(options.reload ? { DBMARK_RELOAD: "1" } : {}),
        ...(options.allowWrites ? { DBMARK_ALLOW_WRITES: "1" } : {}),
      },
      // Last: it makes a folder.
      resultsFolder: prepareResultsFolder(options.out),
      outputs: [],
    },
  };
}

/**
 * A run that is as its schema says, so that whatever is done with it finds what it needs.
 * @param name its path, or a part of its folder's name in `results`.
 * @throws UsageError or CommandError
 */
export function readWholeRun(name: string, results: string): ReadRun {
  if (existsSync(join(name, experimentFileName)) && !existsSync(join(name, runFileName))) {
    throw new CommandError(
      `${name} is an experiment, and one run is expected. Name one of the folders in ${join(name, "runs")}, or continue the experiment with dbmark ab --resume`,
    );
  }
  const found = findRun(name, results);
  const [problem] = problemsOfRunFile(found.run);
  if (problem !== undefined) throw new CommandError(`${found.path} is not as its schema says: ${problem}`);
  return found;
}

/** What an experiment did around its repetition, which is in its own file. */
function limitsOfExperiment(path: string): string[] {
  const folder = dirname(dirname(dirname(resolve(path))));
  const file = join(folder, experimentFileName);
  if (!existsSync(file)) return [];
  const whole = "the run is a repetition of an experiment, which is not run again as a whole";
  try {
    const { plan, repetitions }: ExperimentFile = JSON.parse(readFileSync(file, "utf8"));
    const mine = repetitions.find(({ run }) => run !== null && resolve(folder, run) === dirname(resolve(path)));
    const variant = mine && plan[mine.variant];
    const settings = Object.keys(variant?.server ?? {});
    return [
      whole,
      ...(variant?.sql ? [`${variant.sql.path}, which was executed on its data, is not executed again`] : []),
      ...(settings.length > 0
        ? [`of its server settings ${settings.join(", ")} those that the run's file has come back`]
        : []),
    ];
  } catch {
    return [whole];
  }
}
