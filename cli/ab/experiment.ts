// An experiment: repetitions of two variants in turn, each on the same data, judged after each pair, in a file that is whole after each repetition.

import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { differencesOf } from "../../lib/comparison/differences.ts";
import { UsageError } from "../../lib/environment/index.ts";
import { checkMeasuredOperations } from "../../lib/experiment/enough-operations.ts";
import { mayStop } from "../../lib/experiment/judge.ts";
import type { Variant as VariantName } from "../../lib/experiment/order.ts";
import { completePairs } from "../../lib/experiment/pairs.ts";
import { experimentSchemaVersion, type ReadExperiment } from "../../lib/experiment/read-experiment.ts";
import { judged } from "../../lib/experiment/validity.ts";
import { type RunFile, readRun } from "../../lib/result/index.ts";
import { totalSeconds } from "../../lib/schedule.ts";
import type { ExperimentFile, Repetition } from "../../lib/schema/experiment.generated.ts";
import { CommandError, messageOf } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { version } from "../installation.ts";
import { clock } from "../progress/numbers.ts";
import { pathFromHere } from "../progress/path.ts";
import { describeExecution, execute } from "../run/execution.ts";
import { Interrupted, Interruption } from "../run/interruption.ts";
import { gitRevision } from "../run/revision.ts";
import { chooseDataState, type DataState } from "./data-state.ts";
import { claimFolder, makeExperimentFolder, writeExperiment } from "./experiment-folder.ts";
import { repeat } from "./repetition.ts";
import { type AbRequest, isSelfTest, type VariantWork } from "./request.ts";
import { type Servers, startServers } from "./servers.ts";
import { Told } from "./told.ts";

/** How an experiment ended. */
export interface EndedExperiment {
  /** Undefined: it ended before its first repetition. */
  file: ExperimentFile | undefined;
  folder: string | undefined;
  interrupted: boolean;
  /** Why it could not go on. */
  failure: Error | undefined;
}

/** Runs an experiment, or what is left of one. Everything that it started and made on a server is gone when it returns. */
export async function runExperiment(request: AbRequest): Promise<EndedExperiment> {
  const interruption = new Interruption();
  const told = new Told();
  let servers: Servers | undefined;
  let data: DataState | undefined;
  let running: RunningExperiment | undefined;
  let release: (() => void) | undefined;
  let failure: Error | undefined;
  try {
    if (request.resumed !== undefined) release = claimFolder(request.resumed.folder);
    servers = await startServers(request.variants, interruption.signal, (text) => told.say(text));
    const urls = urlsOf(request, servers);
    data = await chooseDataState({
      variants: request.variants,
      urls,
      passing: { a: servers.of.a !== undefined, b: servers.of.b !== undefined },
      signal: interruption.signal,
      key: randomBytes(4).toString("hex"),
      load: (variant, url, environment) => load(request, variant, url, environment, interruption, told),
      say: (text) => told.say(text),
    });
    interruption.signal.throwIfAborted();
    if (request.resumed !== undefined) assertSameServers(request.resumed, data);
    await data.prepare();
    interruption.signal.throwIfAborted();
    running = new RunningExperiment(request, { servers, data, interruption, told });
    release ??= claimFolder(running.folder);
    await running.run();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!(error instanceof Interrupted)) failure = error;
  } finally {
    // A signal from now on is one to hurry, and there is nothing left that it could shorten.
    await data
      ?.close()
      .catch((error) => told.say(`What was made on the server may be left there: ${messageOf(error)}`));
    await servers?.stop();
  }
  const interrupted = interruption.count > 0;
  try {
    running?.end(failure, interrupted);
  } catch (error) {
    failure ??= error as Error;
  }
  release?.();
  interruption.dispose();
  return { file: running?.file, folder: running?.folder, interrupted, failure };
}

/** What an experiment works with. */
interface Means {
  servers: Servers;
  data: DataState;
  interruption: Interruption;
  told: Told;
}

/** An experiment whose data is ready. */
class RunningExperiment {
  file: ExperimentFile;
  readonly folder: string;
  readonly #request: AbRequest;
  readonly #means: Means;
  /** Runs of the pair that is being measured. */
  readonly #runs = new Map<VariantName, RunFile>();
  /** Its repetitions. */
  #attempt: Repetition[] = [];
  readonly #reloaded = new Set<VariantName>();

  constructor(request: AbRequest, means: Means) {
    this.#request = request;
    this.#means = means;
    const { variants, resumed, resultsFolder } = request;
    const now = new Date();
    const { state, reason: stateReason } = means.data;
    const plan = { ...request.plan, state, stateReason };
    if (resumed !== undefined) {
      this.folder = resumed.folder;
      this.file = { ...resumed.experiment, plan, status: "running", failure: null, finishedAt: null };
      // A pair of which only one repetition is there is measured again: its halves would be of different times.
      for (const repetition of this.file.repetitions) {
        repetition.counts = repetition.counts && this.#isComplete(repetition.pair);
      }
      this.#warnOfAnotherVersion(resumed.experiment);
    } else {
      const both = [variants.a, variants.b];
      const joined = (names: string[]) => [...new Set(names)].join("-");
      this.folder = makeExperimentFolder(
        resultsFolder,
        joined(both.map(({ work }) => work.suite)),
        joined(both.map(({ work }) => work.system)),
        now,
      );
      this.file = {
        schemaVersion: experimentSchemaVersion,
        id: basename(this.folder),
        startedAt: now.toISOString(),
        finishedAt: null,
        status: "running",
        failure: null,
        software: { dbmark: version, gitRevision: gitRevision() ?? "" },
        plan,
        repetitions: [],
        differences: [],
        judgement: null,
        validity: { valid: true, reasons: [], warnings: [] },
      };
    }
    writeExperiment(this.folder, this.file);
  }

  /** Measures the pairs that are missing. */
  async run(): Promise<void> {
    const { plan } = this.file;
    const { told } = this.#means;
    this.#announce();
    this.#checkOperations();
    for (let pair = 1; pair <= plan.pairs; pair += 1) {
      if (this.#isComplete(pair)) continue;
      this.#runs.clear();
      this.#attempt = [];
      for (const variant of plan.order.slice(2 * pair - 2, 2 * pair)) {
        if (this.file.repetitions.length > 0 && plan.pauseSeconds > 0) await this.#rest(plan.pauseSeconds);
        this.#means.interruption.signal.throwIfAborted();
        await this.#repeat(pair, variant);
      }
      for (const repetition of this.#attempt) repetition.counts = true;
      this.#compareSetups();
      this.#save();
      this.#checkOperations();
      if (pair < plan.pairs && mayStop(plan, this.file.judgement)) {
        told.say(`Ended after pair ${pair}: every primary metric has its verdict, at the level of this look`);
        this.file.status = "stopped";
        return;
      }
    }
    this.file.status = "complete";
  }

  /** Writes how it ended. @throws CommandError when it cannot be written. */
  end(failure: Error | undefined, interrupted: boolean): void {
    if (this.file.status === "running") {
      this.file.status = interrupted && failure === undefined ? "interrupted" : "failed";
      this.file.failure = failure === undefined ? null : failure.message;
    }
    this.file.finishedAt = new Date().toISOString();
    this.#save();
  }

  async #repeat(pair: number, name: VariantName): Promise<void> {
    const { data, servers, interruption, told } = this.#means;
    const { plan } = this.file;
    const variant = this.#request.variants[name];
    const started = performance.now();
    const url = await data.before(name);
    const { repetition, run, failure } = await repeat(
      {
        variant,
        pair,
        pairs: plan.pairs,
        url,
        folder: this.folder,
        database: servers.of[name],
        environment: this.#environmentOf(name),
        interrupted: () => told.say("Interrupted: finishing the repetition in order (Ctrl-C again stops at once) …"),
      },
      interruption,
    );
    this.#reloaded.add(name);
    this.file.repetitions.push(repetition);
    if (failure !== undefined) {
      // It cannot be used, whatever it says of itself.
      if (repetition.status === "complete") repetition.status = "failed";
      this.#save();
      throw failure;
    }
    if (repetition.status === "interrupted" || interruption.count > 0) {
      if (repetition.status === "complete") repetition.status = "interrupted";
      this.#save();
      throw new Interrupted();
    }
    try {
      this.#assertSameData(name, run);
      this.#assertSameServer(name, run);
      await data.after(name);
    } catch (error) {
      repetition.status = "failed";
      repetition.reasons.push(messageOf(error));
      this.#save();
      throw error;
    }
    if (run !== undefined) this.#runs.set(name, run);
    this.#save();
    const [other] = this.#attempt;
    this.#attempt.push(repetition);
    told.repetition(repetition, other, plan, (performance.now() - started) / 1000, this.#left());
  }

  #environmentOf(name: VariantName): Record<string, string> {
    const { reload, allowWrites } = this.#request;
    // Templates are always new; a data set that each run brings back is loaded anew once.
    const again = reload && this.file.plan.state === "reset" && !this.#reloaded.has(name);
    return { DBMARK_RELOAD: again ? "1" : "0", DBMARK_ALLOW_WRITES: allowWrites ? "1" : "0" };
  }

  /** A copy of the template has what its variant's SQL made; a data set that was loaded anew has not. */
  #assertSameData(name: VariantName, run: RunFile | undefined): void {
    if (this.file.plan.state !== "template" || run?.load === undefined || run.load === null || run.load.reused) return;
    throw new CommandError(
      `${name.toUpperCase()} loaded its data set again (${run.load.reason}), and did not run on what was prepared. SQL for an experiment may change ` +
        "indexes, columns and settings, and not the number of rows",
    );
  }

  /** All repetitions of a variant are on the same version of the server. */
  #assertSameServer(name: VariantName, run: RunFile | undefined): void {
    const before = firstRunOf(this.file, this.folder, name);
    if (run === undefined || before === undefined) return;
    const [first, now] = [before.target.server.version, run.target.server.version];
    if (first === now) return;
    throw new CommandError(
      `The server of ${name.toUpperCase()} is version ${now} now, and was ${first} in the first repetition: start another experiment`,
    );
  }

  /** @throws UsageError where the first pair shows that a primary metric cannot be tested. */
  #checkOperations(): void {
    const pairs = completePairs(this.file.repetitions);
    const [first] = pairs;
    if (first === undefined || pairs.length > 1) return;
    const runs = [first.a, first.b].flatMap(({ variant, run }) => {
      const found = this.#runs.get(variant) ?? (run === null ? undefined : runIn(this.folder, run));
      return found === undefined ? [] : [{ label: variant.toUpperCase(), run: found }];
    });
    checkMeasuredOperations(this.file.plan.primary, runs);
  }

  /** In what the set-ups of the variants differ, by the first pair. */
  #compareSetups(): void {
    const [a, b] = [this.#runs.get("a"), this.#runs.get("b")];
    if (a === undefined || b === undefined || completePairs(this.file.repetitions).length > 1) return;
    this.file.differences = differencesOf([a, b]).map(({ group, what, values: [ofA, ofB] }) => ({
      group,
      what,
      a: ofA ?? "–",
      b: ofB ?? "–",
    }));
  }

  #isComplete(pair: number): boolean {
    return completePairs(this.file.repetitions).some(({ number }) => number === pair);
  }

  /** Repetitions that are to be run. */
  #left(): number {
    const complete = completePairs(this.file.repetitions).length;
    const begun = this.#attempt.filter(({ counts }) => !counts).length;
    return 2 * (this.file.plan.pairs - complete) - begun;
  }

  #save(): void {
    this.file = judged(this.file);
    writeExperiment(this.folder, this.file);
  }

  async #rest(seconds: number): Promise<void> {
    await wait(seconds * 1000, undefined, { signal: this.#means.interruption.signal }).catch(() => {});
  }

  #announce(): void {
    const { plan } = this.file;
    const { told } = this.#means;
    if (isSelfTest(plan)) told.say("A and B are the same: this is an A/A test, and a verdict would be a false alarm");
    if (plan.state === "reset")
      told.say(`Each run brings its data back itself, without a copy of a database: ${plan.stateReason}`);
    const left = this.#left();
    const some = left < 2 * plan.pairs ? " are left" : "";
    told.say(`${left} repetitions${some}${this.#estimate(left)}: ${pathFromHere(this.folder)}`);
  }

  /** How long they take, by their profiles; where a number of operations ends them, nobody knows. */
  #estimate(repetitions: number): string {
    const { a, b } = this.#request.variants;
    if ([a, b].some(({ variant }) => variant.variables.OPERATION_COUNT !== undefined)) return "";
    const seconds = (totalSeconds(a.work.profile) + totalSeconds(b.work.profile)) / 2;
    return `, about ${clock(repetitions * (seconds + this.file.plan.pauseSeconds + usualOverhead))}`;
  }

  #warnOfAnotherVersion({ software }: ExperimentFile): void {
    const revision = gitRevision() ?? "";
    if (software.dbmark === version && software.gitRevision === revision) return;
    this.#means.told.say(
      `This is dbmark ${version}${revision && ` (${revision})`}, and the experiment was begun by ${software.dbmark}${software.gitRevision && ` (${software.gitRevision})`}: both variants change with it alike`,
    );
  }
}

/** Seconds of a repetition besides its profile, until one is known: copying the database, connecting, finishing. */
const usualOverhead = 2;

function urlsOf({ variants }: AbRequest, servers: Servers): Record<VariantName, string> {
  const urlOf = (name: VariantName) => variants[name].work.target ?? servers.of[name]?.url ?? "";
  return { a: urlOf("a"), b: urlOf("b") };
}

/** Loads a variant's data and runs nothing. @throws CommandError */
async function load(
  request: AbRequest,
  variant: VariantWork,
  url: string,
  environment: Record<string, string>,
  interruption: Interruption,
  told: Told,
): Promise<void> {
  const execution = await execute(
    {
      script: variant.work.script,
      outputs: [],
      environment: { ...variant.environment, ...environment, DBMARK_LOAD_ONLY: "1" },
      target: url,
      resultsFolder: request.resultsFolder,
    },
    interruption,
    { receive: (event) => told.loading(event), interrupted: () => {} },
  ).finally(() => told.loaded());
  interruption.signal.throwIfAborted();
  const [error] = execution.story.errors;
  if (error !== undefined) throw new CommandError(error.message, error.exitCode);
  if (execution.end.code !== 0) throw new CommandError(describeExecution(execution), exitCodes.invalid);
}

/** Refuses to go on with an experiment on servers of another version, or with its data had in another way. */
function assertSameServers({ experiment, folder }: ReadExperiment, data: DataState): void {
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
function firstRunOf(file: ExperimentFile, folder: string, name: VariantName): RunFile | undefined {
  const first = file.repetitions.find(({ variant, counts }) => variant === name && counts);
  return first?.run ? runIn(folder, first.run) : undefined;
}

function runIn(folder: string, run: string): RunFile | undefined {
  try {
    return readRun(join(folder, run)).run;
  } catch {
    // Somebody removed it; what the experiment needs of it is in ab.json.
    return undefined;
  }
}
