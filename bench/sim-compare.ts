// npm run sim:compare: how often each way of comparing calls identical variants different, and finds a change that is there.
// docs/comparing-method.md explains the figures. Nothing is measured here: the same seed gives the same table.

import { BenchmarkError, benchmark, numberOption, parseOptions } from "./running/benchmark.ts";
import {
  bootstrapOfOnePair,
  firstOfSixteen,
  holmOverTwo,
  holmWithLooks,
  looks,
  type Method,
  pairedT,
  requests,
  runsInBlocks,
  signedRank,
  verdict,
} from "./sim-compare/methods.ts";
import { correlated, drifting, independent, type Model, withRunEffect } from "./sim-compare/model.ts";
import { simulate } from "./sim-compare/simulation.ts";
import { alarmsOf, percent, rowOf, tableOf } from "./sim-compare/table.ts";

const usage = "Options: --trials 1000, --pairs 8, --ratio 1.1 (B's times by A's), --alpha 0.05, --seed 1";

const causes: [name: string, model: Model][] = [
  ["independent requests", independent],
  ["+ correlated seconds", correlated],
  ["+ level of a run", withRunEffect],
  ["+ drift", drifting],
];
const compared: Method[] = [requests, bootstrapOfOnePair, runsInBlocks, pairedT];
const more: Method[] = [signedRank, holmOverTwo, verdict, looks, holmWithLooks, firstOfSixteen];

/** Simulates and prints both tables. */
export function main(args: string[]): Promise<number> {
  return benchmark(
    "compare",
    async () => {
      const options = read(args);
      const byCause = causes.map(([name, model]) => ({
        name,
        outcomes: simulate({ ...options, model, methods: model === drifting ? [...compared, ...more] : compared }),
      }));
      const last = byCause.at(-1)?.outcomes ?? [];
      const nominal = `${percent(options.alpha)} %`;
      const lines = [
        `${options.trials} experiments of ${options.pairs} pairs, nominal ${nominal}, seed ${options.seed}; intervals are 95 %.`,
        "",
        `False alarms between identical variants, %`,
        "",
        ...tableOf(
          ["", ...byCause.map(({ name }) => name)],
          compared.map(({ name }, row) => [name, ...byCause.map(({ outcomes }) => alarmsOf(outcomes[row]))]),
        ),
        "",
        `With all of these causes, and p99 truly ${percent(options.ratio - 1)} % longer`,
        "",
        ...tableOf(["", "false alarms, %", "change found, %", "pairs run"], last.map(rowOf)),
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
    },
    "sim",
  );
}

function read(args: string[]) {
  const values = parseOptions(
    args,
    {
      trials: { type: "string", default: "1000" },
      pairs: { type: "string", default: "8" },
      ratio: { type: "string", default: "1.1" },
      alpha: { type: "string", default: "0.05" },
      seed: { type: "string", default: "1" },
    },
    usage,
  );
  const whole = (option: "trials" | "pairs" | "seed", from: number, to: number) => {
    const value = numberOption(option, values[option], { from, to });
    if (!Number.isInteger(value))
      throw new BenchmarkError(`--${option} is "${values[option]}"; it takes a whole number`);
    return value;
  };
  return {
    trials: whole("trials", 1, 100_000),
    pairs: whole("pairs", 6, 20),
    seed: whole("seed", 0, 2 ** 31 - 1),
    ratio: numberOption("ratio", values.ratio, { from: 0.5, to: 2 }),
    alpha: numberOption("alpha", values.alpha, { from: 0.001, to: 0.5 }),
  };
}
