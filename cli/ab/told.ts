// What an experiment tells while it works: a line for each repetition, with how it stands to the other of its pair and how long the rest takes.

import { allOperations } from "../../lib/comparison/metrics.ts";
import { changeText } from "../../lib/experiment/words.ts";
import type { Plan, Repetition } from "../../lib/schema/experiment.generated.ts";
import { clock, count, milliseconds } from "../progress/numbers.ts";
import { Progress } from "../progress/progress.ts";
import type { RunEvent } from "../run/events.ts";
import { titleOf } from "./repetition.ts";

/** Tells on standard error. */
export class Told {
  readonly #progress = new Progress();
  #loading: Progress | undefined;
  /** Seconds that repetitions of this session took, and their number. */
  #seconds = 0;
  #repetitions = 0;

  /** A line that stays. */
  say(text: string): void {
    this.#progress.say(text);
  }

  /** Shows how loading goes on. */
  loading(event: RunEvent): void {
    this.#loading ??= new Progress(process.stderr, undefined, "load");
    this.#loading.show(event);
  }

  /** Loading is over. */
  loaded(): void {
    this.#loading?.close();
    this.#loading = undefined;
  }

  /**
   * A repetition is over.
   * @param other of the same pair, if it was run before.
   * @param seconds that it took, with all that belongs to it.
   * @param left Repetitions that are to be run.
   */
  repetition(one: Repetition, other: Repetition | undefined, plan: Plan, seconds: number, left: number): void {
    this.#seconds += seconds;
    this.#repetitions += 1;
    const rest = left * (this.#seconds / this.#repetitions + plan.pauseSeconds);
    const parts = [
      titleOf(one.pair, plan.pairs, one.variant),
      figure(one, other, "throughput", (value) => `${count(value)}/s`),
      figure(one, other, "response-p99", (value) => `p99 ${milliseconds(value)}`) ??
        figure(one, other, "response-p95", (value) => `p95 ${milliseconds(value)}`),
      one.valid ? undefined : `INVALID (${one.reasons[0] ?? "it does not say why"})`,
      left === 0 ? undefined : `${clock(rest)} left`,
    ];
    this.say(parts.filter((part) => part !== undefined).join("  "));
  }
}

/** A value and, in the second run of a pair, how B stands to A: `12,345/s (B +1.2 %)`. */
function figure(
  one: Repetition,
  other: Repetition | undefined,
  metric: string,
  text: (value: number) => string,
): string | undefined {
  const of = (repetition: Repetition | undefined) => repetition?.metrics[allOperations]?.[metric] ?? undefined;
  const value = of(one);
  if (value === undefined) return undefined;
  const [a, b] = one.variant === "b" ? [of(other), value] : [value, of(other)];
  return a === undefined || b === undefined || a <= 0 ? text(value) : `${text(value)} (B ${changeText(b / a)})`;
}
