/** Whether a merged run can be trusted: the recorder's rules (k6-ext/record/validity.go) on the figures of all instances together. */

import { minimumForP99 } from "../result/merged-latency.ts";
import { steadyMinimumSeconds, unsteadiness } from "../result/steadiness.ts";
import { reasonsOfCounts } from "../result/verdicts.ts";
import type { Reason, RunFile, Segment, Validity } from "../schema/run.generated.ts";
import type { Part } from "./instance-runs.ts";
import type { Machine } from "./machines.ts";
import { booksAreMissing } from "./merged-books.ts";
import type { WindowsFacts } from "./merged-windows.ts";

/** Share of the cores that the harness may use on average. */
const harnessCpuLimit = 0.85;
/** p99 of the harness's lag in milliseconds. */
const harnessLagLimit = 10;
/** Share of the harness's ceiling beyond which a reader is told. */
const harnessCeilingLimit = 0.5;

/** What validity follows from besides the merged run. */
export interface Evidence {
  parts: readonly Part[];
  machines: readonly Machine[];
  windows: WindowsFacts;
  /** Why the instances did not send together. */
  apart: readonly string[];
  /** p99 of the harness's lag in the measured phase, whatever the number of operations; null: none was recorded. */
  lagP99: number | null;
  /** The load went beyond what the target can take, on purpose, and came from a load that it could. */
  limitFound: boolean;
}

/**
 * What an instance found about itself and that no sum heals: it ended early, its own harness was late or without a processor, its data was
 * not as it should be, or it could not write all. One such instance makes the run invalid.
 */
const ofEach: readonly Reason["code"][] = [
  "interrupted",
  "crashed",
  "harness_cpu",
  "harness_lag",
  "dirty_data",
  "results_incomplete",
];

/** Judges a merged run, whose own validity is not looked at. */
export function judge(run: Omit<RunFile, "validity">, evidence: Evidence): Validity {
  const reasons: Reason[] = [];
  const warnings: Reason[] = [];
  const { parts } = evidence;
  for (const { run: own, instance } of parts) {
    for (const { code, message } of own.validity.reasons) {
      if (ofEach.includes(code)) reasons.push({ code, message: `instance ${instance.segment}: ${message}` });
    }
    for (const { code, message } of own.validity.warnings) {
      // Of what is a matter of each instance, the only one that does not touch the result.
      if (code === "output_incomplete") warnings.push({ code, message: `instance ${instance.segment}: ${message}` });
    }
  }
  for (const message of evidence.apart) reasons.push({ code: "instances", message });
  for (const reason of reasonsOfCounts(run.totals.measure.all)) {
    const beyond = evidence.limitFound && reason.code !== "nothing_measured";
    if (!beyond) reasons.push(reason);
    else
      warnings.push({ ...reason, message: `${reason.message}; the profile went beyond the target's limit on purpose` });
  }
  judgeHarness(run, evidence, reasons, warnings);
  judgeSamples(run, reasons, warnings);
  judgeSteadiness(run, evidence.windows, reasons, warnings);
  judgeBooks(run, parts, reasons, warnings);
  return { valid: reasons.length === 0, reasons, warnings };
}

function judgeHarness(
  run: Omit<RunFile, "validity">,
  { parts, machines, lagP99 }: Evidence,
  reasons: Reason[],
  warnings: Reason[],
): void {
  // A target that answers without a server: to saturate the harness is the purpose.
  const isHarness = run.target.system === "noop";
  if (parts.some(({ run: own }) => own.resources.harness.cpuAverage === null)) {
    warnings.push({ code: "harness_cpu", message: "the harness's own use of the processor is not known" });
  }
  for (const machine of machines) {
    const used = machine.parts.reduce((sum, { run: own }) => sum + (own.resources.harness.cpuAverage ?? 0), 0);
    if (isHarness || machine.parts.length === 1 || used <= harnessCpuLimit * machine.cores) continue;
    reasons.push({
      code: "harness_cpu",
      message:
        `${machine.parts.length} instances on one machine used ${used.toFixed(2)} of its ${machine.cores} cores on average ` +
        `(limit ${harnessCpuLimit * 100} %): the figures are about the harness, not the target`,
    });
  }
  if (run.profile.loop === "open" && lagP99 !== null && lagP99 > harnessLagLimit) {
    reasons.push({
      code: "harness_lag",
      message: `the harness started operations late: its lag has a p99 of ${figure(lagP99)} ms (limit ${harnessLagLimit} ms)`,
    });
  }
  if (isHarness) return;
  if (run.ceiling === null) {
    warnings.push({ code: "harness_ceiling", message: "what the harness could do at most is not known" });
  } else if (run.ceiling.share !== null && run.ceiling.share > harnessCeilingLimit) {
    warnings.push({
      code: "harness_ceiling",
      message:
        `the run used ${figure(run.ceiling.share * 100)} % of what the harness could do at most ` +
        `(${figure(run.ceiling.operationsPerSecond)} operations/s): a faster target would not show in full`,
    });
  }
}

function judgeSamples(run: Omit<RunFile, "validity">, reasons: Reason[], warnings: Reason[]): void {
  const judged = new Set(run.slo.filter(({ metric }) => metric === "p99").map(({ operation }) => operation));
  const ran = run.totals.measure.operations.map(({ name, operations, undone }) => ({
    name,
    count: operations + undone,
  }));
  const never = ran.filter(({ name, count }) => count === 0 && judged.has(name)).map(({ name }) => name);
  if (never.length > 0) {
    warnings.push({
      code: "too_few_samples",
      message: `never ran, so that their SLOs are not known: ${never.join(", ")}`,
    });
  }
  const few = ran.filter(({ count }) => count > 0 && count < minimumForP99);
  if (few.length === 0) return;
  const names = few.map(({ name, count }) => `${name} (${count})`).join(", ");
  const withSlo = few.some(({ name }) => judged.has(name));
  const fewer = `for operations that ran fewer than ${minimumForP99} times: ${names}`;
  if (withSlo && (run.variables.SLO_P99 ?? "") !== "") {
    reasons.push({
      code: "too_few_samples",
      message: `the SLO on p99 cannot be judged ${fewer}; run longer, or set an SLO on p95`,
    });
  } else {
    warnings.push({
      code: "too_few_samples",
      message: `${withSlo ? "p99 and the SLO on it are" : "p99 is"} not known ${fewer}`,
    });
  }
}

function judgeSteadiness(
  run: Omit<RunFile, "validity">,
  { seconds }: WindowsFacts,
  reasons: Reason[],
  warnings: Reason[],
): void {
  if (run.status !== "complete" || !constantLoad(run.profile.segments)) return;
  const found = unsteadiness(seconds, run.profile.loop === "open");
  if (found === undefined) {
    warnings.push({
      code: "not_steady",
      message: `whether the run was steady is not known: that takes at least ${steadyMinimumSeconds} whole seconds of measuring`,
    });
  } else if (found !== "") reasons.push({ code: "not_steady", message: `the run was not steady: ${found}` });
}

/** Whether rate and workers stay the same in the measured phase. */
export function constantLoad(segments: readonly Segment[]): boolean {
  const loads = segments
    .filter(({ phase }) => phase === "measure")
    .flatMap(({ rate, workers }) => [`${rate?.from} ${workers.from}`, `${rate?.to} ${workers.to}`]);
  return new Set(loads).size <= 1;
}

function judgeBooks(
  run: Omit<RunFile, "validity">,
  parts: readonly Part[],
  reasons: Reason[],
  warnings: Reason[],
): void {
  if (booksAreMissing(parts)) {
    warnings.push({
      code: "books",
      message: "what was written cannot be compared with what the target holds: not all instances counted",
    });
  }
  for (const { operation, acknowledged, unknown, held, balanced, removes } of run.books) {
    const [verb, noun] = removes ? ["removed", "deletes"] : ["inserted", "inserts"];
    if (held === null) {
      reasons.push({
        code: "books",
        message: `the rows that ${operation} ${verb} were not counted by all instances: their own files say why`,
      });
    } else if (!balanced) {
      reasons.push({
        code: "books",
        message:
          `${operation}: ${acknowledged} ${noun} were acknowledged and ${unknown} have an unknown outcome, but ` +
          (removes ? `${held} of the target's rows are gone` : `the target holds ${held}`),
      });
    }
  }
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
