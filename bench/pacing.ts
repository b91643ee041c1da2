// npm run bench:pacing: how late operations start that nothing but the harness keeps waiting, beside how late the operating system
// alone wakes a thread.

import { startEmbeddedPostgres } from "../cli/postgres/embedded-postgres.ts";
import { closeCell, measureRound, openCells } from "./pacing/cells.ts";
import { printCells } from "./pacing/print.ts";
import { buildYardstick } from "./pacing/yardstick.ts";
import { benchmark, numberOption, parseOptions, writeMeasured } from "./running/benchmark.ts";

export { keepNetworkBusy } from "./pacing/network-load.ts";

const usage = "Options: --seconds 5 --rounds 5";

function read(args: string[]) {
  const values = parseOptions(
    args,
    { seconds: { type: "string", default: "5" }, rounds: { type: "string", default: "5" } },
    usage,
  );
  return {
    seconds: numberOption("seconds", values.seconds, { from: 1, to: 3600 }),
    rounds: Math.floor(numberOption("rounds", values.rounds, { from: 1, to: 100 })),
  };
}

/** Measures every rate under every condition in turn, prints lag beside the yardstick, and writes both. */
export function main(args: string[]): Promise<number> {
  return benchmark("pacing", async () => {
    const { seconds, rounds } = read(args);
    const startedAt = new Date();
    const yardstick = await buildYardstick();
    const postgres = await startEmbeddedPostgres({ keep: false });
    try {
      const cells = openCells();
      for (let round = 0; round < rounds; round++) {
        for (const cell of cells) {
          process.stderr.write(`round ${round + 1} of ${rounds}: ${cell.condition.name}, ${cell.rate}/s\n`);
          await measureRound(cell, { yardstick, postgres: postgres.url, seconds });
        }
      }
      const closed = cells.map(closeCell);
      process.stdout.write(`${printCells(closed).join("\n")}\n\n`);
      process.stdout.write(`Written to ${writeMeasured("pacing", startedAt, { seconds, cells: closed })}\n`);
    } finally {
      await postgres.stop();
    }
  });
}
