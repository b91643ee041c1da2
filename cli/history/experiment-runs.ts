// Which repetition of an experiment a run is, and what its variant changed that the run's own file does not show.

import { createHash } from "node:crypto";
import { normalize } from "node:path";
import type { ExperimentFile } from "../../lib/schema/experiment.generated.ts";
import type { ExperimentRun } from "../../lib/schema/history.generated.ts";

/** What an ab.json says of its runs. */
export interface ExperimentRuns {
  /** By variant, what is hidden; null: the file cannot be read. */
  hidden: { a: string; b: string } | null;
  /** By the path of the run folder, relative to the experiment's. */
  runs: Record<string, { pair: number; variant: "a" | "b" }>;
}

/** Reads the text of an ab.json; what is none has no runs. */
export function experimentRunsOf(text: string): ExperimentRuns {
  try {
    const { plan, repetitions }: ExperimentFile = JSON.parse(text);
    return {
      hidden: { a: hiddenOf(plan.a), b: hiddenOf(plan.b) },
      runs: Object.fromEntries(
        repetitions.flatMap(({ run, pair, variant }) => (run === null ? [] : [[normalize(run), { pair, variant }]])),
      ),
    };
  } catch {
    return { hidden: null, runs: {} };
  }
}

/** SQL that was executed on the data, and settings of the server: a run's file has only some of the latter. */
function hiddenOf({ sql, server }: ExperimentFile["plan"]["a"]): string {
  const settings = Object.entries(server).map(([name, value]) => `${name}=${value}`);
  const hash = sql && createHash("sha256").update(sql.text).digest("hex").slice(0, 8);
  return [...(sql ? [`after ${sql.path} (${hash})`] : []), ...settings.toSorted()].join(", ");
}

/** What is known of one run folder of an experiment. */
export function experimentRunOf(experiment: string, path: string, content: ExperimentRuns | undefined): ExperimentRun {
  const own = content?.runs[normalize(path.slice(experiment.length + 1))];
  if (!content?.hidden || own === undefined) {
    // Nobody knows what was changed for it, so that it is comparable with no other run.
    return { experiment, pair: null, variant: null, hidden: `not known: ${path}` };
  }
  return { experiment, ...own, hidden: content.hidden[own.variant] };
}
