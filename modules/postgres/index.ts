// PostgreSQL, and systems that speak its protocol.

import { readOltpOptions } from "../oltp/options.ts";
import type { SystemModule } from "../system.ts";
import { readYcsbOptions } from "../ycsb/options.ts";
import { oltpWorkload } from "./oltp.ts";
import { tableQuestions } from "./table-questions.ts";
import { tableWorkload } from "./table-workload.ts";
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
        questions: (definition, environment) => tableQuestions(definition, readOltpOptions(environment)),
        workload: (definition, environment, facts) => tableWorkload(definition, readOltpOptions(environment), facts),
      },
    },
    ycsb: { workload: (environment) => postgresYcsb(readYcsbOptions(environment)) },
  },
};
