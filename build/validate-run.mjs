// Checks a run.json against its schema: node build/validate-run.mjs results/<run>/run.json

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { BuildError, main, say } from "./command.mjs";
import { root } from "./places.mjs";

await main(async () => {
  const path = process.argv[2];
  if (path === undefined) throw new BuildError("which run.json?");
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  addFormats.default(ajv);
  const check = ajv.compile(JSON.parse(readFileSync(join(root, "lib", "schema", "run.schema.json"), "utf8")));
  if (!check(JSON.parse(readFileSync(path, "utf8"))))
    throw new BuildError(`${path}: ${ajv.errorsText(check.errors, { separator: "\n" })}`);
  say(`${path} is as its schema says`);
});
