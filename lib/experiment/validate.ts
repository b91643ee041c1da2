/** Checks experiments against their JSON Schema. For Node: it needs ajv. */

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import experimentSchema from "../schema/experiment.schema.json" with { type: "json" };

let check: ValidateFunction | undefined;

/** What is wrong with the content of an ab.json, one sentence each; empty when it is as the schema says. */
export function problemsOfExperiment(value: unknown): string[] {
  if (check === undefined) {
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
    addFormats.default(ajv);
    check = ajv.compile(experimentSchema);
  }
  if (check(value)) return [];
  return (check.errors ?? []).map((error) => {
    const place = error.instancePath === "" ? "the file" : error.instancePath.slice(1).replaceAll("/", ".");
    const detail = Object.values(error.params).join(", ");
    return `${place} ${error.message ?? "is wrong"}${error.keyword === "type" ? "" : ` (${detail})`}`;
  });
}
