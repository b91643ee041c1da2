// Variables that `dbmark ab` reads besides those of its runs.

import type { Variable } from "./variable.ts";

const targetOf = (name: string): Variable => ({
  name: `DBMARK_TARGET_${name}`,
  type: "text",
  form: "a URL such as postgres://user:password@127.0.0.1:5432/database",
  default: "DBMARK_TARGET",
  meaning: `The system under test of variant ${name}.`,
});

/** Variables of experiments. */
export const experimentVariables: readonly Variable[] = [targetOf("A"), targetOf("B")];
