// PostgreSQL, and systems that speak its protocol.

import { readText } from "../../lib/environment/index.ts";
import { readOltpOptions } from "../oltp/options.ts";
import type { SystemModule } from "../system.ts";
import { readTpcbOptions } from "../tpcb/options.ts";
import { readYcsbOptions } from "../ycsb/options.ts";
import { oltpWorkload } from "./oltp.ts";
import { tableQuestions } from "./table-questions.ts";
import { tableWorkload } from "./table-workload.ts";
import { tpcbWorkload } from "./tpcb.ts";
import { existingTpcbQuestions, existingTpcbTable, existingTpcbWorkload } from "./tpcb-existing.ts";
import { postgresYcsb } from "./ycsb.ts";

/** The system of `postgres://`. */
export const postgres: SystemModule = {
  name: "postgres",
  description: "PostgreSQL and systems that speak its protocol.",
  exampleUrl: "postgres://user:password@127.0.0.1:5432/database",
  suites: {
    oltp: {
      workload: (environment, operations) => oltpWorkload(readOltpOptions(environment), operations),
      onTable: {
        table: (environment) => readText(environment, "TABLE"),
        questions: (definition, environment) => tableQuestions(definition, readOltpOptions(environment)),
        workload: (definition, environment, facts) => tableWorkload(definition, readOltpOptions(environment), facts),
      },
    },
    ycsb: { workload: (environment) => postgresYcsb(readYcsbOptions(environment)) },
    tpcb: {
      workload: (environment) => tpcbWorkload(readTpcbOptions(environment)),
      onTable: {
        table: (environment) => (readTpcbOptions(environment).existing ? existingTpcbTable : undefined),
        questions: existingTpcbQuestions,
        workload: (definition, environment, facts) =>
          existingTpcbWorkload(definition, readTpcbOptions(environment), facts),
      },
    },
  },
};
