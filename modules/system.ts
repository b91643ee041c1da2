// What a folder under modules/ gives: one system and the suites it can run.

import type { TableDefinition } from "../k6-ext/index.d.ts";
import type { Environment } from "../lib/environment/index.ts";
import type { Workload } from "../lib/workload.ts";

/** A question to the target whose answer, one number in a column named `answer`, a workload on a user's table needs. */
export interface TableQuestion {
  name: string;
  statement: string;
}

/** Answers by the question's name. */
export type TableFacts = Readonly<Record<string, number>>;

/** How a system does one suite. Everything is pure: who asks the target hands the answers in. */
export interface SuiteOnSystem {
  /**
   * The workload on data of the suite's own.
   * @param operations that the run can have at most; undefined: as many as the target answers.
   */
  workload(environment: Environment, operations: number | undefined): Workload;
  /** On tables that are there already, where the system has tables. */
  onTable?: {
    /** The table that the variables ask for, whose definition is to be read; undefined: the suite's own data. */
    table(environment: Environment): string | undefined;
    questions(definition: TableDefinition, environment: Environment): TableQuestion[];
    workload(definition: TableDefinition, environment: Environment, facts: TableFacts): Workload;
  };
}

/** One system. */
export interface SystemModule {
  name: string;
  description: string;
  /** How its URLs look. */
  exampleUrl: string;
  suites: Readonly<Record<string, SuiteOnSystem>>;
  /**
   * The target's URL as the variables make or complete it, for systems whose server they name. DBMARK_TARGET is the URL that the user gave, of
   * any system.
   */
  target?(environment: Environment): string;
}
