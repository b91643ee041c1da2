// The seconds of several instances as those of one run, for the progress.

import type { WindowEvent } from "./events.ts";

/** Adds up the windows of the same second, as soon as every instance that still runs has told of it, or of a later one. */
export class Together {
  readonly #show: (event: WindowEvent) => void;
  /** The last second that each instance told of; infinite for those that have ended. */
  readonly #last: number[];
  readonly #totals: number[];
  readonly #waiting = new Map<number, WindowEvent[]>();

  constructor(instances: number, show: (event: WindowEvent) => void) {
    this.#show = show;
    this.#last = Array.from({ length: instances }, () => -1);
    this.#totals = Array.from({ length: instances }, () => 0);
  }

  /** A second of one instance, counted from 0. */
  add(instance: number, event: WindowEvent): void {
    this.#waiting.set(event.second, [...(this.#waiting.get(event.second) ?? []), event]);
    this.#last[instance] = event.second;
    this.#totals[instance] = event.total;
    this.#tell();
  }

  /** An instance has ended: nobody waits for it any more. */
  ended(instance: number): void {
    this.#last[instance] = Number.POSITIVE_INFINITY;
    this.#tell();
  }

  #tell(): void {
    const known = Math.min(...this.#last);
    const ready = [...this.#waiting.keys()].filter((second) => second <= known).sort((a, b) => a - b);
    for (const second of ready) {
      const [first, ...others] = this.#waiting.get(second) as [WindowEvent, ...WindowEvent[]];
      this.#waiting.delete(second);
      this.#show(this.#sum(first, others));
    }
  }

  #sum(first: WindowEvent, others: WindowEvent[]): WindowEvent {
    const all = [first, ...others];
    const sum = (value: (event: WindowEvent) => number) => all.reduce((total, event) => total + value(event), 0);
    const errorKinds: Record<string, number> = {};
    for (const event of all) {
      for (const [kind, count] of Object.entries(event.errorKinds)) errorKinds[kind] = (errorKinds[kind] ?? 0) + count;
    }
    return {
      ...first,
      operations: sum(({ operations }) => operations),
      errors: sum(({ errors }) => errors),
      errorKinds,
      // A percentile of all together is never above the highest of the parts.
      p50Milliseconds: Math.max(...all.map(({ p50Milliseconds }) => p50Milliseconds)),
      p99Milliseconds: Math.max(...all.map(({ p99Milliseconds }) => p99Milliseconds)),
      targetRate: first.targetRate === null ? null : sum(({ targetRate }) => targetRate ?? 0),
      backlog: sum(({ backlog }) => backlog),
      total: this.#totals.reduce((total, one) => total + one, 0),
      instances: this.#last.length,
    };
  }
}
