// Ways to tell whether two variants differ: those that dbmark uses, and those that it does not, for comparison.

import { order, type Variant } from "../../lib/experiment/order.ts";
import { blockBootstrap } from "../../lib/statistics/block-bootstrap.ts";
import { holm } from "../../lib/statistics/holm.ts";
import { interimLooks } from "../../lib/statistics/interim-looks.ts";
import { pairedLogRatio } from "../../lib/statistics/paired-log-ratio.ts";
import { wilcoxonSignedRank } from "../../lib/statistics/wilcoxon-signed-rank.ts";
import { mannWhitney } from "./mann-whitney.ts";
import { countsOf, type Model, p99Of, type Run, stepsBetween } from "./model.ts";

/** What a method says of an experiment. */
export interface Decision {
  /** It calls the variants different in p99, or in throughput where it looks at it too. */
  any: boolean;
  /** It calls them different in p99. */
  p99: boolean;
  /** Pairs after which it was done. */
  pairs: number;
}

/** The runs of an experiment in the order in which they ran, two for each pair. */
export interface Experiment {
  runs: readonly Run[];
  model: Model;
  alpha: number;
  seed: number;
}

export interface Method {
  name: string;
  /** What it says where times of B are truly `ratio` times those of A. Everything that does not depend on it is computed before. */
  decide(experiment: Experiment): (ratio: number) => Decision;
}

/** Least change that a verdict speaks of, as `dbmark ab` has it unless told otherwise. */
const minimumEffect = 0.03;
const blockSeconds = 10;
const resamples = 400;

/** A decision on p99 alone, after all pairs. */
const onP99 = ({ runs }: Experiment, rejects: boolean): Decision => ({
  any: rejects,
  p99: rejects,
  pairs: runs.length / 2,
});

/** A decision on p99 alone, after the first pair. */
const afterOnePair = (rejects: boolean): Decision => ({ any: rejects, p99: rejects, pairs: 1 });

export const requests: Method = {
  name: "Mann–Whitney on the requests of one pair",
  decide: (experiment) => {
    const [a, b] = onePair(experiment);
    return (ratio) => {
      const shift = stepsBetween(ratio);
      return afterOnePair(
        mannWhitney(
          a.steps,
          b.steps.map((step) => step + shift),
        ) <= experiment.alpha,
      );
    };
  },
};

export const bootstrapOfOnePair: Method = {
  name: "10 s block bootstrap of one pair",
  decide: (experiment) => {
    const { requestsASecond, secondsOfARun } = experiment.model;
    const [a, b] = onePair(experiment).map(({ steps }) =>
      Array.from({ length: secondsOfARun }, (_, second) =>
        steps.subarray(second * requestsASecond, (second + 1) * requestsASecond),
      ),
    );
    const p99Within = (seconds: Uint16Array[] = [], indices: Uint32Array = new Uint32Array()) =>
      p99Of(countsOf(Array.from(indices, (index) => seconds[index] ?? new Uint16Array())));
    const interval = blockBootstrap({
      lengths: [secondsOfARun, secondsOfARun],
      blockLength: blockSeconds,
      statistic: (ofA, ofB) => Math.log(p99Within(b, ofB) / p99Within(a, ofA)),
      seed: experiment.seed,
      resamples,
      confidence: 1 - experiment.alpha,
    });
    return (ratio) => {
      const { lower, upper } = interval ?? { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
      const shift = Math.log(ratio);
      return afterOnePair(lower + shift > 0 || upper + shift < 0);
    };
  },
};

export const runsInBlocks: Method = {
  name: "AAA…BBB, Mann–Whitney on p99 of the runs",
  decide: (experiment) => {
    const values = experiment.runs.map(({ p99 }) => p99);
    const half = values.length / 2;
    return (ratio) => {
      const b = values.slice(half).map((value) => value * ratio);
      return onP99(experiment, mannWhitney(values.slice(0, half), b) <= experiment.alpha);
    };
  },
};

export const pairedT: Method = {
  name: "interleaved, paired t on log-ratios of p99",
  decide: (experiment) => (ratio) => onP99(experiment, p99Test(experiment, ratio) <= experiment.alpha),
};

export const signedRank: Method = {
  name: "interleaved, Wilcoxon on log-ratios of p99",
  decide: (experiment) => (ratio) => {
    const differences = pairsOf(experiment, "p99", ratio).map(([a, b]) => Math.log(b / a));
    return onP99(experiment, (wilcoxonSignedRank(differences).pValue ?? 1) <= experiment.alpha);
  },
};

export const holmOverTwo: Method = {
  name: "interleaved, Holm over p99 and throughput",
  decide: (experiment) => (ratio) => {
    const [p99 = false, throughput = false] = holm(primaryTests(experiment, ratio)).map((p) => p <= experiment.alpha);
    return { any: p99 || throughput, p99, pairs: experiment.runs.length / 2 };
  },
};

export const verdict: Method = {
  name: "… and a change of at least 3 %",
  decide: (experiment) => (ratio) => {
    const adjusted = holm(primaryTests(experiment, ratio));
    const [p99 = false, throughput = false] = (["p99", "throughput"] as const).map((metric, place) => {
      const change = pairedLogRatio(pairsOf(experiment, metric, ratio)).ratio - 1;
      return (adjusted[place] ?? 1) <= experiment.alpha && Math.abs(change) >= minimumEffect;
    });
    return { any: p99 || throughput, p99, pairs: experiment.runs.length / 2 };
  },
};

export const looks: Method = {
  name: "interleaved, paired t with interim looks",
  decide: (experiment) => (ratio) => {
    const planned = experiment.runs.length / 2;
    for (const { pairs, level } of interimLooks(experiment.alpha, planned)) {
      if (p99Test(firstPairs(experiment, pairs), ratio) <= level) return { any: true, p99: true, pairs };
    }
    return { any: false, p99: false, pairs: planned };
  },
};

export const holmWithLooks: Method = {
  name: "interleaved, Holm over both with interim looks",
  decide: (experiment) => (ratio) => {
    const planned = experiment.runs.length / 2;
    const rejected = [false, false];
    for (const { pairs, level } of interimLooks(experiment.alpha, planned)) {
      for (const [metric, p] of holm(primaryTests(firstPairs(experiment, pairs), ratio)).entries()) {
        if (p <= level) rejected[metric] = true;
      }
      if (rejected.every(Boolean)) return { any: true, p99: true, pairs };
    }
    return { any: rejected.some(Boolean), p99: rejected[0] === true, pairs: planned };
  },
};

export const firstOfSixteen: Method = {
  name: "interleaved, paired t at 5 %/16 (Holm over sixteen metrics, first step)",
  decide: (experiment) => (ratio) => onP99(experiment, p99Test(experiment, ratio) <= experiment.alpha / 16),
};

function p99Test(experiment: Experiment, ratio: number): number {
  return pairedLogRatio(pairsOf(experiment, "p99", ratio)).pValue ?? 1;
}

function primaryTests(experiment: Experiment, ratio: number): number[] {
  return (["p99", "throughput"] as const).map(
    (metric) => pairedLogRatio(pairsOf(experiment, metric, ratio)).pValue ?? 1,
  );
}

/** The pairs of an interleaved experiment. What makes times longer by a ratio makes throughput less by it. */
function pairsOf({ runs }: Experiment, metric: "p99" | "throughput", ratio: number): [a: number, b: number][] {
  const variants = order(runs.length / 2);
  const measured = (pair: number, wanted: Variant) => {
    const place = variants[2 * pair] === wanted ? 2 * pair : 2 * pair + 1;
    return runs[place]?.[metric] ?? Number.NaN;
  };
  const effect = metric === "p99" ? ratio : 1 / ratio;
  return Array.from({ length: runs.length / 2 }, (_, pair) => [measured(pair, "a"), measured(pair, "b") * effect]);
}

function firstPairs(experiment: Experiment, pairs: number): Experiment {
  return { ...experiment, runs: experiment.runs.slice(0, 2 * pairs) };
}

function onePair({ runs }: Experiment): [a: Run, b: Run] {
  const [a, b] = runs;
  if (a === undefined || b === undefined) throw new RangeError(`${runs.length} runs are no pair`);
  return [a, b];
}
