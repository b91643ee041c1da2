// Windows files for tests, made of those that the Go recorder wrote.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HarnessLine, WindowLine, WindowsLine } from "../schema/windows.generated.ts";
import { windowsFileName } from "./read-run.ts";

/** The lines of a run folder's windows file. */
export function linesOf(folder: string): WindowsLine[] {
  return readFileSync(join(folder, windowsFileName), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Makes these lines the windows file of a folder, whose path it gives. */
export function writeWindows(folder: string, lines: readonly WindowsLine[]): string {
  writeFileSync(join(folder, windowsFileName), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return folder;
}

/** The lines of a run, with the seconds of its measured phase several times after each other. */
export function repeatedMeasure(folder: string, times: number): WindowsLine[] {
  const lines = linesOf(folder);
  const measured = lines.filter(
    (line): line is WindowLine | HarnessLine =>
      (line.type === "window" || line.type === "harness") && line.phase === "measure",
  );
  const others = lines.filter((line) => !measured.includes(line as WindowLine) && line.type !== "end");
  const end = lines.at(-1);
  if (end?.type !== "end") throw new Error(`${folder} has no end`);
  const seconds = end.phases.find(({ name }) => name === "measure")?.seconds ?? 0;
  const phases = end.phases.map((span) => (span.name === "measure" ? { ...span, seconds: seconds * times } : span));
  return [
    ...others,
    ...Array.from({ length: times }, (_, time) =>
      measured.map((line) => ({ ...line, second: line.second + seconds * time })),
    ).flat(),
    { ...end, phases },
  ];
}
