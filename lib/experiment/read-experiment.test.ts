import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { UsageError } from "../environment/index.ts";
import { experimentOf, planOf, repetitionsOf, slower } from "./experiment-under-test.ts";
import { loadExperiment } from "./read-experiment.ts";
import { problemsOfExperiment } from "./validate.ts";

const folder = mkdtempSync(join(tmpdir(), "dbmark-experiment-"));
const singleRun = fileURLToPath(new URL("../result/testdata/2026-11-21T09-40-12Z-oltp-postgres", import.meta.url));
const experiment = experimentOf(slower);
const text = JSON.stringify(experiment);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with such an ab.json. */
function written(content: string): string {
  const place = mkdtempSync(join(folder, "experiment-"));
  writeFileSync(join(place, "ab.json"), content);
  return place;
}

describe("an experiment", () => {
  it("is found by its folder and by its file", () => {
    const place = written(text);
    const expected = { experiment, path: join(place, "ab.json"), folder: place };
    expect(loadExperiment(place)).toEqual(expected);
    expect(loadExperiment(join(place, "ab.json"))).toEqual(expected);
  });

  it("that is half done, before or after its first pair, is read as well: it can be resumed", () => {
    for (const pairs of [0, 1, 7]) {
      const half = experimentOf(slower, {
        status: "running",
        finishedAt: null,
        repetitions: repetitionsOf(slower, 8).slice(0, 2 * pairs),
      });
      expect(problemsOfExperiment(half)).toEqual([]);
      expect(loadExperiment(written(JSON.stringify(half))).experiment).toEqual(half);
    }
    const early = experimentOf(slower, { plan: planOf(8, { primary: [] }) });
    expect(problemsOfExperiment(early)).toEqual([]);
  });
});

describe("what is refused in plain words", () => {
  const refused = (path: string, ...words: (string | RegExp)[]) => {
    expect(() => loadExperiment(path)).toThrow(UsageError);
    for (const each of words) expect(() => loadExperiment(path)).toThrow(each);
  };

  it("is nothing at all, and a folder of something else", () => {
    refused(join(folder, "nothing"), /nothing does not exist\. Name the folder that dbmark ab made/);
    refused(folder, /is not the folder of an experiment: it has no ab\.json/);
  });

  it("is a single run, by its folder or its file, with the experiment that it belongs to", () => {
    refused(singleRun, /is the folder of a single run, not of an experiment\. Name/);
    refused(join(singleRun, "run.json"), /run\.json is a single run, not an experiment/);
    const place = written(text);
    const run = join(place, "runs", "2026-11-21T10-00-00Z-oltp-postgres");
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, "windows.ndjson"), "");
    refused(run, `It belongs to the experiment ${place}.`);
  });

  it("is empty, cut off, or not JSON", () => {
    refused(written(""), /is empty/);
    refused(written(text.slice(0, 1000)), /is cut off after 1000 characters/);
    refused(written("pairs: 8"), /is not JSON \(/);
    refused(written("[]"), /it has no schemaVersion/);
    refused(written("null"), /it has no schemaVersion/);
  });

  it("is another version of the format", () => {
    refused(written(text.replace('"schemaVersion":1', '"schemaVersion":2')), /schemaVersion 2; .* update this one/);
    refused(
      written(text.replace('"schemaVersion":1', '"schemaVersion":"0"')),
      /schemaVersion "0"; .* Run the experiment again/,
    );
  });

  it("is not what the schema says, with the first place where it is not", () => {
    const { plan: _, ...rest } = experiment;
    refused(
      written(JSON.stringify(rest)),
      /is not a whole experiment of dbmark: the file must have required property 'plan'/,
    );
    refused(written(JSON.stringify({ ...experiment, status: "done", id: 7 })), /id must be string, and 1 more/);
  });
});
