// What every VU loads of a script, kept as small as can be: k6 gives each VU a JavaScript world of its own, so whatever is
// loaded here is held once for each worker.

import { type JoinedRun, joinRun } from "k6/x/dbmark";
import type { SuiteScript } from "./suite.ts";

/** 0 in k6's own VUs, for reading the options and for setup, teardown and the summary; from 1 on in those that run iterations. */
declare const __VU: number;

/** What a worker's VU has of a suite: the rest is asked of k6's own VUs only. */
export type WorkerScript = Pick<SuiteScript, "iterate" | "scenario"> & Partial<SuiteScript>;

/**
 * The exports of a script. `load` gives the suite by `require`, which runs it where it is called: an `import` would run it, with variables,
 * profiles and statements, in every VU. A worker's VU does not call it, and joins the run that was declared.
 */
export function scriptOf(load: () => SuiteScript): WorkerScript {
  if (__VU === 0) return load();
  let run: JoinedRun | undefined;
  const iterate = (scenario?: string) => {
    run ??= joinRun();
    run.iterate(scenario);
  };
  return { iterate: () => iterate(), scenario: (name) => () => iterate(name) };
}
