// The core workloads of YCSB (Cooper et al., "Benchmarking cloud serving systems with YCSB", 2010), as its files workloads/workloada to
// workloadf define them.

/** Operations in the words of YCSB. */
export const operationNames = ["read", "update", "insert", "scan", "read-modify-write"] as const;

/** Name of an operation. */
export type OperationName = (typeof operationNames)[number];

/** Which keys are asked for. */
export type RequestDistribution = "uniform" | "zipfian" | "hotspot" | "latest";

/** A core workload. */
export interface CoreWorkload {
  /** What the paper calls it. */
  title: string;
  /** Percent of the operations. */
  proportions: Partial<Record<OperationName, number>>;
  distribution: RequestDistribution;
}

/** Names of the core workloads. */
export type CoreWorkloadName = "A" | "B" | "C" | "D" | "E" | "F";

/** The core workloads by name. */
export const coreWorkloads: Readonly<Record<CoreWorkloadName, CoreWorkload>> = {
  A: { title: "update heavy", proportions: { read: 50, update: 50 }, distribution: "zipfian" },
  B: { title: "read mostly", proportions: { read: 95, update: 5 }, distribution: "zipfian" },
  C: { title: "read only", proportions: { read: 100 }, distribution: "zipfian" },
  D: { title: "read latest", proportions: { read: 95, insert: 5 }, distribution: "latest" },
  E: { title: "short ranges", proportions: { insert: 5, scan: 95 }, distribution: "zipfian" },
  F: { title: "read-modify-write", proportions: { read: 50, "read-modify-write": 50 }, distribution: "zipfian" },
};
