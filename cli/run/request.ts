// What the user asks of `dbmark run`, checked in full before anything is started.

import { assertKnown, type Environment, UsageError, variablesOfSuite } from "../../lib/environment/index.ts";
import type { LoadProfile } from "../../lib/profile.ts";
import type { Workload } from "../../lib/workload.ts";
import { findSuite, suites, tableOf, targetOf, workloadOf } from "../../modules/index.ts";
import { assertSearchable } from "../../modules/slo.ts";
import { CommandError } from "../errors.ts";
import { assertBuilt, scriptBundle } from "../installation.ts";
import { redact } from "../redact.ts";
import { checkInstances, readInstanceCount, refuseFindmax } from "./instance-count.ts";
import { checkOutputFile } from "./k6-outputs.ts";
import { checkOutputs } from "./outputs.ts";
import { isProfileFile, readProfileFile } from "./profile-file.ts";
import { prepareResultsFolder } from "./results-folder.ts";
import { checkSettings } from "./settings.ts";
import { checkTarget } from "./target.ts";

/** Options as the command line gives them. */
export interface RunOptions {
  target?: string;
  profile?: string;
  set: string[];
  out: string;
  keep?: boolean;
  reload?: boolean;
  allowWrites?: boolean;
  k6Out: string[];
  metrics?: string;
  instances?: string;
}

/** What is to be run, checked. */
export interface Work {
  suite: string;
  system: string;
  /** Path of the script's bundle. */
  script: string;
  /** Absent: an embedded PostgreSQL. */
  target: string | undefined;
  /** Variables that were set by options. */
  settings: Record<string, string>;
  profile: LoadProfile;
  /** Absent: it is on a table that is there already, and needs the target. */
  workload: Workload | undefined;
}

/** A checked request. */
export interface RunRequest extends Omit<Work, "settings"> {
  keep: boolean;
  /** Settings of the embedded PostgreSQL besides, or in place of, its own. */
  serverSettings?: Readonly<Record<string, string>>;
  /** Variables for k6 besides the target. */
  environment: Record<string, string>;
  resultsFolder: string;
  outputs: string[];
  /** k6 processes on this machine that share the load. */
  instances: number;
}

/** @throws UsageError or CommandError when something is not accepted. */
export async function checkRequest(suiteName: string, options: RunOptions): Promise<RunRequest> {
  const instances = readInstanceCount(options.instances);
  if (instances > 1) refuseFindmax(options, instances);
  const { settings, ...work } = await checkWork(suiteName, options);
  checkInstances(instances, work.profile, { ...process.env, ...settings }, options.k6Out);
  if (options.keep && work.target !== undefined) {
    throw new CommandError(
      "--keep is for the embedded PostgreSQL; a target of your own keeps its data anyway. Leave out --keep or --target",
    );
  }
  const outputs = checkOutputs(options.k6Out, process.env);
  for (const output of outputs.outputs) checkOutputFile(output);
  return {
    ...work,
    keep: options.keep === true,
    environment: {
      ...outputs.environment,
      ...settings,
      ...(options.reload ? { DBMARK_RELOAD: "1" } : {}),
      ...(options.allowWrites ? { DBMARK_ALLOW_WRITES: "1" } : {}),
    },
    // Last: it makes a folder.
    resultsFolder: prepareResultsFolder(options.out),
    outputs: outputs.outputs,
    instances,
  };
}

/**
 * What options say of the work itself, whoever runs it.
 * @param surroundings Variables that are set besides.
 * @throws UsageError or CommandError when something is not accepted.
 */
export async function checkWork(
  suiteName: string,
  options: Pick<RunOptions, "target" | "profile" | "set" | "metrics">,
  surroundings: Environment = process.env,
): Promise<Work> {
  if (suiteName.includes("://")) {
    throw new CommandError(
      `${redact(suiteName)} is a URL, and a suite is expected first (${suites.map(({ name }) => name).join(", ")}). Give the URL with --target or in DBMARK_TARGET`,
    );
  }
  const suite = findSuite(suiteName);
  const settings = await readSettings(suite.name, options);
  const given = options.target ?? (surroundings.DBMARK_TARGET || undefined);
  // An empty one that was given is a mistake, and not one that was left out.
  const target = given === "" ? given : targetOf(suite.name, { ...surroundings, ...settings, DBMARK_TARGET: given });
  const system = target === undefined ? "postgres" : checkTarget(target, suite.name);
  if (target === undefined && !suite.systems.includes("postgres")) {
    throw new CommandError(
      `The suite ${suite.name} needs a --target (${suite.systems.join(", ")}): the embedded server is a PostgreSQL`,
    );
  }
  const environment = { ...surroundings, ...settings };
  const profile = checkSettings(suite.name, environment);
  // Made only to see that it can be made: the script makes it again. One on a table that is there already needs the target.
  const workload =
    tableOf(suite.name, system, environment) === undefined
      ? workloadOf(suite.name, system, environment, profile)
      : undefined;
  if (profile.search !== undefined && workload !== undefined) assertSearchable(workload);
  const script = scriptBundle(suite.script);
  assertBuilt(script);
  return { suite: suite.name, system, script, target, settings, profile, workload };
}

/** `--set`, `--profile` and `--metrics` as variables. */
export async function readSettings(
  suite: string,
  options: { set: string[]; profile?: string; metrics?: string },
): Promise<Record<string, string>> {
  const settings: Record<string, string> = {};
  const set = (name: string, value: string, from: string) => {
    if (name in settings) throw new UsageError(`${name} is given twice, the second time by ${from}: give it once`);
    settings[name] = value;
  };
  for (const pair of options.set) {
    const equals = pair.indexOf("=");
    if (equals < 1)
      throw new UsageError(
        `--set ${redact(pair)} is not accepted; expected is KEY=VALUE, for example --set ROWS=10000`,
      );
    const name = pair.slice(0, equals).trim();
    const known = variablesOfSuite(suite).map((variable) => variable.name);
    assertKnown([known.find((one) => one === name.toUpperCase()) ?? name], suite);
    set(name.toUpperCase(), pair.slice(equals + 1), `--set ${name}`);
  }
  if (options.profile?.includes("://")) {
    throw new UsageError(
      `--profile ${redact(options.profile)} is a URL; expected is the name of a load profile, or a file.`,
    );
  }
  if (options.profile !== undefined) {
    const profile = isProfileFile(options.profile) ? await readProfileFile(options.profile) : options.profile;
    set("LOAD_PROFILE", profile, "--profile");
  }
  if (options.metrics !== undefined) set("METRICS", options.metrics, "--metrics");
  return settings;
}
