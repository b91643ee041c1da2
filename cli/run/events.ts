// What k6 tells the command line while it works: one JSON object a line, on a pipe.

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { RunFile } from "../../lib/result/index.ts";
import type { Workload } from "../../lib/workload.ts";

/** State of the load phase. */
export type LoadState = "waiting" | "started" | "progress" | "finished" | "reused" | "finishing" | "resetting";

/** A line of the pipe. Times end in their unit. */
export type RunEvent =
  | { event: "connected"; server: { product: string; version: string } }
  | { event: "workload"; workload: Workload }
  | { event: "load"; state: LoadState; rows: number; total: number; seconds: number; reason?: string }
  | { event: "started"; folder: string; totalSeconds: number | null; operationCount: number | null; loop: string }
  | { event: "ready" }
  | WindowEvent
  | StepEvent
  | { event: "finishing" }
  | {
      event: "output";
      state: "failing" | "recovered" | "finished";
      message: string;
      /** Points, and operations that lost points counted; known at the end. */
      written: number;
      lost: number;
      lostOperations: number;
    }
  | { event: "error"; kind: string; exitCode: 2 | 3 | 4; message: string }
  | FinishedEvent;

/** The run is over. */
export interface FinishedEvent {
  event: "finished";
  folder: string;
  runFile: string;
  status: string;
  valid: boolean;
  slosMet: boolean;
  /** What run.json would hold, where it could not be written, and why not. */
  run?: RunFile;
  failure?: string;
}

/** A step of a search has started, or what came of it. */
export interface StepEvent {
  event: "step";
  number: number;
  of: "rate" | "workers";
  load: number;
  purpose: string;
  outcome: "started" | "held" | "missed" | "harness" | "cut short";
  /** Absent when it has started. */
  step?: RunFile["steps"][number];
}

/** One second of all operations; response times. */
export interface WindowEvent {
  event: "window";
  second: number;
  phase: string;
  operations: number;
  errors: number;
  /** These by type. */
  errorKinds: Record<string, number>;
  p50Milliseconds: number;
  p99Milliseconds: number;
  /** Operations per second that are due; null in a closed loop. */
  targetRate: number | null;
  /** Operations that are due and wait for a worker. */
  backlog: number;
  /** Operations finished since the run's start. */
  total: number;
  /** Seconds that it covers, where it is not one. */
  seconds?: number;
  /** Of a search, the step that goes on. */
  step?: { number: number; of: "rate" | "workers"; load: number };
  /** Of several instances together: then percentiles are those of the slowest, which those of all do not exceed. Absent: of one process. */
  instances?: number;
}

/** Calls `receive` for each event, and resolves when the pipe ends. What is no event is passed over: the pipe is private to both programs. */
export function readEvents(pipe: Readable, receive: (event: RunEvent) => void): Promise<void> {
  const lines = createInterface({ input: pipe });
  lines.on("line", (line) => {
    let event: RunEvent;
    try {
      event = JSON.parse(line);
    } catch {
      // Cut off in the middle by a kill.
      return;
    }
    receive(event);
  });
  return new Promise((resolve) => {
    lines.on("close", resolve);
    pipe.on("error", () => resolve());
  });
}
