/** Checks run files and lines of windows files against the JSON Schemas in lib/schema. For Node: it needs ajv. */

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import runSchema from "../schema/run.schema.json" with { type: "json" };
import windowsSchema from "../schema/windows.schema.json" with { type: "json" };

const lineTypes = {
  header: "HeaderLine",
  window: "WindowLine",
  harness: "HarnessLine",
  load: "LoadLine",
  end: "EndLine",
};

let checks: { run: ValidateFunction; lines: Map<unknown, ValidateFunction> } | undefined;

/** Compiles the schemas when they are first needed. */
function compiled() {
  if (checks !== undefined) return checks;
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addSchema(runSchema).addSchema(windowsSchema);
  const lines = new Map<unknown, ValidateFunction>();
  for (const [type, name] of Object.entries(lineTypes)) {
    lines.set(type, ajv.compile({ $ref: `windows.schema.json#/$defs/${name}` }));
  }
  checks = { run: ajv.compile({ $ref: "run.schema.json" }), lines };
  return checks;
}

/** What is wrong with the content of a run.json, one sentence each; empty when it is as the schema says. */
export function problemsOfRunFile(value: unknown): string[] {
  return problems(compiled().run, value);
}

/** What is wrong with one line of a windows.ndjson; empty when it is as the schema says. */
export function problemsOfWindowsLine(value: unknown): string[] {
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  const check = compiled().lines.get(type);
  if (check === undefined)
    return [`type is ${JSON.stringify(type)}; accepted are ${Object.keys(lineTypes).join(", ")}`];
  return problems(check, value);
}

function problems(check: ValidateFunction, value: unknown): string[] {
  if (check(value)) return [];
  return (check.errors ?? []).map((error) => {
    const place = error.instancePath === "" ? "the file" : error.instancePath.slice(1).replaceAll("/", ".");
    const detail = Object.values(error.params).join(", ");
    return `${place} ${error.message ?? "is wrong"}${error.keyword === "type" ? "" : ` (${detail})`}`;
  });
}
