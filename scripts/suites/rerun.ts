// A run that is over, once more, from its file alone. `dbmark rerun` checks the file first, and says what it cannot bring back.

import { cores, version } from "k6/x/dbmark";
import { type Environment, readFlag, readText, UsageError } from "../../lib/environment/index.ts";
import { defaultLoadConnections, targetOf } from "../../lib/k6/settings.ts";
import { defineRun } from "../../lib/k6/suite.ts";
import { rerunDeclaration, workloadOf } from "../../lib/rerun/declaration.ts";
import { parseRunFile } from "../../lib/result/run-file.ts";

declare const __ENV: Environment;

export const suite = defineRun(() => {
  const path = readText(__ENV, "DBMARK_RERUN");
  if (path === undefined) {
    throw new UsageError(
      "DBMARK_RERUN is not set, so there is nothing to run again. Set it to the absolute path of a run.json, or use `npx dbmark rerun <run folder>`.",
    );
  }
  const file = parseRunFile(textOf(path), path);
  const declaration = rerunDeclaration(file, {
    target: targetOf(file.suite.name, __ENV),
    resultsDirectory: readText(__ENV, "DBMARK_RESULTS") ?? "results",
    allowWrites: readFlag(__ENV, "DBMARK_ALLOW_WRITES"),
    reload: readFlag(__ENV, "DBMARK_RELOAD"),
    loadConnections: defaultLoadConnections(cores),
    version,
    gitRevision: readText(__ENV, "DBMARK_GIT_REVISION") ?? "",
  });
  return { declaration, workload: workloadOf(file) };
});

function textOf(path: string): string {
  try {
    return open(path);
  } catch (error) {
    throw new UsageError(
      `DBMARK_RERUN=${path} cannot be read: ${(error as Error).message}. Give the absolute path of a run.json.`,
    );
  }
}
