// No system at all: the operations of a suite, answered at once. It shows what the harness itself can do with them.

import { UsageError } from "../../lib/environment/index.ts";
import { readOltpOptions } from "../oltp/options.ts";
import { oltpWorkload } from "../postgres/oltp.ts";
import { tpcbWorkload } from "../postgres/tpcb.ts";
import { readSpacetimedbOptions } from "../spacetimedb/options.ts";
import { spacetimedbWorkload } from "../spacetimedb/workload.ts";
import type { SystemModule } from "../system.ts";
import { readTpcbOptions } from "../tpcb/options.ts";
import { withoutData } from "./without-data.ts";

/** The system of `noop://`. */
export const noop: SystemModule = {
  name: "noop",
  description: "Answers at once: the ceiling of the harness itself.",
  exampleUrl: "noop://local",
  suites: {
    oltp: {
      workload(environment, operations) {
        const options = readOltpOptions(environment);
        if (options.table !== undefined) {
          throw new UsageError(
            `TABLE=${options.table} is set, and noop has no tables. Unset it, or choose another target.`,
          );
        }
        return withoutData(oltpWorkload(options, operations));
      },
    },
    tpcb: {
      workload(environment) {
        const options = readTpcbOptions(environment);
        if (options.existing) {
          throw new UsageError("DATA=existing is set, and noop has no tables. Leave it out, or choose another target.");
        }
        return withoutData(tpcbWorkload(options));
      },
    },
    spacetimedb: {
      workload: (environment) => withoutData(spacetimedbWorkload(readSpacetimedbOptions(environment))),
    },
  },
};
