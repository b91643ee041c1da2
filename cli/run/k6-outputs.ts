// The outputs of k6 itself: which there are, and what k6 would take without a word and not do, or find out only when the database is there.

import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { suggestion, UsageError } from "../../lib/environment/index.ts";
import { k6Binary } from "../installation.ts";
import { redact } from "../redact.ts";

/** Those that k6 v2.2.0 has without an extension. `influxdb` is not among them: dbmark's own stands in for it. */
const builtIn = [
  "cloud",
  "csv",
  "experimental-opentelemetry",
  "experimental-prometheus-rw",
  "json",
  "opentelemetry",
  "web-dashboard",
];

/** Those that ignore what stands behind the equals sign, with what they read instead. */
const byVariables: Record<string, string> = {
  "experimental-prometheus-rw": "K6_PROMETHEUS_RW_SERVER_URL",
  opentelemetry: "K6_OTEL_GRPC_EXPORTER_ENDPOINT or K6_OTEL_HTTP_EXPORTER_ENDPOINT",
  "experimental-opentelemetry": "K6_OTEL_GRPC_EXPORTER_ENDPOINT or K6_OTEL_HTTP_EXPORTER_ENDPOINT",
};

/** What people call an output that has another name. */
const otherwiseCalled: Record<string, string> = {
  prometheus: "experimental-prometheus-rw",
  "prometheus-rw": "experimental-prometheus-rw",
  otel: "opentelemetry",
  otlp: "opentelemetry",
  influx: "influxdb",
};

/**
 * Refuses an output that k6 does not have, and an argument that its output would ignore.
 * @param output a value of `--k6-out`.
 * @param extensions names of the outputs that are compiled into k6; asked for only where the name is none of k6's own.
 * @throws {UsageError}
 */
export function checkK6Output(output: string, extensions: () => readonly string[] = compiledIn): void {
  const [name, argument] = partsOf(output);
  if (!builtIn.includes(name)) {
    const known = [...new Set([...builtIn, "influxdb", ...extensions()])].sort();
    if (known.includes(name)) return;
    const meant = otherwiseCalled[name];
    const hint = meant === undefined ? suggestion(name, known) : ` Did you mean ${meant}?`;
    throw new UsageError(
      `--k6-out ${redact(output) || '""'}: k6 has no output ${name === "" ? "without a name" : name}. It has ${known.join(", ")}.${hint}`,
    );
  }
  const variable = byVariables[name];
  if (variable !== undefined && argument !== undefined)
    throw new UsageError(
      `--k6-out ${redact(output)}: k6's ${name} ignores what stands behind the "=". Give --k6-out ${name}, and the address in ${variable}.`,
    );
}

/**
 * Refuses an output to a file that k6 could not make, or to standard output, which is the log of the run.
 * @throws {UsageError}
 */
export function checkOutputFile(output: string): void {
  const [name, argument = ""] = partsOf(output);
  // What else csv takes are pairs: fileName=…,saveInterval=….
  const path = name === "csv" ? (/(?:^|,)fileName=([^,]*)/.exec(argument)?.[1] ?? argument) : argument;
  if (name !== "json" && name !== "csv") return;
  if (path === "" || path === "-")
    throw new UsageError(`--k6-out ${output} names no file. Give one: --k6-out ${name}=samples.${name}`);
  if (isFolder(path))
    throw new UsageError(`--k6-out ${output} names a folder. Give a file in it: ${path}/samples.${name}`);
  if (!path.includes("=") && !isFolder(dirname(path)))
    throw new UsageError(
      `--k6-out ${output} is in the folder ${dirname(path)}, which is not there. Make it: mkdir -p ${dirname(path)}`,
    );
}

function partsOf(output: string): [string, string | undefined] {
  const equals = output.indexOf("=");
  return equals < 0 ? [output, undefined] : [output.slice(0, equals), output.slice(equals + 1)];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The outputs of extensions in `bin/k6`. */
function compiledIn(): string[] {
  try {
    const { extensions = [] } = JSON.parse(
      execFileSync(k6Binary, ["version", "--json"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    ) as { extensions?: { outputs?: string[] }[] };
    return extensions.flatMap(({ outputs = [] }) => outputs);
  } catch {
    // A k6 that is missing is told of by who starts it.
    return [];
  }
}
