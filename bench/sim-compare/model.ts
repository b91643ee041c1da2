// Runs that a computer makes up, of which it is known whether they differ. All of it is on the scale of logarithms, where 0.03 is 3 %.
//
// The time of a request is exp(level of its run + level of its second + spread · L), with L from the standard logistic distribution:
//
// - A run has a level of its own, normal with `runDeviation`: placement, caches, what else the machine does. It is the same for all of the run's
//   requests, so no look into a run can show it.
// - The environment drifts over the runs of an experiment, whatever they measure: by `drift` from the first to the last on a straight
//   line, and by a random walk with steps of `walkDeviation` from one run to the next.
// - Seconds of a run are an autoregressive process of first order with the standard deviation `secondDeviation`, each second having the share
//   `secondCorrelation` of the one before: checkpoints, garbage collection, neighbours.
//
// Log-logistic times have a heavier tail than log-normal ones; with a spread of 0.2, p99 is two and a half times the median. A quantile is drawn from
// 65,536, and recorded to 0.1 %, as an HDR histogram would. The number of requests a second is the same in all runs. What a closed
// loop would do, its throughput, is one over the mean time of the run.

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { type SeededGenerator, seededGenerator } from "../../lib/statistics/seeded-generator.ts";

/** What runs have in common, and what each has for itself. */
export interface Model {
  secondsOfARun: number;
  requestsASecond: number;
  spread: number;
  secondDeviation: number;
  secondCorrelation: number;
  runDeviation: number;
  drift: number;
  walkDeviation: number;
}

/** Requests that depend on nothing but chance. */
export const independent: Model = {
  secondsOfARun: 60,
  requestsASecond: 200,
  spread: 0.2,
  secondDeviation: 0,
  secondCorrelation: 0,
  runDeviation: 0,
  drift: 0,
  walkDeviation: 0,
};

/** … in seconds that are alike when they are near to each other. */
export const correlated: Model = { ...independent, secondDeviation: 0.075, secondCorrelation: 0.9 };

/** … in runs of which each has its own level. */
export const withRunEffect: Model = { ...correlated, runDeviation: 0.03 };

/** … in an environment that drifts: what the methods are judged by. */
export const drifting: Model = { ...withRunEffect, drift: 0.08, walkDeviation: 0.01 };

/** What was measured in a run. */
export interface Run {
  /** In any unit. */
  p99: number;
  throughput: number;
  /** The times of all requests in steps of 0.1 %, second after second. */
  steps: Uint16Array;
}

const quantiles = 65_536;
const stepWidth = 0.001;
/** Logarithms from −4 to 4; the farthest quantile is at ±2.4, and levels are some tenths. */
const stepCount = 8000;
const timeOfStep = Float64Array.from({ length: stepCount }, (_, step) =>
  Math.exp((step + 0.5 - stepCount / 2) * stepWidth),
);

/** Makes up the runs of an experiment in the order in which they ran; none differs from the others in anything but chance and drift. */
export class Experiments {
  readonly model: Model;
  readonly #generator: SeededGenerator;
  readonly #deviations: Float64Array;

  /** @param seed Whole number; the same seed gives the same runs. */
  constructor(model: Model, seed: number) {
    this.model = model;
    this.#generator = seededGenerator(seed);
    this.#deviations = Float64Array.from({ length: quantiles }, (_, place) => {
      const share = (place + 0.5) / quantiles;
      return model.spread * Math.log(share / (1 - share));
    });
  }

  /** The runs of the next experiment. */
  next(count: number): Run[] {
    const { drift, walkDeviation, runDeviation } = this.model;
    let walk = 0;
    return Array.from({ length: count }, (_, place) => {
      walk += walkDeviation * this.#normal();
      return this.#run(drift * (place / Math.max(1, count - 1)) + walk + runDeviation * this.#normal());
    });
  }

  #run(level: number): Run {
    const { secondsOfARun, requestsASecond, secondDeviation, secondCorrelation } = this.model;
    const steps = new Uint16Array(secondsOfARun * requestsASecond);
    // Stationary from the first second on.
    const innovation = secondDeviation * Math.sqrt(1 - secondCorrelation ** 2);
    let second = secondDeviation * this.#normal();
    for (let request = 0; request < steps.length; request += 1) {
      if (request > 0 && request % requestsASecond === 0) {
        second = secondCorrelation * second + innovation * this.#normal();
      }
      const deviation = this.#deviations[this.#generator.next() >>> 16] ?? 0;
      steps[request] = Math.floor((level + second + deviation) / stepWidth) + stepCount / 2;
    }
    return { p99: p99Of(countsOf([steps])), throughput: 1 / meanOf(steps), steps };
  }

  /** Box and Muller, A Note on the Generation of Random Normal Deviates (1958). */
  #normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(this.#generator)));
    return radius * Math.cos(2 * Math.PI * uniformFloat64(this.#generator));
  }
}

/** By how many steps times differ of which one is `ratio` times the other. */
export function stepsBetween(ratio: number): number {
  return Math.round(Math.log(ratio) / stepWidth);
}

/** How many requests took each step. */
export function countsOf(parts: Iterable<Uint16Array>): Uint32Array {
  const counts = new Uint32Array(stepCount);
  for (const part of parts) {
    for (let request = 0; request < part.length; request += 1) {
      const step = part[request] ?? 0;
      counts[step] = (counts[step] ?? 0) + 1;
    }
  }
  return counts;
}

/** The time that 99 % of the requests do not exceed. */
export function p99Of(counts: Uint32Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let above = Math.floor(total * 0.01);
  let step = stepCount - 1;
  for (; step > 0; step -= 1) {
    above -= counts[step] ?? 0;
    if (above < 0) break;
  }
  return timeOfStep[step] ?? Number.NaN;
}

function meanOf(steps: Uint16Array): number {
  let sum = 0;
  for (let request = 0; request < steps.length; request += 1) sum += timeOfStep[steps[request] ?? 0] ?? 0;
  return sum / steps.length;
}
