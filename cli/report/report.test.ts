import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import type { RunFile } from "../../lib/schema/run.generated.ts";
import { dbmark } from "../command-under-test.ts";
import { useResults } from "../run/results-under-test.ts";

const testdata = fileURLToPath(new URL("../../lib/result/testdata/", import.meta.url));
const name = "2026-11-21T09-40-12Z-oltp-postgres";
const results = useResults();

let folder: string;
beforeEach(() => {
  folder = join(results.out, name);
  cpSync(join(testdata, name), folder, { recursive: true });
});

const page = () => readFileSync(join(folder, "report.html"), "utf8");
const change = (edit: (run: RunFile) => void) => {
  const run = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  edit(run);
  writeFileSync(join(folder, "run.json"), JSON.stringify(run));
};

describe("dbmark report", () => {
  it("writes report.html into the run folder, and names it", async () => {
    const { code, stdout, stderr } = await dbmark(["report", folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("report.html");
    expect(page()).toContain("Throughput of all operations over time");
    expect(page()).toContain("SELECT");
  });

  it("finds a run by a part of its name, and replaces a report", async () => {
    writeFileSync(join(folder, "report.html"), "old");
    expect(await dbmark(["report", "09-40-12Z-oltp-postgres", "--results", results.out])).toMatchObject({ code: 0 });
    expect(page()).toContain("<!doctype html>");
  });

  it("writes to a file, or to standard output and nothing else there", async () => {
    const file = join(results.out, "page.html");
    expect(await dbmark(["report", join(folder, "run.json"), "--output", file])).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, "report.html"))).toBe(false);
    const { stdout } = await dbmark(["report", folder, "--output", "-"]);
    expect(stdout).toBe(readFileSync(file, "utf8"));
  });

  it("of a run.json alone shows what there is, and says what is missing", async () => {
    rmSync(join(folder, "windows.ndjson"));
    expect(await dbmark(["report", folder])).toMatchObject({ code: 0 });
    expect(page()).toContain("windows.ndjson is not beside the run.json.");
    expect(page()).not.toContain("over time</h3>");
  });

  it("of a run that was killed adds up its windows, and says so", async () => {
    rmSync(join(folder, "run.json"));
    truncateSync(join(folder, "windows.ndjson"), Math.floor(readFileSync(join(folder, "windows.ndjson")).length / 2));
    expect(await dbmark(["report", folder])).toMatchObject({ code: 0 });
    expect(page()).toContain("run.json is not there: the run broke off, or is still under way.");
    expect(page()).toContain("windows.ndjson ends before the run did");
    expect(page()).toContain("crashed");
    expect(existsSync(join(folder, "run.json"))).toBe(false);
  });

  it("of damaged windows, or those of another run, shows the figures and says why not more", async () => {
    const windows = join(folder, "windows.ndjson");
    const lines = readFileSync(windows, "utf8").split("\n");
    writeFileSync(windows, [...lines.slice(0, 3), "{", ...lines.slice(3)].join("\n"));
    expect(await dbmark(["report", folder])).toMatchObject({ code: 0 });
    expect(page()).toMatch(/Line 4 of .* is not JSON: the file was damaged\. Nothing over time can be shown\./);
    writeFileSync(windows, lines.join("\n"));
    change((run) => {
      run.id = "another";
    });
    expect(await dbmark(["report", folder])).toMatchObject({ code: 0 });
    expect(page()).toContain(`is that of another run (${name}).`);
  });

  it("of a run that was interrupted before it measured anything says so", async () => {
    change((run) => {
      run.status = "interrupted";
      run.totals.measure.operations = [];
      Object.assign(run.totals.measure.all, { operations: 0, succeeded: 0, failed: 0, undone: 0, errors: {} });
      run.validity = { valid: false, reasons: [{ code: "interrupted", message: "it was stopped" }], warnings: [] };
    });
    expect(await dbmark(["report", folder])).toMatchObject({ code: 0 });
    expect(page()).toContain("Nothing was measured.");
    expect(page()).toContain("it was stopped");
  });
});

describe("refused with exit code 2, and nothing written", () => {
  const write = (text: string) => () => writeFileSync(join(folder, "run.json"), text);
  it.each<[string, () => void, string[], RegExp]>([
    ["no run", () => {}, [], /missing required argument 'run'/],
    ["what is not there", () => {}, ["nowhere"], /nowhere does not exist/],
    ["another version of the format", write('{"schemaVersion": 2}'), ["RUN"], /schemaVersion 2; this dbmark reads/],
    ["a file that was cut off", write('{"schemaVersion": 1, '), ["RUN"], /is cut off after/],
    ["what is not JSON", write("hello"), ["RUN"], /is not JSON/],
    ["an empty folder", () => rmSync(folder, { recursive: true }) ?? mkdirSync(folder), ["RUN"], /is not a run folder/],
    ["a folder for a file", () => {}, ["RUN", "--output", "RUN"], /is a folder; expected is the path of a file/],
    ["a place that is not there", () => {}, ["RUN", "--output", "RUN/none/page.html"], /the folder .* does not exist/],
    [
      "a run file that somebody changed",
      () =>
        change((run) => {
          delete (run.totals.measure as Partial<RunFile["totals"]["measure"]>).all;
        }),
      ["RUN"],
      /is not as a run\.json has to be/,
    ],
    [
      "an experiment",
      () => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        writeFileSync(join(folder, "ab.json"), "{}");
      },
      ["RUN"],
      /is an experiment of dbmark ab, and no run/,
    ],
  ])("%s", async (_, prepare, args, message) => {
    prepare();
    const { code, stdout, stderr } = await dbmark(["report", ...args.map((arg) => arg.replace("RUN", folder))]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(existsSync(join(folder, "report.html"))).toBe(false);
  });
});
