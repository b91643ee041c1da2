// The outputs of k6 that `--k6-out` asks for. `influxdb=` is dbmark's own output for InfluxDB, which counts what it loses; its secrets go to k6 by
// the environment, never among the arguments, which every user of the machine can read.

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../lib/environment/index.ts";
import { readRun, runFileName } from "../../lib/result/index.ts";
import { messageOf } from "../errors.ts";
import { redact } from "../redact.ts";
import type { RunEvent } from "./events.ts";
import { checkK6Output } from "./k6-outputs.ts";

/** What an output tells of itself. */
export type OutputEvent = RunEvent & { event: "output" };

/** Outputs as k6 gets them. */
export interface Outputs {
  /** Values of k6's `--out`. */
  outputs: string[];
  /** Variables for k6, with the secrets. */
  environment: Record<string, string>;
}

/** The names under which dbmark's own output is asked for. */
const ownNames = ["influxdb", "dbmark-influxdb"];
const expected =
  "Expected is influxdb=http://host:8086/database for InfluxDB 1.x, or influxdb='http://host:8086?org=name&bucket=name' for 2.x with its token in K6_INFLUXDB_TOKEN.";
const options = ["org", "bucket", "retention", "consistency", "insecure"];

/**
 * Outputs for k6 from those that the user asked for.
 * @param asked values of `--k6-out`.
 * @param environment the user's.
 * @throws {UsageError} for an output that there is not, and an InfluxDB that cannot be meant; never with a secret.
 */
export function checkOutputs(asked: readonly string[], environment: NodeJS.ProcessEnv): Outputs {
  const checked: Outputs = { outputs: [], environment: {} };
  for (const output of asked) {
    const equals = output.indexOf("=");
    const name = equals < 0 ? output : output.slice(0, equals);
    if (!ownNames.includes(name)) {
      checkK6Output(output);
      checked.outputs.push(output);
      continue;
    }
    const text = equals < 0 ? "" : output.slice(equals + 1);
    const url = text === "" ? undefined : readUrl(text);
    checkPlace(url, environment);
    if (url === undefined) checked.outputs.push("dbmark-influxdb");
    else {
      takeSecrets(url, checked.environment);
      checked.outputs.push(`dbmark-influxdb=${url.href}`);
    }
  }
  return checked;
}

function refuse(text: string, problem: string): never {
  throw new UsageError(`--k6-out influxdb=${redact(text)} ${problem}. ${expected}`);
}

function readUrl(text: string): URL {
  if (!/^https?:\/\/[^/?#]/i.test(text)) refuse(text, "is no URL of a server");
  let url: URL;
  try {
    url = new URL(text);
    decodeURIComponent(url.username + url.password + url.pathname);
  } catch {
    refuse(text, "cannot be read");
  }
  const names = [...url.searchParams.keys()];
  const unknown = names.find((name) => !options.includes(name));
  if (unknown !== undefined) {
    // Its value may be a secret.
    throw new UsageError(
      `--k6-out influxdb=… has the option "${unknown}"; known are ${options.join(", ")}. Secrets are for the environment: K6_INFLUXDB_USERNAME, K6_INFLUXDB_PASSWORD, K6_INFLUXDB_TOKEN.`,
    );
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse(text, `has the option "${twice}" twice`);
  const empty = names.find((name) => url.searchParams.get(name) === "");
  if (empty !== undefined) refuse(text, `has the option "${empty}" without a value`);
  const insecure = url.searchParams.get("insecure");
  if (!["true", "false", null].includes(insecure)) refuse(text, "has an insecure that is neither true nor false");
  return url;
}

/** Refuses what does not say where to write to, or says two things. */
function checkPlace(url: URL | undefined, environment: NodeJS.ProcessEnv): void {
  const database = url?.pathname.replaceAll("/", "") ?? "";
  const given = (option: string) => url?.searchParams.get(option) || undefined;
  const shown = url?.href ?? "";
  if (database !== "" && (given("org") !== undefined || given("bucket") !== undefined))
    refuse(shown, "names a database of InfluxDB 1.x, and an organisation or a bucket of 2.x");
  if (database !== "") return;
  const organisation = given("org") ?? (environment.K6_INFLUXDB_ORGANIZATION || undefined);
  const bucket = given("bucket") ?? (environment.K6_INFLUXDB_BUCKET || undefined);
  if (organisation === undefined && bucket === undefined) return;
  if (organisation === undefined || bucket === undefined)
    refuse(
      shown,
      `has ${organisation === undefined ? "a bucket and no organisation" : "an organisation and no bucket"}: InfluxDB 2.x needs both`,
    );
  if (!environment.K6_INFLUXDB_TOKEN) refuse(shown, "has a bucket and no token: InfluxDB 2.x needs one");
  if (given("retention") !== undefined || given("consistency") !== undefined)
    refuse(shown, "has a bucket, and a retention policy or a consistency, which only InfluxDB 1.x has");
}

/** Moves user and password from the URL to the environment. */
function takeSecrets(url: URL, environment: Record<string, string>): void {
  if (url.username === "" && url.password === "") return;
  const secrets = {
    K6_INFLUXDB_USERNAME: decodeURIComponent(url.username),
    K6_INFLUXDB_PASSWORD: decodeURIComponent(url.password),
  };
  for (const [name, value] of Object.entries(secrets)) {
    if (name in environment && environment[name] !== value)
      throw new UsageError(
        "--k6-out is given twice with an InfluxDB, each with a user of its own, which one run cannot have. Write to one, or let both have the same user.",
      );
    environment[name] = value;
  }
  url.username = "";
  url.password = "";
}

/**
 * Adds to the result of a run that an output lost something: a warning, because the result itself is whole. It can only be told now, when k6 has
 * ended: outputs are the last that k6 ends.
 * @param folder the run folder.
 */
export function noteLosses(folder: string | undefined, events: readonly OutputEvent[]): void {
  const losses = events.filter(({ state, lost }) => state === "finished" && lost > 0);
  if (folder === undefined || losses.length === 0) return;
  const path = join(folder, runFileName);
  const temporary = `${path}.tmp`;
  try {
    const { run } = readRun(folder);
    for (const { message } of losses) run.validity.warnings.push({ code: "output_incomplete", message });
    writeFileSync(temporary, `${JSON.stringify(run, null, 2)}\n`, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    process.stderr.write(`dbmark: ${path} does not tell what was lost on the way to an output: ${messageOf(error)}\n`);
  }
}
