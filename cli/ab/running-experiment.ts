// An experiment whose data is ready: its repetitions in the order of the plan, judged after each pair, in a file that is whole after each repetition.

import { basename } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { differencesOf } from "../../lib/comparison/differences.ts";
import { checkMeasuredOperations } from "../../lib/experiment/enough-operations.ts";
import { mayStop } from "../../lib/experiment/judge.ts";
import type { Variant as VariantName } from "../../lib/experiment/order.ts";
import { completePairs } from "../../lib/experiment/pairs.ts";
import { experimentSchemaVersion } from "../../lib/experiment/read-experiment.ts";
import { judged } from "../../lib/experiment/validity.ts";
import type { RunFile } from "../../lib/result/index.ts";
import { totalSeconds } from "../../lib/schedule.ts";
import type { ExperimentFile, Repetition } from "../../lib/schema/experiment.generated.ts";
import { CommandError, messageOf } from "../errors.ts";
import { version } from "../installation.ts";
import { clock } from "../progress/numbers.ts";
import { pathFromHere } from "../progress/path.ts";
import { Interrupted, type Interruption } from "../run/interruption.ts";
import { gitRevision } from "../run/revision.ts";
import type { DataState } from "./data-state.ts";
import { makeExperimentFolder, writeExperiment } from "./experiment-folder.ts";
import { repeat } from "./repetition.ts";
import { type AbRequest, isSelfTest } from "./request.ts";
import { firstRunOf, runIn } from "./resumed.ts";
import type { Servers } from "./servers.ts";
import type { Told } from "./told.ts";

/** What an experiment works with. */
export interface Means {
  servers: Servers;
  data: DataState;
  interruption: Interruption;
  told: Told;
}

/** An experiment whose data is ready. */
export class RunningExperiment {
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
      const interrupted = error instanceof Interrupted;
      repetition.status = interrupted ? "interrupted" : "failed";
      if (!interrupted) repetition.reasons.push(messageOf(error));
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
