// What the user asks of `dbmark ab`, checked in full before anything is made.

import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Environment, setVariables, UsageError, userVariables } from "../../lib/environment/index.ts";
import { checkPlannedOperations } from "../../lib/experiment/enough-operations.ts";
import { order, type Variant as VariantName } from "../../lib/experiment/order.ts";
import { parseAlpha, parseMinimumEffect, parsePairs, parsePause } from "../../lib/experiment/plan-options.ts";
import { primaryMetrics } from "../../lib/experiment/primary.ts";
import { loadExperiment, type ReadExperiment } from "../../lib/experiment/read-experiment.ts";
import { parseVariant, type WrittenVariant } from "../../lib/experiment/variant.ts";
import type { Plan, Variant } from "../../lib/schema/experiment.generated.ts";
import { interimLooks } from "../../lib/statistics/interim-looks.ts";
import { assertSettingNames } from "../postgres/setting-names.ts";
import { redact } from "../redact.ts";
import { checkWork, type Work } from "../run/request.ts";
import { prepareResultsFolder } from "../run/results-folder.ts";
import { readSqlFile } from "./sql-file.ts";

/** Options as the command line gives them. */
export interface AbOptions {
  a: string[];
  b: string[];
  target?: string;
  profile?: string;
  set: string[];
  out?: string;
  reload?: boolean;
  allowWrites?: boolean;
  pairs?: string;
  primary: string[];
  minEffect?: string;
  alpha?: string;
  stopEarly?: boolean;
  pause?: string;
  resume?: string;
  gate?: boolean;
  junit?: string;
  markdown?: string;
}

/** A variant that can be run. */
export interface VariantWork {
  name: VariantName;
  work: Work;
  /** Variables for k6: those of the plan, and `undefined` for all others that the user may have set. */
  environment: Record<string, string | undefined>;
  variant: Variant;
}

/** What becomes of an experiment that has ended. */
export interface OutcomeRequest {
  gate: boolean;
  junit: string | undefined;
  markdown: string | undefined;
}

/** An experiment that is complete already, and is only judged and shown again. */
export interface FinishedRequest extends OutcomeRequest {
  finished: ReadExperiment;
}

/** A checked request to run an experiment. */
export interface AbRequest extends OutcomeRequest {
  /** `state` is decided when the server was asked. */
  plan: Plan;
  variants: Record<VariantName, VariantWork>;
  /** The experiment that goes on; absent: a new one. */
  resumed: ReadExperiment | undefined;
  resultsFolder: string;
  reload: boolean;
  allowWrites: boolean;
}

const names = ["a", "b"] as const;

/** @throws UsageError or CommandError when something is not accepted. */
export async function checkAbRequest(
  suite: string | undefined,
  options: AbOptions,
): Promise<AbRequest | FinishedRequest> {
  for (const [option, path] of [
    ["--junit", options.junit],
    ["--markdown", options.markdown],
  ] as const) {
    if (path !== undefined) assertWritable(option, path);
  }
  const outcome = { gate: options.gate === true, junit: options.junit, markdown: options.markdown };
  const permissions = { reload: options.reload === true, allowWrites: options.allowWrites === true };
  if (options.resume !== undefined) {
    assertNothingElse(suite, options);
    const resumed = loadExperiment(resolve(options.resume));
    const { status, plan } = resumed.experiment;
    if (status === "complete" || status === "stopped") return { finished: resumed, ...outcome };
    const variants = {
      a: await workOf("a", plan.a, targetAgain("a", plan.a)),
      b: await workOf("b", plan.b, targetAgain("b", plan.b)),
    };
    return {
      plan,
      variants,
      resumed,
      resultsFolder: prepareResultsFolder(dirname(resumed.folder)),
      ...permissions,
      ...outcome,
    };
  }
  const numbers = {
    pairs: parsePairs(options.pairs ?? "8"),
    minimumEffect: parseMinimumEffect(options.minEffect ?? "3%"),
    alpha: parseAlpha(options.alpha ?? "5%"),
    pauseSeconds: parsePause(options.pause ?? "0s"),
  };
  const written = { a: parseVariant("--a", options.a), b: parseVariant("--b", options.b) };
  if (options.a.length === 0 && options.b.length === 0) {
    throw new UsageError(
      "Neither --a nor --b is given, so there is nothing to compare. Say how the variants differ, for example --b DEPTH=8 or --b sql=drop-index.sql; " +
        "to see what two equal variants show, give both the same, such as --a SEED=1 --b SEED=1.",
    );
  }
  const variants = {
    a: await newVariant("a", written, suite, options),
    b: await newVariant("b", written, suite, options),
  };
  const { a, b } = variants;
  if (a.work.profile.search?.of !== b.work.profile.search?.of) {
    throw new UsageError(
      "One variant searches for the highest load and the other does not, or for another kind of load: nothing that both measure can be compared. Give both the same " +
        "load profile.",
    );
  }
  const common = a.work.workload?.operations.map(({ name }) => name);
  const operations =
    b.work.workload === undefined
      ? undefined
      : common?.filter((name) => b.work.workload?.operations.some((other) => other.name === name));
  const primary = primaryMetrics(options.primary, {
    loops: names.map((name) => variants[name].work.profile.loop),
    operations,
    search: a.work.profile.search?.of === b.work.profile.search?.of ? a.work.profile.search?.of : undefined,
  });
  checkPlannedOperations(
    primary,
    names.map((name) => ({
      label: name.toUpperCase(),
      profile: variants[name].work.profile,
      environment: variants[name].variant.variables,
      operations: variants[name].work.workload?.operations,
    })),
  );
  const { alpha, pairs } = numbers;
  const looks = options.stopEarly ? interimLooks(alpha, pairs) : [{ pairs, level: alpha }];
  const plan: Plan = {
    a: a.variant,
    b: b.variant,
    ...numbers,
    order: order(pairs),
    primary,
    looks: looks.map(({ pairs: pair, level }) => ({ pair, level })),
    state: "none",
    stateReason: "",
  };
  // Last: it makes a folder.
  return {
    plan,
    variants,
    resumed: undefined,
    resultsFolder: prepareResultsFolder(options.out ?? "results"),
    ...permissions,
    ...outcome,
  };
}

/** Whether both variants are the same, so that every verdict would be a false alarm. */
export function isSelfTest({ a, b }: Pick<Plan, "a" | "b">): boolean {
  return isDeepStrictEqual(a, b);
}

async function newVariant(
  name: VariantName,
  both: Record<VariantName, WrittenVariant>,
  commonSuite: string | undefined,
  options: AbOptions,
): Promise<VariantWork> {
  const written = both[name];
  const suite = written.suite ?? commonSuite;
  if (suite === undefined) {
    throw new UsageError(
      `No suite is given for ${name.toUpperCase()}. Give it first, as in dbmark ab oltp --b …, or one for each variant with suite=.`,
    );
  }
  const other = both[name === "a" ? "b" : "a"];
  if ((other.suite ?? commonSuite) !== suite && (written.suite === undefined || other.suite === undefined)) {
    throw new UsageError(
      "The variants have different suites. Their operations are not the same, so that a change between them is none of the target; if that is meant, " +
        "give suite= in both --a and --b.",
    );
  }
  const target = targetOf(name, written, options);
  const server = Object.keys(written.server);
  if (server.length > 0 && target !== undefined) {
    throw new UsageError(
      `--${name} server.${server[0]} is for the embedded PostgreSQL, and ${name.toUpperCase()} has a target of its own. Set it there, or leave out the target.`,
    );
  }
  assertSettingNames(`--${name} server.`, server);
  const own = written.set.map((pair) => pair.split("=")[0]);
  const set = [
    ...options.set.filter((pair) => !own.includes(pair.split("=")[0]?.trim().toUpperCase())),
    ...written.set,
  ];
  const profile = written.profile ?? (own.includes("LOAD_PROFILE") ? undefined : options.profile);
  const surroundings = { ...process.env, DBMARK_TARGET: undefined };
  const work = await checkWork(suite, { set, ...optional({ target, profile }) }, surroundings);
  const sql = written.sql === undefined ? null : readSqlFile(`--${name} sql=`, written.sql);
  if (sql !== null && work.system !== "postgres") {
    throw new UsageError(
      `--${name} sql=${sql.path} is for PostgreSQL, and the target is ${work.system}. Leave it out.`,
    );
  }
  return workOf(
    name,
    {
      suite,
      target: work.target === undefined ? null : redact(work.target),
      profile: profile ?? null,
      variables: setVariables({ ...surroundings, ...work.settings }, suite),
      sql,
      server: written.server,
    },
    work.target,
  );
}

/** What a variant of a plan runs: the variables of the plan alone, whatever the environment has now. */
async function workOf(name: VariantName, variant: Variant, target: string | undefined): Promise<VariantWork> {
  const clean: Environment = Object.fromEntries(
    userVariables.filter(({ secret }) => secret !== true).map(({ name }) => [name, undefined]),
  );
  const set = Object.entries(variant.variables).map(([key, value]) => `${key}=${value}`);
  const work = await checkWork(
    variant.suite,
    { set, ...optional({ target }) },
    { ...process.env, ...clean, DBMARK_TARGET: undefined },
  );
  return { name, work, environment: { ...clean, ...variant.variables }, variant };
}

/** The URL with its password; undefined: an embedded PostgreSQL. */
function targetOf(name: VariantName, written: WrittenVariant, options: AbOptions): string | undefined {
  const variable = `DBMARK_TARGET_${name.toUpperCase()}`;
  const own = process.env[variable] || undefined;
  if (written.target !== undefined && own !== undefined) {
    throw new UsageError(`--${name} target= and ${variable} are both given: give one of them.`);
  }
  return written.target ?? own ?? options.target ?? (process.env.DBMARK_TARGET || undefined);
}

/** The URL of a plan with its password, which only the environment has. */
function targetAgain(name: VariantName, { target }: Variant): string | undefined {
  const variable = `DBMARK_TARGET_${name.toUpperCase()}`;
  const given = process.env[variable] || process.env.DBMARK_TARGET || undefined;
  if (target === null) {
    if (given === undefined) return undefined;
    throw new UsageError(
      `${process.env[variable] ? variable : "DBMARK_TARGET"} is set, and ${name.toUpperCase()} of this experiment ran on an embedded PostgreSQL. Unset it.`,
    );
  }
  if (given !== undefined && redact(given) === target) return given;
  if (given === undefined && !target.includes("xxxxx")) return target;
  throw new UsageError(
    given === undefined
      ? `The target of ${name.toUpperCase()} is ${target}, and its password is in no file: set ${variable} (or DBMARK_TARGET for both) to the whole URL.`
      : `The target of ${name.toUpperCase()} in this experiment is ${target}, and ${redact(given)} is given. Give the same one in ${variable}.`,
  );
}

/** An experiment that goes on keeps its plan. */
function assertNothingElse(suite: string | undefined, options: AbOptions): void {
  const { resume: _, gate: _g, junit: _j, markdown: _m, reload: _r, allowWrites: _w, ...plan } = options;
  const given = Object.entries(plan).find(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  );
  const name = given?.[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const what = suite !== undefined ? `The suite ${suite}` : name === undefined ? undefined : `--${name}`;
  if (what === undefined) return;
  throw new UsageError(
    `${what} is given with --resume, which goes on with the plan in the experiment's ab.json: what was measured already followed it. Leave it out, or start another experiment.`,
  );
}

function assertWritable(option: string, path: string): void {
  const file = resolve(path);
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new UsageError(`${option} ${path} is a folder; expected is the name of a file.`);
  }
  if (!existsSync(dirname(file))) {
    throw new UsageError(`${option} ${path} cannot be written: there is no folder ${dirname(file)}.`);
  }
}

function optional<T extends Record<string, string | undefined>>(options: T) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}
