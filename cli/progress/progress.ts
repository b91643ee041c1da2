// What a run tells while it works: the same lines for a terminal, where the last one changes in place, and for a log, where one is added
// every few seconds.

import { stripVTControlCharacters } from "node:util";
import { createLogUpdate } from "log-update";
import pc from "picocolors";
import type { RunEvent, StepEvent, WindowEvent } from "../run/events.ts";
import { clock, count, milliseconds } from "./numbers.ts";
import { pathFromHere } from "./path.ts";

/** Seconds between lines where they cannot change in place. */
const logInterval = 5;
const barWidth = 24;
/** A shorter bar tells nothing. */
const leastBarWidth = 4;

/** Shows the events of a run on a stream. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #live: ReturnType<typeof createLogUpdate> | undefined;
  /** Colours are for a terminal: a log keeps its lines. */
  readonly #palette: ReturnType<typeof pc.createColors>;
  readonly #clock: () => number;
  #lastLine = Number.NEGATIVE_INFINITY;
  #loadStarted = 0;
  #totalSeconds: number | null = null;
  #operationCount: number | null = null;
  #phase = "";
  /** What stands before the line that changes. */
  readonly #title: string;
  /** Windows since the last line of a log. */
  #windows: WindowEvent[] = [];

  /**
   * @param now Seconds of a clock that only goes on.
   * @param title Of one run of many: it stands before the line that changes, and nothing but that line is shown.
   */
  constructor(
    stream: NodeJS.WriteStream = process.stderr,
    now: () => number = () => performance.now() / 1000,
    title = "",
  ) {
    this.#stream = stream;
    this.#title = title;
    this.#clock = now;
    this.#live = stream.isTTY ? createLogUpdate(stream, { showCursor: true }) : undefined;
    this.#palette = pc.createColors(this.#live !== undefined && pc.isColorSupported);
  }

  /** A line that stays. */
  say(text: string): void {
    this.#live?.clear();
    this.#stream.write(`${text}\n`);
  }

  /** Leaves the terminal as it is, below what was shown. */
  close(): void {
    this.#live?.clear();
  }

  /** Shows an event. */
  show(event: RunEvent): void {
    if (this.#title !== "") this.#showBriefly(event);
    else this.#showAll(event);
  }

  /** Of one run of many, a terminal shows how it goes, and a log nothing. */
  #showBriefly(event: RunEvent): void {
    if (event.event === "started") {
      this.#totalSeconds = event.totalSeconds;
      this.#operationCount = event.operationCount;
    }
    if (this.#live === undefined) return;
    if (event.event === "window" || event.event === "finishing") this.#showAll(event);
    if (event.event === "load" && ["progress", "finishing", "resetting"].includes(event.state)) this.#showLoad(event);
  }

  #showAll(event: RunEvent): void {
    switch (event.event) {
      case "connected":
        this.say(`Connected: ${event.server.product} ${event.server.version}`);
        break;
      case "load":
        this.#showLoad(event);
        break;
      case "started":
        this.#totalSeconds = event.totalSeconds;
        this.#operationCount = event.operationCount;
        this.say(`Running: ${pathFromHere(event.folder)}`);
        break;
      case "window":
        this.#showWindow(event);
        break;
      case "step":
        this.#showStep(event);
        break;
      case "output":
        this.say(event.message);
        break;
      case "finishing":
        this.#change("Finishing: closing sessions, balancing the books …");
        break;
    }
  }

  #showLoad(event: RunEvent & { event: "load" }): void {
    const rate = event.seconds > 0 ? event.rows / event.seconds : 0;
    switch (event.state) {
      case "waiting":
        this.say("Waiting: another run of dbmark uses the same data on this target …");
        break;
      case "started":
        this.#loadStarted = this.#clock();
        this.say(`Loading ${count(event.total)} rows${event.reason === undefined ? "" : ` (${event.reason})`}`);
        break;
      case "progress": {
        const seconds = event.seconds || this.#clock() - this.#loadStarted;
        const speed = seconds > 0 ? event.rows / seconds : 0;
        const left = speed > 0 ? `, ${clock((event.total - event.rows) / speed)} left` : "";
        const text = `${count(event.rows)} of ${count(event.total)} rows, ${count(speed)} rows/s${left}`;
        this.#change(this.#bar(event.rows / event.total, text) + text);
        break;
      }
      case "finishing":
        this.#change("Finishing the load: indexes and statistics …");
        break;
      case "resetting":
        this.#change(
          `Bringing the data set back to its first state${event.reason === undefined ? "" : ` (${event.reason})`} …`,
        );
        break;
      case "finished":
        this.say(`Loaded ${count(event.rows)} rows in ${event.seconds.toFixed(1)} s (${count(rate)} rows/s)`);
        break;
      case "reused":
        this.say(`The data set of ${count(event.rows)} rows is there already`);
        break;
    }
  }

  /** What came of a step stays; while it goes on, the windows show it. */
  #showStep({ number, of, load, purpose, outcome, step }: StepEvent): void {
    if (outcome === "started") return;
    const unit = of === "rate" ? "/s" : load === 1 ? " worker" : " workers";
    const words = { held: "held", missed: "missed", harness: "not sent", "cut short": "cut short" }[outcome];
    const paint =
      outcome === "held" ? this.#palette.green : outcome === "missed" ? this.#palette.red : this.#palette.yellow;
    const p95 = step?.response.p95;
    const facts = [
      ...(of === "workers" && typeof step?.reached === "number" ? [`${count(step.reached)}/s`] : []),
      ...(typeof p95 === "number" ? [`p95 ${milliseconds(p95)}`] : []),
      ...(step?.reasons.slice(0, 1) ?? []),
    ];
    const name = `Step ${String(number).padStart(2)}  ${purpose.padEnd(7)}  ${`${count(load)}${unit}`.padStart(11)}`;
    this.say(`${name}  ${paint(words)}${facts.length === 0 ? "" : `  ${facts.join("  ")}`}`);
  }

  #showWindow(event: WindowEvent): void {
    // A search changes between warm-up and measuring all the time: its steps have lines of their own.
    const phase = event.step !== undefined || this.#phase === "search" ? "search" : event.phase;
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#windows = [];
      // In a log, a phase's first line comes with its second window, which may come a little less than a second after the first.
      this.#lastLine = this.#clock() - (this.#live === undefined ? logInterval - 0.5 : logInterval);
    }
    this.#windows.push(event);
    // A window that a step cut short says too little alone.
    if (secondsOf(this.#windows) < shortestShown) return;
    if (this.#live === undefined && this.#clock() - this.#lastLine < logInterval) return;
    const shown = this.#live === undefined || event.step !== undefined ? this.#windows : [event];
    this.#windows = [];
    this.#change(this.#line(event, shown));
  }

  #line(last: WindowEvent, windows: WindowEvent[]): string {
    const elapsed = last.second + 1;
    const total = this.#totalSeconds;
    const share =
      this.#operationCount !== null ? last.total / this.#operationCount : total === null ? 0 : elapsed / total;
    const operations = windows.reduce((sum, window) => sum + window.operations, 0);
    const most = last.instances === undefined ? "" : "≤ ";
    const parts = [
      // Beyond the end, what was due until then is still done.
      ...(last.step === undefined
        ? []
        : [`step ${last.step.number}${last.step.of === "workers" ? ` (${count(last.step.load)} workers)` : ""}`]),
      `${(total !== null && elapsed > total + 1 ? "draining" : last.phase).padEnd(8)} ${clock(elapsed)}${total === null ? "" : ` of ${clock(total)}`}`,
      `${count(operations / secondsOf(windows))}/s${last.targetRate === null ? "" : ` of ${count(last.targetRate)}`}`,
      // Percentiles are not averaged: the last second's own.
      ...(last.operations === 0
        ? ["no replies"]
        : [`p50 ${most}${milliseconds(last.p50Milliseconds)}`, `p99 ${most}${milliseconds(last.p99Milliseconds)}`]),
      errorText(windows, this.#palette),
    ];
    if (last.backlog > 0) parts.push(this.#palette.yellow(`${count(last.backlog)} waiting`));
    const text = parts.join("  ");
    return this.#bar(share, text) + text;
  }

  /** How far it is, where it can move, as wide as the text beside it leaves room. */
  #bar(share: number, text: string): string {
    if (this.#live === undefined) return "";
    const title = this.#title === "" ? 0 : this.#title.length + 2;
    const room = (this.#stream.columns ?? 80) - stripVTControlCharacters(text).length - title - 2;
    if (room < leastBarWidth) return "";
    const width = Math.min(barWidth, room);
    const filled = Math.round(Math.max(0, Math.min(1, share)) * width);
    return `${"━".repeat(filled)}${this.#palette.dim("─".repeat(width - filled))} `;
  }

  /** Shows a line that the next one replaces; in a log, at most one every few seconds. */
  #change(line: string): void {
    if (this.#live !== undefined) {
      this.#live(this.#title === "" ? line : `${this.#title}  ${line}`);
      return;
    }
    const now = this.#clock();
    if (now - this.#lastLine < logInterval && !line.endsWith("…")) return;
    this.#lastLine = now;
    this.#stream.write(`${line}\n`);
  }
}

/** Less than so many seconds are shown with those that follow. */
const shortestShown = 0.5;

/** Seconds that windows cover. */
function secondsOf(windows: WindowEvent[]): number {
  return windows.reduce((sum, { seconds }) => sum + (seconds ?? 1), 0);
}

/** How many operations failed, and of what: the most frequent type first, others only counted. */
function errorText(windows: WindowEvent[], palette: ReturnType<typeof pc.createColors>): string {
  const errors = windows.reduce((sum, window) => sum + window.errors, 0);
  if (errors === 0) return "no errors";
  const kinds = new Map<string, number>();
  for (const { errorKinds } of windows)
    for (const [kind, number] of Object.entries(errorKinds)) kinds.set(kind, (kinds.get(kind) ?? 0) + number);
  const [most, ...others] = [...kinds].sort(([, a], [, b]) => b - a).map(([kind]) => kind);
  const more = others.length === 0 ? "" : ", …";
  return palette.red(`${count(errors)} ${errors === 1 ? "error" : "errors"} (${most}${more})`);
}
