// A workload in words and statements, as a person reads it.

import {
  defaultTransactionRetry,
  type Generator,
  type Operation,
  type Slo,
  type Step,
  type Workload,
} from "../../lib/workload.ts";
import { count } from "../progress/numbers.ts";

/** The whole workload as text. */
export function describeWorkload(workload: Workload): string {
  const total = workload.operations.reduce((sum, operation) => sum + operation.weight, 0);
  const lines = [`${workload.name} on ${workload.system}`];
  if (workload.description) lines.push(workload.description);
  if (workload.slo !== undefined) lines.push(`SLO of every operation: ${describeSlo(workload.slo)}`);
  if (workload.foreignTables?.length) lines.push(`Writes to your tables: ${workload.foreignTables.join(", ")}`);
  for (const operation of workload.operations) lines.push("", ...describeOperation(operation, total));
  for (const pool of workload.pools ?? [])
    lines.push("", `Pool ${pool.name}: rows taken before the run`, ...indent(pool.statement));
  if (workload.dataSet !== undefined) lines.push("", ...describeDataSet(workload.dataSet));
  return lines.join("\n");
}

function describeOperation(operation: Operation, total: number): string[] {
  const share = total === 0 ? 0 : (operation.weight / total) * 100;
  const lines = [
    `${operation.name} (${operation.kind}, ${share.toFixed(share % 1 === 0 ? 0 : 1)} % of the operations)`,
  ];
  if (operation.description) lines.push(`  ${operation.description}`);
  if (operation.transaction !== undefined) {
    const { isolation, readOnly } = operation.transaction;
    lines.push(`  in one transaction${isolation ? `, ${isolation}` : ""}${readOnly ? ", read only" : ""}`);
  }
  for (const step of operation.steps) lines.push(...describeStep(step));
  for (const { name, generator } of operation.parameters) lines.push(`  ${name}: ${describeGenerator(generator)}`);
  const retry = operation.retry ?? (operation.transaction && defaultTransactionRetry);
  if (retry !== undefined) lines.push(`  up to ${retry.attempts} attempts`);
  if (operation.slo !== undefined) lines.push(`  SLO: ${describeSlo(operation.slo)}`);
  if (operation.inserts !== undefined) {
    lines.push("  what it inserted is counted with", ...indent(operation.inserts.count));
    if (operation.inserts.remove !== undefined) lines.push("  and removed with", ...indent(operation.inserts.remove));
    else lines.push("  and stays; what is there before the run is taken off");
  }
  return lines;
}

function describeStep(step: Step): string[] {
  const lines = indent(step.statement ?? (step.command ?? []).join(" "));
  if (step.parameters?.length)
    lines.push(`    with ${step.parameters.map((name, i) => `$${i + 1} = ${name}`).join(", ")}`);
  for (const { column, parameter } of step.capture ?? [])
    lines.push(`    column ${column} of its first row becomes ${parameter}`);
  if (step.thinkMilliseconds) lines.push(`    then waits ${step.thinkMilliseconds} ms`);
  if (step.expect !== undefined) {
    const { minimum, maximum, added } = step.expect;
    const rows = minimum === maximum ? count(minimum) : `${count(minimum)} to ${count(maximum)}`;
    lines.push(
      `    expected rows: ${rows}${added === undefined ? "" : `, ${added === 0 ? "none" : count(added)} of them new`}`,
    );
  }
  return lines;
}

function describeDataSet(dataSet: NonNullable<Workload["dataSet"]>): string[] {
  const lines = [`Data set ${dataSet.name}`];
  for (const statement of dataSet.create) lines.push(...indent(statement));
  for (const table of dataSet.tables) {
    lines.push(`  ${count(table.rows)} rows of ${table.name}`);
    for (const column of table.columns) lines.push(`    ${column.name}: ${describeGenerator(column.generator)}`);
  }
  for (const statement of dataSet.finish) lines.push(...indent(statement));
  return lines;
}

/** `uniform, 1 to 100,000`, `text, length 20 to 60`. */
function describeGenerator({ type, ...settings }: Generator): string {
  const { minimum, maximum, ...others } = settings as Record<string, unknown>;
  const both = minimum !== undefined && maximum !== undefined;
  return [
    type,
    ...(both ? [describeSetting({ minimum, maximum })] : []),
    ...Object.entries(both ? others : settings).map(([name, value]) => `${name} ${describeSetting(value)}`),
  ].join(", ");
}

function describeSetting(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : String(value);
  if (typeof value !== "object" || value === null) return String(value);
  const { minimum, maximum, ...others } = value as Record<string, unknown>;
  if (typeof minimum === "number" && typeof maximum === "number" && Object.keys(others).length === 0) {
    return `${describeSetting(minimum)} to ${describeSetting(maximum)}`;
  }
  return JSON.stringify(value);
}

function describeSlo(slo: Slo): string {
  const parts: string[] = [];
  if (slo.p95Milliseconds !== undefined) parts.push(`p95 up to ${slo.p95Milliseconds} ms`);
  if (slo.p99Milliseconds !== undefined) parts.push(`p99 up to ${slo.p99Milliseconds} ms`);
  if (slo.errorRate !== undefined) parts.push(`error rate up to ${slo.errorRate * 100} %`);
  return parts.join(", ");
}

function indent(text: string): string[] {
  return text
    .trim()
    .split("\n")
    .map((line) => `    ${line}`);
}
