// npm run bench:open-loop: a PostgreSQL is stopped for two seconds, under an open loop and under a closed one. Prints what each saw of it
// beside what arithmetic predicts. docs/open-loop.md explains the figures.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { installationFolder } from "../cli/installation.ts";
import { startEmbeddedPostgres } from "../cli/postgres/embedded-postgres.ts";
import { readRun } from "../lib/result/index.ts";
import { compare } from "./open-loop/comparison.ts";
import { picture } from "./open-loop/picture.ts";
import { tableOf } from "./open-loop/table.ts";
import { type EndedThroughStop, runThroughStop } from "./open-loop/through-stop.ts";
import { BenchmarkError, benchmark, numberOption, parseOptions } from "./running/benchmark.ts";

const usage =
  "Options: --seconds 60 (measured, of each run), --image FILE (draws an SVG), --again (reads the last two runs)";
const file = join(installationFolder, "results", "bench", "open-loop.json");
const stopSeconds = 2;
const warmupSeconds = 10;
const unjudged = { SLO_P95: "none", SLO_P99: "none", SLO_ERROR_RATE: "none" };

/** Runs both, or reads the last ones, prints, and draws where that is asked for. */
export function main(args: string[]): Promise<number> {
  return benchmark("open-loop", async () => {
    const { seconds, image, again } = read(args);
    const [open, closed] = again ? lastRuns() : await newRuns(seconds);
    const comparison = compare(open, closed);
    process.stdout.write(`${tableOf(comparison).join("\n")}\n`);
    if (image !== undefined) writeFileSync(image, `${picture(comparison, stopSeconds)}\n`);
  });
}

function read(args: string[]) {
  const { seconds, image, again } = parseOptions(
    args,
    {
      seconds: { type: "string", default: "60" },
      image: { type: "string" },
      again: { type: "boolean", default: false },
    },
    usage,
  );
  return { seconds: numberOption("seconds", seconds, { from: 10, to: 3600 }), image, again };
}

/** One after the other, on a server of their own. */
async function newRuns(seconds: number): Promise<[EndedThroughStop, EndedThroughStop]> {
  const server = await startEmbeddedPostgres({ keep: false });
  try {
    const subject = {
      server,
      out: join(installationFolder, "results"),
      variables: { STEADY_STATE_DURATION: `${seconds}s`, WARMUP_DURATION: `${warmupSeconds}s`, ...unjudged },
      stop: { after: warmupSeconds + seconds / 3, seconds: stopSeconds },
    };
    process.stderr.write(`Open loop (tps500): ${warmupSeconds + seconds} s\n`);
    const open = await runThroughStop({ ...subject, profile: "tps500" });
    process.stderr.write(`Closed loop (max): ${warmupSeconds + seconds} s\n`);
    const closed = await runThroughStop({ ...subject, profile: "max" });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify([open, closed].map(withoutRun), null, 2)}\n`);
    return [open, closed];
  } finally {
    await server.stop();
  }
}

function withoutRun({ folder, stall }: EndedThroughStop) {
  return { folder: relative(installationFolder, folder), stall };
}

function lastRuns(): [EndedThroughStop, EndedThroughStop] {
  let written: ReturnType<typeof withoutRun>[];
  try {
    written = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new BenchmarkError(`there are no runs to read again: ${file} is missing. Leave out --again`);
  }
  const [open, closed] = written.map(({ folder, stall }) => {
    const path = join(installationFolder, folder);
    return { folder: path, stall, run: readRun(path).run };
  });
  if (open === undefined || closed === undefined)
    throw new BenchmarkError(`${file} does not name two runs. Leave out --again`);
  return [open, closed];
}
