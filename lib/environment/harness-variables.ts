// Variables that tell the script where and how to run; `dbmark run` sets them from its options.

import type { Variable } from "./variable.ts";

/** Variables of the harness. */
export const harnessVariables: readonly Variable[] = [
  {
    name: "DBMARK_TARGET",
    type: "text",
    form: "a URL such as postgres://user:password@127.0.0.1:5432/database",
    default: "none; with dbmark run, an embedded PostgreSQL",
    meaning: "The system under test.",
  },
  {
    name: "DBMARK_RESULTS",
    type: "text",
    form: "the path of a folder",
    default: "results",
    meaning: "Folder under which the run's folder is made.",
  },
  {
    name: "DBMARK_RELOAD",
    type: "flag",
    default: "0",
    meaning: "Load the data set again even if the target holds it.",
  },
  {
    name: "DBMARK_ALLOW_WRITES",
    type: "flag",
    default: "0",
    meaning: "Allow writing to tables that dbmark did not make.",
  },
  {
    name: "DBMARK_LOAD_ONLY",
    type: "flag",
    default: "0",
    meaning: "Load the data set, in its first state, and run nothing.",
  },
  {
    name: "DBMARK_TEST_ID",
    type: "text",
    form: "a name that no other run has",
    default: "the name of the run folder",
    meaning: "The run's name in metrics (the tag testid); instances of one run need the same.",
  },
  {
    name: "DBMARK_START_AT",
    type: "text",
    form: "an instant such as 2026-11-21T10:46:42Z, or told",
    default: "at once",
    meaning: "When all instances of a run start; told: whoever reads the events says when.",
  },
  {
    name: "DBMARK_INSPECT",
    type: "flag",
    default: "0",
    meaning: "Print the workload instead of running it.",
  },
  {
    name: "DBMARK_RERUN",
    type: "text",
    form: "the absolute path of a run.json",
    default: "not set",
    meaning: "The run that the script rerun.ts runs again.",
  },
  {
    name: "DBMARK_EVENTS_FD",
    type: "integer",
    minimum: 3,
    maximum: 1023,
    default: "not set",
    meaning: "File descriptor to which events are written, one JSON object a line.",
  },
  {
    name: "DBMARK_GIT_REVISION",
    type: "text",
    form: "a git revision",
    default: "unknown",
    meaning: "Revision of dbmark, for the record.",
  },
];
