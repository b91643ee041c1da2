// The documents say what the sources say: tables, names, paths, links. UPDATE_DOCS=1 writes the made tables anew.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { abCommand } from "../cli/commands/ab.ts";
import { baselineCommand } from "../cli/commands/baseline.ts";
import { compareCommand } from "../cli/commands/compare.ts";
import { historyCommand } from "../cli/commands/history.ts";
import { inspectCommand } from "../cli/commands/inspect.ts";
import { k8sCommand } from "../cli/commands/k8s.ts";
import { listCommand } from "../cli/commands/list.ts";
import { mergeCommand } from "../cli/commands/merge.ts";
import { reportCommand } from "../cli/commands/report.ts";
import { rerunCommand } from "../cli/commands/rerun.ts";
import { runCommand } from "../cli/commands/run.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { variables } from "../lib/environment/index.ts";
import { workloadOf } from "../modules/index.ts";
import { readDocuments, root } from "./markdown.ts";
import { madeTables, withTables } from "./tables.ts";

const documents = readDocuments();
const named = documents.map((document) => [document.path, document] as const);
const source = (path: string) => readFileSync(join(root, path), "utf8");
const textOf = (path: string) => documents.find((document) => document.path === path)?.text ?? "";
const schema = (name: string) => JSON.parse(source(`lib/schema/${name}.schema.json`));

/** Names that documents use and that others read: PostgreSQL's and k6's variables, SQL, and the tests' own. */
const namesOfOthers =
  /^(PG[A-Z]+|K6_\w+|SQL|SLO|COPY|VACUUM|XDG_CACHE_HOME|NO_COLOR|UPDATE_DOCS|GET|SET|NAME|KEY|VALUE|METRIC|OPERATION|FOLDER|FILE|TEMPLATE|CREATEDB|URL|VU|VUs|POSTGRES_PASSWORD|START_AFTER|CALL|SUBSCRIBE|UNSUBSCRIBE|RECONNECT|TOKEN|DBMARK_SPACETIMEDB_SERVER|DBMARK_SPACETIMEDB_MODULE)$/;

describe("links between documents", () => {
  it.each(named)("in %s lead to a file and to a heading in it", (path, { links }) => {
    for (const link of links.filter((target) => !/^[a-z]+:/.test(target))) {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      expect(existsSync(join(root, target)), `${path} links to ${link}`).toBe(true);
      if (anchor === undefined) continue;
      expect(documents.find((document) => document.path === target)?.anchors, link).toContain(anchor);
    }
  });
});

describe("the made tables are what the sources say (UPDATE_DOCS=1 writes them)", () => {
  it.each(named)("in %s", (path, { text }) => {
    const expected = withTables(text);
    if (process.env.UPDATE_DOCS === "1" && expected !== text) writeFileSync(join(root, path), expected);
    else expect(text).toBe(expected);
  });

  it("and each of them stands somewhere", () => {
    const all = documents.map(({ text }) => text).join("\n");
    for (const name of Object.keys(madeTables)) expect(all).toContain(`<!-- made: ${name} -->`);
  });
});

describe("what stands between back-quotes exists", () => {
  it.each(named)("variables in %s", (path, { code, blocks }) => {
    const known = variables.map(({ name }) => name);
    const shell = blocks.filter(({ language }) => language === "sh").map(({ text }) => text);
    const found = [...code, ...shell].flatMap((text) => [...text.matchAll(/(?:^|[\s'"])([A-Z][A-Z0-9_]{2,})(?==|$)/g)]);
    for (const [, name = ""] of found) {
      if (!namesOfOthers.test(name)) expect(known, `${path} names ${name}`).toContain(name);
    }
  });

  it.each(named)("paths in %s", (path, { code }) => {
    const folders = /^(build|cli|dashboards|dist|docs|k6-ext|lib|modules|profiles|scripts|\.ci)\/[\w./-]*$/;
    for (const found of code.filter((text) => folders.test(text) && !text.startsWith("dist/"))) {
      expect(existsSync(join(root, found)), `${path} names ${found}`).toBe(true);
    }
  });

  it.each(named)("metrics in %s", (path, { code }) => {
    const metrics = ["k6-ext/metrics.go", "lib/k6/options.ts", "k6-ext/drivers/spacetimedb/meters.go"]
      .map(source)
      .join("");
    for (const found of code.filter((text) => /^[a-z_]+_(total|ms|rate|missed)$/.test(text))) {
      expect(metrics, `${path} names ${found}`).toContain(`"${found}"`.replace('"slo_missed"', "slo_missed"));
    }
  });

  it.each(named)("commands and options of dbmark in %s", (path, { code, blocks }) => {
    const commands = [
      runCommand(() => {}),
      compareCommand(() => {}),
      reportCommand(),
      abCommand(() => {}),
      mergeCommand(() => {}),
      k8sCommand(),
      baselineCommand(() => {}),
      listCommand(),
      inspectCommand(),
      historyCommand(),
      rerunCommand(() => {}),
    ];
    const texts = [...code, ...blocks.map(({ text }) => text.replaceAll("\\\n", " "))].flatMap((text) =>
      text.split("\n"),
    );
    for (const text of texts) {
      const [, name, rest = ""] = /npx dbmark (\w+)([^#]*)/.exec(text) ?? [];
      if (name === undefined) continue;
      const command = commands.find((one) => one.name() === name);
      expect(command?.name(), `${path}: ${text}`).toBe(name);
      for (const [option] of rest.matchAll(/(?<=\s)--[a-z0-9-]+/g)) {
        expect(
          command?.options.map(({ long }) => long),
          `${path}: ${text}`,
        ).toContain(option);
      }
    }
  });
});

describe("the documents are complete", () => {
  it("README.md has every exit code of dbmark", () => {
    for (const code of Object.values(exitCodes))
      expect(textOf("README.md")).toMatch(new RegExp(`^\\| ${code} \\|`, "m"));
  });

  it("honesty.md has every code of validity, with the limits that hold", () => {
    const found = [
      ...textOf("docs/honesty.md").matchAll(/^(?:\| `(\w+)` \||`(\w+)` is never a reason, only a warning)/gm),
    ].map(([, reason, warning]) => reason ?? warning);
    expect(found.sort()).toEqual([...schema("run").$defs.Reason.properties.code.enum].sort());
    const go = source("k6-ext/record/validity.go") + source("k6-ext/record/steadiness.go");
    for (const limit of [
      "HarnessCPULimit = 0.85",
      "HarnessLagLimitMilliseconds = 10.0",
      "HarnessCeilingLimit = 0.5",
      "DefaultErrorLimit = 0.01",
      "SteadyMinimumSeconds = 10",
      "SteadyThroughputChange = 0.20",
      "SteadyResponseChange = 0.50",
      "SteadyResponseMilliseconds = 1.0",
    ]) {
      expect(go).toContain(limit);
    }
  });

  it("results.md has every field of run.json and of the lines of windows.ndjson", () => {
    const text = textOf("docs/results.md");
    const { WindowLine, HarnessLine } = schema("windows").$defs;
    for (const { properties } of [schema("run"), WindowLine, HarnessLine]) {
      for (const field of Object.keys(properties)) expect(text, field).toContain(`\`${field}\``);
    }
  });

  it("comparing.md has every field of a comparison, and every column of its CSV", () => {
    const text = textOf("docs/comparing.md");
    const { properties } = schema("comparison");
    for (const field of Object.keys(properties)) expect(text, field).toMatch(new RegExp(`^\\| \`${field}\` \\|`, "m"));
    const columns = [
      ...(/const headings = \[([^\]]*)\]/.exec(source("lib/comparison/csv.ts"))?.[1] ?? "").matchAll(/"(\w+)"/g),
    ];
    expect(text).toContain(columns.map(([, name]) => `\`${name}\``).join(", "));
    expect(columns.length).toBeGreaterThan(10);
  });

  it("tpcb.md has the operations and statements that run", () => {
    const text = textOf("docs/tpcb.md");
    for (const { name, kind, steps } of workloadOf("tpcb", "postgres", { OPERATIONS: "tpcb,select,simple-update" })
      .operations) {
      expect(text).toContain(`| \`${name}\` | ${kind} |`);
      expect(text).toContain(steps.map(({ statement }) => statement).join(`\n${" ".repeat(15)}`));
    }
  });

  it("oltp.md has the statements that run", () => {
    const text = textOf("docs/oltp.md");
    for (const { name, kind, steps } of workloadOf("oltp", "postgres", {}).operations) {
      expect(text).toContain(`| \`${name}\` | ${kind} | \`${steps[0]?.statement}\` | ${steps[0]?.expect?.minimum} |`);
    }
  });

  it("ycsb.md has the statements that run, with the fields after the first left out", () => {
    const text = textOf("docs/ycsb.md");
    const workloads = ["A", "E"].map((WORKLOAD) => workloadOf("ycsb", "postgres", { WORKLOAD }));
    for (const { name, steps } of workloads.flatMap(({ operations }) => operations)) {
      const statement = steps[0]?.statement
        ?.replace(/field0, .*field9\b/, "field0, …")
        .replace(/\$3, .*\$11/, "…")
        .replace(/END, field1 .* END/, "END, …");
      expect(text).toContain(`| \`${name}\` | \`${statement}\` |`);
    }
  });
});
