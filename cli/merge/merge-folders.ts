// Merges run folders into one: its windows as they are read, then its run.json, which appears whole or not at all.

import { createWriteStream, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UsageError } from "../../lib/environment/index.ts";
import {
  endingOf,
  mergedWindows,
  mergeRun,
  noFacts,
  partsOf,
  ReportFollower,
  setupOf,
  startsOf,
} from "../../lib/merge/index.ts";
import { type RunFile, runFileName, windowsFileName } from "../../lib/result/index.ts";
import type { WindowsLine } from "../../lib/schema/windows.generated.ts";
import { CommandError, codeOf, messageOf } from "../errors.ts";
import type { ReadInstance } from "./read-instances.ts";

/** A merged run with its place. */
export interface Merged {
  run: RunFile;
  /** Path of its run.json. */
  path: string;
}

/**
 * Merges instances.
 * @param folderOf gives the folder to write to, once it is known that the instances belong together.
 * @param signal stops it; what was written is removed.
 * @throws {UsageError} when they do not, or cannot be read; CommandError when the result cannot be written; the signal's reason.
 */
export async function mergeFolders(
  instances: readonly ReadInstance[],
  folderOf: (testid: string) => { id: string; path: string },
  signal?: AbortSignal,
): Promise<Merged> {
  const parts = partsOf(instances);
  const starts = startsOf(parts);
  const folder = folderOf(parts[0].run.testid);
  const setup = setupOf(folder.id, parts, starts);
  const facts = noFacts(new ReportFollower(setup.profile, setup.workload));
  const files = parts.map(({ path }, place) => ({
    path: join(path, windowsFileName),
    shift: starts.starts[place]?.shift ?? 0,
  }));
  const operations = setup.workload.operations.map(({ name }) => name);
  const path = join(folder.path, runFileName);
  const temporary = `${path}.tmp`;
  const windows = join(folder.path, windowsFileName);

  async function* lines(): AsyncGenerator<WindowsLine> {
    const { phases, status, finishedAt } = endingOf(parts, starts);
    yield { type: "header", ...setup, phases };
    yield* mergedWindows(files, operations, facts);
    // As a process that was killed leaves none, neither has a run of which an instance was.
    if (status !== "crashed") yield { type: "end", status, finishedAt, phases };
  }
  try {
    await pipeline(Readable.from(asText(lines())), createWriteStream(windows), { signal });
    const run = mergeRun(setup, parts, starts, facts);
    writeFileSync(temporary, `${JSON.stringify(run, null, 2)}\n`, { flush: true });
    renameSync(temporary, path);
    return { run, path };
  } catch (error) {
    rmSync(temporary, { force: true });
    rmSync(windows, { force: true });
    signal?.throwIfAborted();
    if (error instanceof UsageError) throw error;
    if (error instanceof RangeError) {
      throw new UsageError(
        `The windows of an instance hold a histogram that cannot be read: ${error.message}. Copy its folder again.`,
      );
    }
    if (codeOf(error) === undefined) throw error;
    throw new CommandError(
      `The merged run cannot be written to ${folder.path}: ${messageOf(error)}. Make room, or give another folder with --out`,
    );
  }
}

async function* asText(lines: AsyncIterable<WindowsLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

/** Makes a folder of this name, or with -2, -3 and so on where it is taken. */
export function makeRunFolder(results: string, name: string): { id: string; path: string } {
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? name : `${name}-${number}`;
    const path = join(results, id);
    try {
      mkdirSync(path);
      return { id, path };
    } catch (error) {
      if (codeOf(error) !== "EEXIST")
        throw new CommandError(
          `The run folder ${path} cannot be made: ${messageOf(error)}. Give another folder with --out`,
        );
    }
  }
}
