// One repetition: a run of one variant, and what the experiment keeps of it.

import { basename, join } from "node:path";
import type { Variant as VariantName } from "../../lib/experiment/order.ts";
import { metricsOfRun } from "../../lib/experiment/run-metrics.ts";
import type { RunFile } from "../../lib/result/index.ts";
import type { Repetition } from "../../lib/schema/experiment.generated.ts";
import { CommandError, messageOf } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { EmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { Progress } from "../progress/progress.ts";
import { describeExecution, execute } from "../run/execution.ts";
import type { Interruption } from "../run/interruption.ts";
import { resultOf } from "../run/outcome.ts";
import { runsFolderName } from "./experiment-folder.ts";
import type { VariantWork } from "./request.ts";

/** What is to be repeated. */
export interface RepetitionRequest {
  variant: VariantWork;
  /** From 1. */
  pair: number;
  pairs: number;
  /** URL with its password. */
  url: string;
  /** The experiment's folder. */
  folder: string;
  database: EmbeddedPostgres | undefined;
  /** Variables besides those of the variant. */
  environment: Record<string, string>;
  /** Says that the run is being ended. */
  interrupted(): void;
}

/** How it went. */
export interface EndedRepetition {
  repetition: Repetition;
  /** Undefined: there is no result. */
  run: RunFile | undefined;
  /** Why the experiment cannot go on; undefined: it can. */
  failure: CommandError | undefined;
}

/** `pair 3/8 B` */
export function titleOf(pair: number, pairs: number, variant: VariantName): string {
  return `pair ${String(pair).padStart(String(pairs).length)}/${pairs} ${variant.toUpperCase()}`;
}

/** Runs it. */
export async function repeat(request: RepetitionRequest, interruption: Interruption): Promise<EndedRepetition> {
  const { variant, pair, pairs, folder, database } = request;
  const progress = new Progress(process.stderr, undefined, titleOf(pair, pairs, variant.name));
  const startedAt = new Date().toISOString();
  const execution = await execute(
    {
      script: variant.work.script,
      outputs: [],
      environment: { ...variant.environment, ...request.environment },
      target: request.url,
      resultsFolder: join(folder, runsFolderName),
      database,
    },
    interruption,
    {
      receive: (event) => progress.show(event),
      interrupted(count) {
        progress.close();
        if (count === 1) request.interrupted();
      },
    },
  ).finally(() => progress.close());
  const { story, end } = execution;
  const repetition: Repetition = {
    pair,
    variant: variant.name,
    run: null,
    startedAt,
    status: "failed",
    counts: false,
    valid: false,
    reasons: [],
    metrics: {},
  };
  const [error] = story.errors.filter(({ kind }) => !(kind === "canceled" && story.interrupted));
  const because = (message: string, code = error?.exitCode ?? exitCodes.invalid) => ({
    repetition: { ...repetition, reasons: repetition.reasons.length > 0 ? repetition.reasons : [message] },
    run: undefined,
    failure: new CommandError(`${variant.name.toUpperCase()} of pair ${pair}: ${message}`, code),
  });
  if (story.folder === undefined) {
    if (story.interrupted)
      return { repetition: { ...repetition, status: "interrupted" }, run: undefined, failure: undefined };
    return because(error?.message ?? describeExecution(execution));
  }
  let run: RunFile;
  try {
    ({ run } = await resultOf(story.folder, story, end));
  } catch (broken) {
    return because(`its result cannot be completed: ${messageOf(broken)}`);
  }
  const kept: Repetition = {
    ...repetition,
    run: `${runsFolderName}/${basename(story.folder)}`,
    status: run.status,
    valid: run.validity.valid,
    reasons: run.validity.reasons.map(({ message }) => message),
    metrics: metricsOfRun(run),
  };
  const died = database?.ended();
  let failure: CommandError | undefined;
  if (story.interrupted) failure = undefined;
  else if (died !== undefined)
    failure = because(
      `the embedded PostgreSQL ended by itself (${died}); its log is postgres.log in ${story.folder}`,
    ).failure;
  else if (run.status !== "complete") failure = because(error?.message ?? describeExecution(execution)).failure;
  else if (story.finished?.failure !== undefined) failure = because(story.finished.failure).failure;
  return { repetition: kept, run, failure };
}
