// The workflow of continuous-integration.md is one: it parses, and what it calls exists, with these options.

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { abCommand } from "../cli/commands/ab.ts";
import { assertKnown, parseDuration } from "../lib/environment/index.ts";
import { checkPlannedOperations } from "../lib/experiment/enough-operations.ts";
import { markdownMark } from "../lib/experiment/markdown.ts";
import { parseMinimumEffect, parsePairs } from "../lib/experiment/plan-options.ts";
import { primaryMetrics } from "../lib/experiment/primary.ts";
import { parseVariant } from "../lib/experiment/variant.ts";
import { resolveProfile } from "../profiles/index.ts";
import { readDocuments, root } from "./markdown.ts";

interface Step {
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, string>;
  "working-directory"?: string;
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, { "runs-on": string; "timeout-minutes": number; steps: Step[] }>;
}

const document = readDocuments().find(({ path }) => path === "docs/continuous-integration.md");
const [block] = document?.blocks.filter(({ language }) => language === "yaml") ?? [];
const workflow = load(block?.text ?? "") as Workflow;
const [job] = Object.values(workflow.jobs);
const steps = job?.steps ?? [];
const measure = steps.find(({ run }) => run?.includes("dbmark ab"));

/** The words of a shell command, as this document writes them: without quotes and variables. */
const wordsOf = (script: string) => script.replaceAll("\\\n", " ").trim().split(/\s+/);

/** What the command makes of them; it runs nothing. */
function parsed(words: readonly string[]) {
  const command = abCommand(() => {})
    .action(() => {})
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.parse([...words], { from: "user" });
  return { suite: command.args[0], options: command.opts() };
}

describe("the workflow", () => {
  it("is YAML of the form that GitHub reads", () => {
    expect(Object.keys(workflow)).toEqual(["name", "on", "concurrency", "permissions", "jobs"]);
    expect(Object.keys(workflow.on)).toEqual(["pull_request"]);
    expect(job?.["timeout-minutes"]).toBeGreaterThan(0);
    for (const step of steps) {
      expect(
        [step.uses, step.run].filter((each) => each !== undefined),
        step.name,
      ).toHaveLength(1);
      if (step.uses !== undefined) expect(step.uses).toMatch(/^actions\/[a-z-]+@v\d+$/);
    }
  });

  it("builds dbmark by scripts that there are", async () => {
    const { default: manifest } = await import("../package.json", { with: { type: "json" } });
    for (const [, script = ""] of steps.flatMap(({ run }) => [...(run ?? "").matchAll(/npm run (\S+)/g)])) {
      expect(Object.keys(manifest.scripts)).toContain(script);
    }
    const [sums = ""] = steps.flatMap((step) => step.with?.["cache-dependency-path"] ?? []);
    expect(existsSync(join(root, "..", sums.replace(/^dbmark\//, `${basename(root)}/`))), sums).toBe(true);
  });

  it("calls dbmark ab as the command accepts it", () => {
    const [npx, dbmark, ab, ...words] = wordsOf(measure?.run ?? "");
    expect([npx, dbmark, ab]).toEqual(["npx", "dbmark", "ab"]);
    const { suite, options } = parsed(words);
    expect(suite).toBe("oltp");
    expect(options).toMatchObject({ gate: true, stopEarly: true, profile: "tps500" });
    expect(parsePairs(options.pairs)).toBe(8);
    expect(parseMinimumEffect(options.minEffect)).toBe(0.05);
    expect(parseVariant("--a", options.a).sql).toBe("../base/db/tuning.sql");
    expect(parseVariant("--b", options.b).sql).toBe("../head/db/tuning.sql");
    assertKnown(
      options.set.map((text: string) => text.split("=")[0]),
      "oltp",
    );
    expect(() => parsed([...words, "--no-such-option"])).toThrow(/unknown option/);
  });

  it("plans operations enough for its primary metric, in the time that the document says", () => {
    const { options } = parsed(wordsOf(measure?.run ?? "").slice(3));
    const environment = Object.fromEntries(options.set.map((text: string) => text.split("=")));
    const profile = resolveProfile(options.profile, environment, 2);
    const primary = primaryMetrics([], { loops: [profile.loop] });
    expect(() => checkPlannedOperations(primary, [{ label: "A", profile, environment }])).not.toThrow();
    const seconds = profile.segments.reduce((sum, each) => sum + each.seconds, 0);
    expect(document?.text).toContain(
      `In the workflow above that is ${2 * parsePairs(options.pairs)} times ${seconds} seconds`,
    );
    expect(parseDuration(environment.WARMUP_DURATION)).toBe(5);
  });

  it("keeps what dbmark writes, wherever it is run", () => {
    const { options } = parsed(wordsOf(measure?.run ?? "").slice(3));
    expect(measure?.["working-directory"]).toBe("dbmark");
    const kept = steps
      .find(({ uses }) => uses?.includes("upload-artifact"))
      ?.with?.path?.trim()
      .split("\n");
    expect([`${options.out}/`, options.junit, options.markdown]).toEqual(kept?.map((path) => `../${path}`));
    const comment = steps.find(({ uses }) => uses?.includes("github-script"));
    expect(comment?.with?.script).toContain(`startsWith("${markdownMark}")`);
    expect(comment?.with?.script).toContain('readFileSync("experiment.md"');
    // These are what is wanted where the step before them failed.
    for (const step of [
      comment,
      ...steps.filter(({ uses, run }) => uses?.includes("upload") || run?.includes("SUMMARY")),
    ]) {
      expect(step?.if, step?.name).toMatch(/^always\(\)/);
    }
    expect(workflow.permissions).toEqual({ contents: "read", "pull-requests": "write" });
  });

  it("has a script in it that is JavaScript", () => {
    const script = steps.find(({ uses }) => uses?.includes("github-script"))?.with?.script ?? "";
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
    expect(() => new AsyncFunction("github", "context", "require", script)).not.toThrow();
    expect(() => new AsyncFunction(`${script}}`)).toThrow(SyntaxError);
  });
});
