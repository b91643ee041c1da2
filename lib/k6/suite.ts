// Turns a suite into what k6 wants of a script: options, setup, the default function, teardown and handleSummary.
// Loaded by k6's own VUs only; script.ts is what the workers have. settings.ts, options.ts and writes.ts are pure.

import exec from "k6/execution";
import type { Options } from "k6/options";
import {
  type Client,
  connect,
  cores,
  type DbmarkError,
  declareRun,
  emitWorkload,
  type Run,
  type RunDeclaration,
  reportError,
  systems,
  type TableDefinition,
  version,
} from "k6/x/dbmark";
import { type Environment, readFlag, readText } from "../environment/index.ts";
import { mostOperations, withMixOf } from "../planned-load.ts";
import type { LoadProfile } from "../profile.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { summarize } from "../summary/index.ts";
import type { Workload } from "../workload.ts";
import { executorsDeclaration, ownExecutors } from "./executors.ts";
import { assertScenarios, optionsOf, setupOnly } from "./options.ts";
import { declarationOf, targetOf } from "./settings.ts";
import { assertWritesAllowed } from "./writes.ts";

declare const __ENV: Environment;

/** How a suite makes its workload on one system: SuiteOnSystem of modules/ is such. */
export interface WorkloadSource {
  workload(environment: Environment, operations: number | undefined): Workload;
  /** Where it can run on tables that are there already. Each question gives one number in a column named `answer`. */
  onTable?: {
    /** The table whose definition is to be read; undefined: the suite's own data. */
    table(environment: Environment): string | undefined;
    questions(definition: TableDefinition, environment: Environment): { name: string; statement: string }[];
    workload(definition: TableDefinition, environment: Environment, facts: Record<string, number>): Workload;
  };
}

/** A suite, as a script defines it. */
export interface SuiteDefinition {
  name: string;
  /** The system whose language is shown by DBMARK_INSPECT where no target is named. */
  defaultSystem: string;
  /** The profile that the variables ask for, for a machine with so many cores. */
  profile(environment: Environment, cores: number): LoadProfile;
  /** How a system does the suite. */
  source(system: string): WorkloadSource;
  /** The target's URL as variables of the suite make or complete it; absent: it is DBMARK_TARGET as it is. */
  target?(environment: Environment): string;
  /** What variables of the suite say of a run on a system besides. */
  adjust?(declaration: RunDeclaration, system: string, environment: Environment): RunDeclaration;
  /** Parts of the suite by name, which a script can run by executors of its own. */
  scenarios?: {
    /** Their names, by that of the function that a script exports of each. */
    functions: Readonly<Record<string, string>>;
    /** The workload of some of them, with a mix for each. */
    workload(system: string, environment: Environment, names: readonly string[]): Workload;
  };
}

/** What k6 runs. */
export interface SuiteScript {
  options: Options;
  setup(): void;
  iterate(): void;
  /** An iteration of one of the suite's scenarios, for an executor of the script's own. */
  scenario(name: string): () => void;
  teardown(): void;
  handleSummary(): Record<string, string>;
}

/** What the init context found: something to run, to show, or a mistake that setup tells. */
interface Plan {
  options: Options;
  profile?: LoadProfile;
  declaration?: RunDeclaration;
  /** Where it does not take the target to know it. */
  workload?: Workload;
  run?: Run;
  mistake?: unknown;
}

/**
 * Defines a suite. Mistakes in the variables are remembered and told by setup, because k6 prints a
 * stack trace for whatever is thrown in the init context.
 */
export function defineSuite(suite: SuiteDefinition): SuiteScript {
  const plan = planOf(suite);
  return scriptOfPlan(plan, (scenarios) => setUp(suite, plan, scenarios), suite);
}

/**
 * Defines a run whose declaration and workload are known before the target is asked.
 * @param declare reads them; setup tells what it throws.
 */
export function defineRun(declare: () => { declaration: RunDeclaration; workload: Workload }): SuiteScript {
  const plan = attempt(() => {
    const { declaration, workload } = declare();
    return { options: optionsOf(declaration), declaration, workload, run: declareRun(declaration) };
  });
  return scriptOfPlan(plan, (scenarios) => {
    if (plan.mistake !== undefined) throw plan.mistake;
    const { run, declaration, workload } = plan;
    if (run === undefined || declaration === undefined || workload === undefined) return;
    assertScenarios(scenarios, Object.keys(exec.test.options.scenarios ?? {}));
    run.open();
    assertWritesAllowed(workload, declaration.allowWrites);
    run.load(workload);
    run.start();
  });
}

function scriptOfPlan(
  plan: Plan,
  setUpWith: (scenarios: readonly string[]) => void,
  suite?: SuiteDefinition,
): SuiteScript {
  // Taken now: k6 writes its own form of the options over ours before setup.
  const scenarios = Object.keys(plan.options.scenarios ?? {});
  // Teardown and summary have JavaScript worlds of their own, which declared the run of the profile again: where executors of the script's
  // own ran, the run is another.
  const ran = () => {
    const own = suite === undefined ? undefined : ownRun(suite, plan, scenarios);
    return own?.run ?? plan.run;
  };
  return {
    options: plan.options,
    setup() {
      try {
        setUpWith(scenarios);
      } catch (error) {
        stop(error);
      }
    },
    iterate() {
      plan.run?.iterate();
    },
    scenario: (name) => () => plan.run?.iterate(name),
    teardown() {
      try {
        ran()?.finish();
      } catch (error) {
        stop(error);
      }
    },
    handleSummary() {
      // The dbmark command prints the summary itself.
      const result = readText(__ENV, "DBMARK_EVENTS_FD") === undefined ? ran()?.result() : undefined;
      if (!result) return {};
      const run: RunFile = JSON.parse(result);
      return { stdout: `${summarize(run, { path: `${plan.declaration?.resultsDirectory}/${run.id}/run.json` })}\n` };
    },
  };
}

function planOf(suite: SuiteDefinition): Plan {
  return attempt(() => {
    const profile = suite.profile(__ENV, cores);
    if (readFlag(__ENV, "DBMARK_INSPECT")) return { options: setupOnly, profile };
    const declaration = declared(suite, profile);
    const options = declaration.loadOnly ? setupOnly : optionsOf(declaration);
    return { options, profile, declaration, run: declareRun(declaration) };
  });
}

/** The declaration of a run of the suite, with what its variables say. */
function declared(suite: SuiteDefinition, profile: LoadProfile): RunDeclaration {
  const declaration = declarationOf(suite.name, profile, __ENV, { cores, version }, suite.target?.(__ENV));
  return suite.adjust?.(declaration, systemOf(declaration.target), __ENV) ?? declaration;
}

/** The run of a script whose own executors run scenarios of the suite; undefined: the load profile runs. */
function ownRun(suite: SuiteDefinition, plan: Plan, scenarios: readonly string[]) {
  if (suite.scenarios === undefined || plan.declaration === undefined) return undefined;
  const own = ownExecutors(scenarios, exec.test.options.scenarios ?? {}, suite.scenarios.functions);
  if (own === undefined) return undefined;
  const declaration = executorsDeclaration(plan.declaration, own.workers);
  return { run: declareRun(declaration), declaration, names: own.names };
}

function attempt(make: () => Plan): Plan {
  try {
    return make();
  } catch (mistake) {
    return { options: setupOnly, mistake };
  }
}

function setUp(suite: SuiteDefinition, plan: Plan, scenarios: readonly string[]): void {
  if (plan.mistake !== undefined) throw plan.mistake;
  const own = ownRun(suite, plan, scenarios);
  if (own !== undefined && suite.scenarios !== undefined) {
    const { run, declaration, names } = own;
    const workload = suite.scenarios.workload(systemOf(declaration.target), __ENV, names);
    run.open();
    run.load(workload);
    run.start();
    return;
  }
  assertScenarios(scenarios, Object.keys(exec.test.options.scenarios ?? {}));
  const { run, profile, declaration } = plan;
  if (profile === undefined) return;
  if (run === undefined || declaration === undefined) {
    emitWorkload(workloadOf(suite, profile));
    return;
  }
  // Mistakes in the suite's variables are told before the target is asked; only a table that is there already has to be read first.
  const early = tableOf(suite) === undefined ? workloadOf(suite, profile, declaration) : undefined;
  run.open();
  const workload = early ?? workloadOf(suite, profile, declaration);
  assertWritesAllowed(workload, declaration.allowWrites);
  run.load(workload);
  if (!declaration.loadOnly) run.start();
}

/** How the target's system does the suite, or, without a target, the system whose language is shown. */
function sourceOf(suite: SuiteDefinition): WorkloadSource {
  const target = suite.target?.(__ENV) ?? readText(__ENV, "DBMARK_TARGET");
  return suite.source(target === undefined ? suite.defaultSystem : systemOf(target));
}

/** The table that the variables ask for; undefined: the suite's own data. */
function tableOf(suite: SuiteDefinition): string | undefined {
  return sourceOf(suite).onTable?.table(__ENV);
}

/** The workload on data of the suite's own or, where the variables ask for it, on a table whose definition is read first. */
function workloadOf(suite: SuiteDefinition, profile: LoadProfile, declaration?: RunDeclaration): Workload {
  const environment = withMixOf(profile, __ENV);
  const source = sourceOf(suite);
  const table = tableOf(suite);
  const target = table === undefined ? undefined : targetOf(suite.name, __ENV);
  if (table === undefined || target === undefined || source.onTable === undefined) {
    return source.workload(environment, mostOperations(profile, environment));
  }
  // Statements over a large table may take longer than one operation of the run may.
  const client = connect(target, {
    timeoutMilliseconds: Math.max(declaration?.timeoutMilliseconds ?? 0, readingTimeoutMilliseconds),
  });
  try {
    const definition = client.readTable(table);
    const facts = answer(client, source.onTable.questions(definition, environment));
    return source.onTable.workload(definition, environment, facts);
  } finally {
    client.close();
  }
}

/** Counting the rows of a table may take so long. */
const readingTimeoutMilliseconds = 600_000;

function answer(client: Client, questions: { name: string; statement: string }[]): Record<string, number> {
  const facts: Record<string, number> = {};
  for (const { name, statement } of questions) facts[name] = Number(client.query(statement)[0]?.answer);
  return facts;
}

/** The system of a URL; what no system claims stays the scheme, and is refused where it is used. */
function systemOf(target: string): string {
  const scheme = target.split("://")[0]?.toLowerCase() ?? "";
  return systems().find(({ schemes }) => schemes.includes(scheme))?.system ?? scheme;
}

/** Tells a mistake in plain words and ends the test: without a stack trace where it is the user's or the target's. */
function stop(error: unknown): void {
  const { message, kind } = error as Partial<DbmarkError>;
  const text = message ?? String(error);
  if (kind === undefined && error instanceof Error && error.stack) console.error(error.stack);
  reportError(text, kind ?? "internal");
  exec.test.abort(text);
}
