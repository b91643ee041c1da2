// node build/dashboard-image.mjs: two real runs write to a real InfluxDB, and the dashboards are drawn of what it answers to their queries.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InfluxdbServer } from "../../bench/influxdb/server.ts";
import { startDbmark } from "../../cli/command-under-test.ts";
import { installationFolder } from "../../cli/installation.ts";
import { type RunFile, readRun } from "../../lib/result/index.ts";
import { answeringInfluxdb } from "../answers.ts";
import { loadGrafana } from "../grafana.ts";
import { dashboardPictures } from "./dashboards.ts";

const database = "k6";
/** A spike in which what takes longer than 60 ms fails: on a busy host there are errors to see. */
const settings = {
  LOAD_PROFILE: "spike",
  LOAD_RATE: "1000",
  STEADY_STATE_DURATION: "15s",
  WARMUP_DURATION: "5s",
  TIMEOUT: "60ms",
};
/** What differs between the runs. */
const protocols = ["simple", "prepared"];

/** Writes `dashboard-run.svg` and `dashboard-compare.svg` into a folder. */
export async function main([folder = join(installationFolder, "docs", "images")]: string[]): Promise<number> {
  const grafana = await loadGrafana();
  const influxdb = await InfluxdbServer.start();
  const results = mkdtempSync(join(tmpdir(), "dbmark-dashboard-image-"));
  try {
    const runs: RunFile[] = [];
    for (const protocol of protocols) runs.push(await run(influxdb, join(results, protocol), protocol));
    mkdirSync(folder, { recursive: true });
    const drawn = await dashboardPictures(grafana, answeringInfluxdb(influxdb, database), runs);
    for (const [name, svg] of Object.entries(drawn)) {
      const path = join(folder, `dashboard-${name}.svg`);
      writeFileSync(path, svg);
      process.stdout.write(`${path} ${Math.round(svg.length / 1000)} kB\n`);
    }
    return 0;
  } finally {
    await influxdb.remove();
    rmSync(results, { recursive: true, force: true });
  }
}

async function run(influxdb: InfluxdbServer, out: string, protocol: string): Promise<RunFile> {
  process.stderr.write(`A run with PROTOCOL=${protocol} …\n`);
  const ended = await startDbmark([
    ...["run", "oltp", "--out", out, "--k6-out", `influxdb=${influxdb.url}/${database}`],
    ...Object.entries({ ...settings, PROTOCOL: protocol }).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
  ]).ended;
  const [name] = readdirSync(out);
  if (name === undefined) throw new Error(`there is no result:\n${ended.stderr}`);
  process.stderr.write(ended.stdout);
  return readRun(join(out, name)).run;
}
