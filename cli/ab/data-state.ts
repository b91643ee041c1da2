// The same data before each repetition. Where dbmark may make databases, each repetition has a fresh copy of its variant's template; else the run
// itself brings its data set back, which leaves rows in another order on the disk and costs more time.

import { isDeepStrictEqual } from "node:util";
import type { Variant as VariantName } from "../../lib/experiment/order.ts";
import type { Plan } from "../../lib/schema/experiment.generated.ts";
import { CommandError } from "../errors.ts";
import { Administration } from "./administration.ts";
import { Databases, dropLeftDatabases, sessionName } from "./databases.ts";
import type { VariantWork } from "./request.ts";
import { whyNotAdministered, withDatabase } from "./target-database.ts";

/** What an experiment needs of its data. */
export interface DataState {
  state: Plan["state"];
  /** Why so; empty: nothing to say. */
  reason: string;
  /** Server versions by variant, where they are known before a run. */
  versions: Partial<Record<VariantName, string>>;
  /** Makes what all repetitions start from. */
  prepare(): Promise<void>;
  /** The data of a repetition. @returns the URL that it runs on. */
  before(variant: VariantName): Promise<string>;
  /** Takes the data of a repetition away. @throws CommandError where the server is gone. */
  after(variant: VariantName): Promise<void>;
  /** Removes everything that was made. */
  close(): Promise<void>;
}

/** What it takes to have one. */
export interface DataStateOptions {
  variants: Record<VariantName, VariantWork>;
  /** URLs with passwords. */
  urls: Record<VariantName, string>;
  /** Whether the server is removed at the end, with all that is on it. */
  passing: Record<VariantName, boolean>;
  signal: AbortSignal;
  /** Eight hexadecimal digits of this experiment alone. */
  key: string;
  /** Runs the script of a variant for its data alone, on a URL. */
  load(variant: VariantWork, url: string, environment: Record<string, string>): Promise<void>;
  say(text: string): void;
}

/**
 * Chooses how the same state is had. Nothing is made yet, but databases that a killed experiment left behind are removed.
 * @throws CommandError when a server cannot be reached, and UsageError for SQL that could not be undone.
 */
export async function chooseDataState(options: DataStateOptions): Promise<DataState> {
  const { variants, urls, key, say } = options;
  const both = [variants.a, variants.b];
  const sql = both.find(({ variant }) => variant.sql !== null);
  const fallBack = (reason: string): DataState => {
    if (sql !== undefined) {
      throw new CommandError(
        `--${sql.name} sql=${sql.variant.sql?.path} needs a database of dbmark's own for each repetition, so that the SQL holds in each and in none ` +
          `of the other variant's: ${reason}. Name a target on which dbmark may create databases, or leave out --target for the embedded PostgreSQL`,
      );
    }
    return asItIs("reset", reason, urls);
  };
  if (both.every(({ work: { workload } }) => workload !== undefined && workload.dataSet === undefined)) {
    if (both.every(({ work: { workload } }) => (workload?.foreignTables ?? []).length === 0))
      return asItIs("none", "", urls);
  }
  const foreign = both.find(({ work: { workload } }) => workload?.dataSet === undefined);
  if (foreign !== undefined) return fallBack(`${foreign.name.toUpperCase()} runs on tables that are there already`);
  const other = both.find(({ work }) => work.system !== "postgres");
  if (other !== undefined) return fallBack(`${other.work.system} has no copies of databases`);
  for (const name of ["a", "b"] as const) {
    const reason = whyNotAdministered(urls[name]);
    if (reason !== undefined) return fallBack(reason);
  }
  const opened: Administration[] = [];
  const close = async () => {
    for (const one of opened) await one.close();
  };
  try {
    const a = await Administration.connect(urls.a, sessionName(key), options.signal);
    opened.push(a);
    const b = urls.a === urls.b ? a : await Administration.connect(urls.b, sessionName(key), options.signal);
    if (b !== a) opened.push(b);
    const without = [a, b].find(({ facts }) => !facts.mayCreateDatabases);
    if (without !== undefined) {
      await close();
      return fallBack(`the user ${without.facts.user} may not create databases (ALTER ROLE … CREATEDB allows it)`);
    }
    for (const one of opened) {
      const dropped = await dropLeftDatabases(one);
      if (dropped.length > 0) say(`Removed what an experiment that was killed left behind: ${dropped.join(", ")}`);
    }
    return new TemplateState(options, { a, b });
  } catch (error) {
    await close();
    throw error;
  }
}

/** Nothing is made here: the run itself has its data, or there is none. */
function asItIs(state: "reset" | "none", reason: string, urls: Record<VariantName, string>): DataState {
  const nothing = async () => {};
  return {
    state,
    reason,
    versions: {},
    prepare: nothing,
    before: async (variant) => urls[variant],
    after: nothing,
    close: nothing,
  };
}

/** The one of declarationOf in lib/k6/settings.ts. */
const defaultSeed = "1";

/** A template for each variant, and copies of it. */
class TemplateState implements DataState {
  readonly state = "template";
  readonly reason = "";
  readonly versions: Record<VariantName, string>;
  readonly #options: DataStateOptions;
  readonly #administrations: Record<VariantName, Administration>;
  readonly #databases: Record<VariantName, Databases>;
  /** Both templates are on one server, made by one user beside one database: the second can be a copy of the first. */
  readonly #together: boolean;

  constructor(options: DataStateOptions, administrations: Record<VariantName, Administration>) {
    const { a, b } = administrations;
    this.#options = options;
    this.#administrations = administrations;
    this.versions = { a: a.facts.version, b: b.facts.version };
    this.#together = isDeepStrictEqual(a.facts, b.facts);
    const ofA = new Databases(a, options.key);
    this.#databases = { a: ofA, b: this.#together ? ofA : new Databases(b, options.key) };
  }

  async prepare(): Promise<void> {
    const { variants, say } = this.#options;
    const [a, b] = [variants.a.work, variants.b.work];
    const sameData =
      isDeepStrictEqual(a.workload?.dataSet, b.workload?.dataSet) &&
      (variants.a.variant.variables.SEED ?? defaultSeed) === (variants.b.variant.variables.SEED ?? defaultSeed);
    // Rows that several connections load come in another order each time. Two loads of the same data by one connection each are the same.
    const ordered = sameData && !this.#together;
    say(`Loading the data${sameData && this.#together ? "" : " of A"} …`);
    await this.#load("a", ordered);
    if (sameData && this.#together) {
      await this.#databases.a.copy("a", "b");
    } else {
      say("Loading the data of B …");
      await this.#load("b", ordered);
    }
    for (const name of ["a", "b"] as const) {
      const { sql } = variants[name].variant;
      if (sql !== null) {
        say(`Executing ${sql.path} on the data of ${name.toUpperCase()} …`);
        await this.#databases[name].execute(name, sql.text, sql.path);
      }
      await this.#databases[name].vacuum(name);
      await this.#databases[name].seal(name);
    }
  }

  async before(variant: VariantName): Promise<string> {
    const databases = this.#databases[variant];
    await databases.drop("run");
    this.#options.signal.throwIfAborted();
    await databases.copy(variant, "run");
    return withDatabase(this.#options.urls[variant], databases.name("run"));
  }

  async after(variant: VariantName): Promise<void> {
    await this.#administrations[variant].assertStillThere();
    await this.#databases[variant].drop("run");
  }

  async close(): Promise<void> {
    const { a, b } = this.#databases;
    const { passing, say } = this.#options;
    if (!passing.a) await a.dropAll(say);
    if (!passing.b && b !== a) await b.dropAll(say);
    await this.#administrations.a.close();
    await this.#administrations.b.close();
  }

  async #load(name: VariantName, ordered: boolean): Promise<void> {
    const variant = this.#options.variants[name];
    const databases = this.#databases[name];
    await databases.createLikeTarget(name);
    const chosen = variant.variant.variables.LOAD_CONNECTIONS !== undefined;
    const url = withDatabase(this.#options.urls[name], databases.name(name));
    await this.#options.load(variant, url, ordered && !chosen ? { LOAD_CONNECTIONS: "1" } : {});
  }
}
