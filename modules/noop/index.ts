// No system at all: the operations of a suite, answered at once. It shows what the harness itself can do with them.

import { UsageError } from "../../lib/environment/index.ts";
import { readOltpOptions } from "../oltp/options.ts";
import { oltpWorkload } from "../postgres/oltp.ts";
import type { SystemModule } from "../system.ts";

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
        // Nothing is stored, so there is nothing to load, to count or to remove.
        const { dataSet: _, ...workload } = oltpWorkload(options, operations);
        return {
          ...workload,
          system: "noop",
          operations: workload.operations.map(({ inserts: _none, removes: _neither, ...operation }) => operation),
        };
      },
    },
  },
};
