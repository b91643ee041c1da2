// A core workload on one system: its operations in their proportions.

import type { DataSet, Operation, Workload } from "../../lib/workload.ts";
import { weightsText } from "../operation-weights.ts";
import { type OperationName, operationNames } from "./core-workloads.ts";
import type { YcsbOptions } from "./options.ts";

/** An operation as a system does it; its name and its share are the workload's. */
export type OperationOnSystem = Omit<Operation, "name" | "weight">;

/** The workload that a system makes of its operations. */
export function ycsbWorkload(
  options: YcsbOptions,
  system: string,
  operations: Record<OperationName, OperationOnSystem>,
  dataSet: DataSet,
): Workload {
  const { name, workload, rows, distribution } = options;
  const shares = operationNames.flatMap((operation) => {
    const weight = workload.proportions[operation];
    return weight === undefined ? [] : [{ operation, weight }];
  });
  return {
    name: `ycsb ${name}`,
    system,
    description: `YCSB's core workload ${name} (${workload.title}): ${weightsText(workload.proportions)}, ${distribution}, on ${rows} rows of its own.`,
    operations: shares.map(({ operation, weight }) => ({ name: operation, weight, ...operations[operation] })),
    dataSet,
    slo: options.slo,
  };
}
