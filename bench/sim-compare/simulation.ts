// Counts how often methods call variants different that are the same, and how often those that are not.

import type { Experiment, Method } from "./methods.ts";
import { Experiments, type Model } from "./model.ts";

/** What is simulated. */
export interface Simulation {
  model: Model;
  methods: readonly Method[];
  /** Experiments. The same ones serve for false alarms and for what is found: B's times are multiplied for the latter. */
  trials: number;
  pairs: number;
  /** By how much B's times are truly longer; 1.1 is 10 %. */
  ratio: number;
  /** Of each test. */
  alpha: number;
  seed: number;
}

/** What came of it. */
export interface Outcome {
  method: string;
  /** Experiments whose identical variants were called different. */
  falseAlarms: number;
  /** Experiments whose different variants were called different in p99. */
  found: number;
  /** Pairs that these experiments ran, on average. */
  pairs: number;
  trials: number;
}

/** Simulates. */
export function simulate({ model, methods, trials, pairs, ratio, alpha, seed }: Simulation): Outcome[] {
  const experiments = new Experiments(model, seed);
  const outcomes = methods.map(({ name }) => ({ method: name, falseAlarms: 0, found: 0, pairs: 0, trials }));
  for (let trial = 0; trial < trials; trial += 1) {
    const experiment: Experiment = { runs: experiments.next(2 * pairs), model, alpha, seed: seed + trial };
    for (const [place, method] of methods.entries()) {
      const outcome = outcomes[place];
      if (outcome === undefined) continue;
      const decide = method.decide(experiment);
      if (decide(1).any) outcome.falseAlarms += 1;
      const different = decide(ratio);
      if (different.p99) outcome.found += 1;
      outcome.pairs += different.pairs / trials;
    }
  }
  return outcomes;
}

/**
 * The interval (95 %) of a probability of which so many of so many trials were seen (Wilson, Probable Inference, the Law of Succession, and
 * Statistical Inference, Journal of the American Statistical Association 22, 1927).
 */
export function wilsonInterval(seen: number, trials: number): { lower: number; upper: number } {
  const z = 1.959964;
  const share = seen / trials;
  const middle = (share + z ** 2 / (2 * trials)) / (1 + z ** 2 / trials);
  const half = (z / (1 + z ** 2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return { lower: Math.max(0, middle - half), upper: Math.min(1, middle + half) };
}

/**
 * The numbers outside of which a count of so many trials lies with a probability of at most `outside`, half of it on either side, where each trial
 * has the probability given.
 */
export function binomialBounds(trials: number, probability: number, outside: number): { lower: number; upper: number } {
  // By logarithms: to see none in 400 trials of 85 % has no probability that a double can hold.
  const chances: number[] = [];
  let logarithm = trials * Math.log1p(-probability);
  for (let count = 0; count <= trials; count += 1) {
    chances.push(Math.exp(logarithm));
    logarithm += Math.log(((trials - count) / (count + 1)) * (probability / (1 - probability)));
  }
  const firstAbove = (inOrder: number[]) => {
    let sum = 0;
    return inOrder.findIndex((chance) => {
      sum += chance;
      return sum > outside / 2;
    });
  };
  return { lower: firstAbove(chances), upper: trials - firstAbove(chances.toReversed()) };
}
