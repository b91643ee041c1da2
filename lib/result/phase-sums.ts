/** Adds up windows into the totals of one phase, as the recorder would have written them. */

import type { AllTotals, InstrumentTotals, OperationTotals, PhaseTotals } from "../schema/run.generated.ts";
import type { HarnessLine, InstrumentsLine, WindowLine } from "../schema/windows.generated.ts";
import { MergedLatency } from "./merged-latency.ts";

/** What of windows is simply added up. */
export const summedCounts = [
  "operations",
  "failed",
  "undone",
  "unknown",
  "attempts",
  "rowsRead",
  "rowsWritten",
  "bytesRead",
  "bytesWritten",
] as const;

type Counts = Record<(typeof summedCounts)[number], number>;

/** What windows and totals have in common. */
type Recorded = Pick<WindowLine, keyof Counts | "errors" | "service" | "response">;

/** What one operation, or all of them, did. */
class OperationSums {
  readonly counts = Object.fromEntries(summedCounts.map((name) => [name, 0])) as Counts;
  readonly errors = new Map<string, number>();
  readonly service = new MergedLatency();
  readonly response = new MergedLatency();

  add(line: Recorded): void {
    for (const name of summedCounts) this.counts[name] += line[name];
    for (const [kind, count] of Object.entries(line.errors))
      this.errors.set(kind, (this.errors.get(kind) ?? 0) + count);
    this.service.add(line.service);
    this.response.add(line.response);
  }

  totals(seconds: number): AllTotals {
    const succeeded = this.counts.operations - this.counts.failed;
    const { operations, ...others } = this.counts;
    return {
      operations,
      succeeded,
      ...others,
      errors: Object.fromEntries([...this.errors].sort(([a], [b]) => (a < b ? -1 : 1))),
      throughput: seconds > 0 ? succeeded / seconds : null,
      service: this.service.toLatency(),
      response: this.response.toLatency(),
    };
  }
}

/** What the driver counted and timed besides operations. */
class InstrumentSums {
  readonly #counts = new Map<string, number>();
  readonly #times = new Map<string, MergedLatency>();

  add({ counts, times }: Pick<InstrumentsLine, "counts" | "times">): void {
    for (const [name, count] of Object.entries(counts)) this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
    for (const [name, latency] of Object.entries(times)) {
      const sum = this.#times.get(name) ?? new MergedLatency();
      this.#times.set(name, sum);
      sum.add(latency);
    }
  }

  totals(): InstrumentTotals {
    return {
      counts: Object.fromEntries([...this.#counts].sort(byName)),
      times: Object.fromEntries([...this.#times].sort(byName).map(([name, sum]) => [name, sum.toLatency()])),
    };
  }
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

/** The sums of one phase. Its memory does not grow with the number of windows. */
export class PhaseSums {
  readonly #operations = new Map<string, OperationSums>();
  readonly #lag = new MergedLatency();
  #instruments: InstrumentSums | undefined;

  addWindow(line: WindowLine): void {
    this.add(line.operation, line);
  }

  /** Adds what an operation did, in a window or in another run's totals. */
  add(operation: string, recorded: Recorded): void {
    let sums = this.#operations.get(operation);
    if (sums === undefined) {
      sums = new OperationSums();
      this.#operations.set(operation, sums);
    }
    sums.add(recorded);
  }

  addLag(lag: NonNullable<HarnessLine["lag"]["measure"]>): void {
    this.#lag.add(lag);
  }

  /** Adds what a driver's instruments said, in a second or in another run's totals; undefined: it has none. */
  addInstruments(instruments: Pick<InstrumentsLine, "counts" | "times"> | undefined): void {
    if (instruments === undefined) return;
    this.#instruments ??= new InstrumentSums();
    this.#instruments.add(instruments);
  }

  /**
   * The phase's totals, with the operations in this order.
   * @param seconds how long the phase was.
   */
  totals(seconds: number, operations: readonly { name: string; kind: OperationTotals["kind"] }[]): PhaseTotals {
    const ofOperations = operations.map(({ name, kind }) => ({
      name,
      kind,
      ...(this.#operations.get(name) ?? new OperationSums()).totals(seconds),
    }));
    return {
      seconds,
      operations: ofOperations,
      all: allOf(ofOperations, seconds),
      lag: this.#lag.toLatency(),
      ...(this.#instruments !== undefined && { instruments: this.#instruments.totals() }),
    };
  }
}

/** All operations together, their histograms merged. */
function allOf(operations: readonly OperationTotals[], seconds: number): AllTotals {
  const all = new OperationSums();
  for (const totals of operations) {
    for (const name of summedCounts) all.counts[name] += totals[name];
    for (const [kind, count] of Object.entries(totals.errors))
      all.errors.set(kind, (all.errors.get(kind) ?? 0) + count);
    all.service.add(totals.service);
    all.response.add(totals.response);
  }
  return all.totals(seconds);
}
