// One run by several k6 processes on this machine: starts them with k6's execution segments, lets them begin at one instant, and merges what
// they wrote.

import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { completeCrashedRun, runFileName } from "../../lib/result/index.ts";
import { summarize } from "../../lib/summary/index.ts";
import { hasColor } from "../color.ts";
import { messageOf } from "../errors.ts";
import { type ExitCode, exitCodes, mostImportant } from "../exit-codes.ts";
import { makeRunFolder, mergeFolders } from "../merge/merge-folders.ts";
import { readInstances } from "../merge/read-instances.ts";
import type { EmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { pathFromHere } from "../progress/path.ts";
import type { Progress } from "../progress/progress.ts";
import type { RunEvent } from "./events.ts";
import type { Interruption } from "./interruption.ts";
import { describeEnd, type K6End, type K6Process, startK6 } from "./k6-process.ts";
import { codesOf } from "./outcome.ts";
import { errorsOfOutputs } from "./output-errors.ts";
import { noteLosses, type OutputEvent } from "./outputs.ts";
import { gitRevision } from "./revision.ts";
import type { RunEnd, Runnable } from "./run.ts";
import { Together } from "./together.ts";

/** Milliseconds from the moment at which all instances are ready to their start: the extension ends its setup a second before it. */
const startDelay = 2000;

/** What is around a run. */
export interface Surroundings {
  database: EmbeddedPostgres | undefined;
  interruption: Interruption;
  progress: Progress;
}

/** What several instances run. */
type Split = Extract<Runnable, { suite: string }>;

/** One k6 process, and what it told. */
interface Instance {
  number: number;
  k6: K6Process;
  logFile: string;
  folder: string | undefined;
  ready: boolean;
  errors: (RunEvent & { event: "error" })[];
  outputs: OutputEvent[];
  end: K6End | undefined;
}

/** Runs a request with several instances. Everything that it started has ended when it returns. */
export async function runInstances(
  request: Split,
  target: string,
  { database, interruption, progress }: Surroundings,
): Promise<RunEnd> {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const folder = makeRunFolder(request.resultsFolder, `${time}-${request.suite}-${request.system}`);
  const parts = join(folder.path, "instances");
  mkdirSync(parts);
  const temporary = mkdtempSync(join(tmpdir(), "dbmark-run-"));
  try {
    const instances = start(
      request,
      target,
      { testid: `${folder.id}-${randomBytes(2).toString("hex")}`, parts, temporary },
      progress,
    );
    const listening = interruption.onSignal(() => {
      if (interruption.count === 1) progress.say("Interrupted: finishing in order (Ctrl-C again stops at once) …");
      for (const { k6 } of instances) {
        if (interruption.count === 1) k6.interrupt();
        else k6.kill();
      }
    });
    await Promise.all(instances.map(({ k6 }) => k6.ended));
    listening();
    progress.close();
    const reason = database?.ended();
    if (reason !== undefined) {
      progress.say(
        `dbmark: the embedded PostgreSQL ended by itself (${reason}); its log is postgres.log in the run folder`,
      );
      appendFileSync(join(folder.path, "postgres.log"), database?.log() ?? "");
    }
    for (const { folder: own, logFile } of instances) {
      if (own !== undefined && existsSync(own) && existsSync(logFile)) copyFileSync(logFile, join(own, "k6.log"));
    }
    const exitCode = mostImportant(await judge(instances, folder, parts, interruption.count > 0, progress));
    return { exitCode, folder: existsSync(join(folder.path, runFileName)) ? folder.path : undefined };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    // Where nothing was measured, nothing is left.
    if (existsSync(parts) && readdirSync(parts).length === 0) rmSync(folder.path, { recursive: true, force: true });
  }
}

function start(
  request: Split,
  target: string,
  place: { testid: string; parts: string; temporary: string },
  progress: Progress,
): Instance[] {
  const revision = gitRevision();
  const count = request.instances;
  const borders = Array.from({ length: count + 1 }, (_, border) =>
    border % count === 0 ? border / count : `${border}/${count}`,
  );
  const instances: Instance[] = [];
  const together = new Together(count, (event) => progress.show(event));
  let calledOff = false;
  /** One that fails before the start keeps the others from ever starting: they are ended as well. */
  const callOff = () => {
    if (calledOff) return;
    calledOff = true;
    for (const { k6 } of instances) k6.interrupt();
  };
  const receive = (instance: Instance, event: RunEvent) => {
    switch (event.event) {
      case "ready":
        instance.ready = true;
        if (instances.length === count && instances.every(({ ready }) => ready)) {
          const startAt = new Date(Date.now() + startDelay).toISOString();
          for (const { k6 } of instances) k6.tell({ startAt });
        }
        return;
      case "window":
        return together.add(instance.number - 1, event);
      case "started":
        instance.folder = event.folder;
        if (instance.number === 1) progress.show({ ...event, folder: join(place.parts, "..") });
        return;
      case "error":
        instance.errors.push(event);
        if (!instance.ready) callOff();
        return;
      case "output":
        instance.outputs.push(event);
        return progress.show({ ...event, message: `Instance ${instance.number}: ${event.message}` });
      default:
        // What the first one tells holds for all.
        if (instance.number === 1) progress.show(event);
    }
  };
  progress.say(`Starting ${count} instances …`);
  for (let number = 1; number <= count; number += 1) {
    const instance: Omit<Instance, "k6"> & { k6?: K6Process } = {
      number,
      logFile: join(place.temporary, `k6-${number}.log`),
      folder: undefined,
      ready: false,
      errors: [],
      outputs: [],
      end: undefined,
    };
    const k6 = startK6({
      script: request.script,
      outputs: request.outputs,
      args: [
        "--execution-segment",
        `${borders[number - 1]}:${borders[number]}`,
        "--execution-segment-sequence",
        borders.join(","),
      ],
      logFile: instance.logFile,
      environment: {
        ...process.env,
        ...request.environment,
        DBMARK_TARGET: target,
        DBMARK_RESULTS: place.parts,
        DBMARK_TEST_ID: place.testid,
        DBMARK_START_AT: "told",
        ...(revision === undefined ? {} : { DBMARK_GIT_REVISION: revision }),
      },
      receive: (event) => receive(instance as Instance, event),
    });
    const whole = Object.assign(instance, { k6 });
    instances.push(whole);
    k6.ended.then(
      (end) => {
        whole.end = end;
        together.ended(number - 1);
        if (!whole.ready) callOff();
      },
      // Whoever waits for all of them tells why.
      callOff,
    );
  }
  return instances;
}

/** Prints errors and the merged summary; gives the exit codes that hold. */
async function judge(
  instances: readonly Instance[],
  folder: { id: string; path: string },
  parts: string,
  interrupted: boolean,
  progress: Progress,
): Promise<ExitCode[]> {
  const codes: ExitCode[] = interrupted ? [exitCodes.interrupted] : [];
  const told = new Set<string>();
  for (const { kind, message, exitCode } of instances.flatMap(({ errors }) => errors)) {
    // What Ctrl-C broke off, or what failed elsewhere, is no error of this one's.
    if (kind === "canceled" || told.has(message)) continue;
    told.add(message);
    process.stderr.write(`dbmark: ${message}\n`);
    codes.push(exitCode);
  }
  if (readdirSync(parts).length === 0) {
    if (interrupted) process.stderr.write("Interrupted before the run started: there is no result\n");
    else if (codes.length === 0) for (const instance of instances) tellOfK6(instance, progress);
    return codes.length > 0 ? codes : [exitCodes.invalid];
  }
  try {
    for (const { folder: own, end, number } of instances) {
      if (own === undefined || existsSync(join(own, runFileName))) continue;
      const how = end === undefined ? "ended" : describeEnd(end);
      if (!interrupted) progress.say(`dbmark: instance ${number} broke off: ${how}`);
      await completeCrashedRun(
        own,
        interrupted ? { status: "interrupted", reason: how } : { status: "crashed", reason: how },
      );
    }
    for (const { folder: own, outputs, number, logFile } of instances) {
      noteLosses(own, outputs);
      if (existsSync(logFile))
        for (const message of errorsOfOutputs(readFileSync(logFile, "utf8")))
          progress.say(`Instance ${number}: ${message}`);
    }
    const { run, path } = await mergeFolders(await readInstances([parts]), () => folder);
    process.stdout.write(`${summarize(run, { path: pathFromHere(path), color: hasColor() })}\n`);
    codes.push(...codesOf(run));
  } catch (error) {
    process.stderr.write(`dbmark: the results in ${parts} cannot be merged: ${messageOf(error)}\n`);
    codes.push(exitCodes.invalid);
  }
  return codes;
}

function tellOfK6({ number, end, logFile }: Instance, progress: Progress): void {
  const text = existsSync(logFile) ? readFileSync(logFile, "utf8").trim() : "";
  const wrote = text === "" ? "" : `. It wrote:\n${text.split("\n").slice(-30).join("\n")}`;
  progress.say(`dbmark: instance ${number}: ${end === undefined ? "it ended" : describeEnd(end)}${wrote}`);
}
