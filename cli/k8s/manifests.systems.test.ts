// The manifests as a cluster would take them: the program in build/kubernetes holds them against the schema that k6-operator publishes, and against
// Kubernetes' own types, strictly.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "../command-under-test.ts";
import { installationFolder } from "../installation.ts";

const source = join(installationFolder, "build", "kubernetes");
let folder: string;
let definition: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-manifests-"));
  execFileSync("go", ["build", "-o", join(folder, "check"), "."], { cwd: source });
  const operator = ["list", "-m", "-f", "{{.Dir}}", "github.com/grafana/k6-operator"];
  execFileSync("go", ["mod", "download", "github.com/grafana/k6-operator"], { cwd: source });
  const module = execFileSync("go", operator, { cwd: source, encoding: "utf8" }).trim();
  definition = join(module, "config", "crd", "bases", "k6.io_testruns.yaml");
  const { code, stderr } = await dbmark(["k8s", "oltp", "--output", join(folder, "k8s")]);
  expect(code, stderr).toBe(0);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(files: string[]): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(join(folder, "check"), [definition, ...files], { encoding: "utf8" });
  return { code: status, text: `${stdout}${stderr}` };
}

const manifests = (rendered: string) =>
  readdirSync(rendered)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => join(rendered, name));

describe("a strict cluster with k6-operator takes", () => {
  const nasty = ["yes", "0x1F", "012", "1_000", "~", "1e3", "on", "12:30:45", "", "- x", "a: b", "{}", "#", "'\"$(x)`"];
  it.each<[string, string[], string[]]>([
    [
      "the defaults",
      ["oltp"],
      ["Pod oltp-files", "Job oltp-load", "Job oltp-merge", "ConfigMap", "PersistentVolumeClaim", "TestRun oltp"],
    ],
    [
      "every option",
      [
        ...["ycsb", "--system", "redis", "--name", "nightly", "--namespace", "load", "--instances", "100", "--reload"],
        ...["--image", "registry.example.com:5000/team/dbmark:1.2", "--pull-secret", "registry", "--claim", "shared"],
        ...["--profile", "max", "--cpu", "8", "--memory", "16Gi", "--k6-out", "opentelemetry", "--set", "WORKLOAD=B"],
      ],
      ["TestRun nightly", "Job nightly-load", "ConfigMap nightly-settings"],
    ],
    [
      "the longest name",
      ["oltp", "--name", "n".repeat(48), "--storage-class", "nfs.fast", "--target", "noop://local"],
      [`TestRun ${"n".repeat(48)}`],
    ],
    // The key of a workload on a table is the only variable whose text nothing checks before the target does.
    ...nasty.map<[string, string[], string[]]>((value) => [
      `the value ${value || "of nothing"} of a variable`,
      ["oltp", "--set", "TABLE=t", "--set", `KEY=${value}`],
      ["ConfigMap oltp-settings"],
    ]),
  ])("%s", async (_, args, objects) => {
    const rendered = join(mkdtempSync(join(folder, "case-")), "k8s");
    const { code, stderr } = await dbmark(["k8s", ...args, "--output", rendered]);
    expect(code, stderr).toBe(0);
    const checked = check(manifests(rendered));
    expect(checked.code, checked.text).toBe(0);
    for (const name of objects) expect(checked.text).toContain(`${name}`);
  });
});

describe("and would refuse", () => {
  it.each<[string, string, (text: string) => string, RegExp]>([
    [
      "an unknown field of the TestRun",
      "testrun.yaml",
      (text) => text.replace("starter:", "startter:"),
      /unknown field "spec\.startter"/,
    ],
    [
      "an unknown field of a runner",
      "testrun.yaml",
      (text) => text.replace("imagePullPolicy", "pullPolicy"),
      /unknown field "spec\.runner\.pullPolicy"/,
    ],
    [
      "a parallelism that is a text",
      "testrun.yaml",
      (text) => text.replace("parallelism: 2", "parallelism: 'two'"),
      /spec\.parallelism in body must be of type integer/,
    ],
    [
      "a TestRun without parallelism",
      "testrun.yaml",
      (text) => text.replace("  parallelism: 2\n", ""),
      /spec\.parallelism: Required value/,
    ],
    [
      "an unknown field of a Job",
      "load.yaml",
      (text) => text.replace("backoffLimit", "backofLimit"),
      /unknown field "spec\.backofLimit"/,
    ],
    [
      "a variable that is a number",
      "load.yaml",
      (text) => text.replace("value: '1'", "value: 1"),
      /cannot unmarshal number/,
    ],
    ["an amount that is none", "merge.yaml", (text) => text.replace("512Mi", "512Megs"), /quantities must match/],
    [
      "a name that is none",
      "files.yaml",
      (text) => text.replace("name: oltp-files", "name: Oltp_Files"),
      /Invalid value: "Oltp_Files"/,
    ],
  ])("%s", (_, name, change, problem) => {
    const text = readFileSync(join(folder, "k8s", name), "utf8");
    const changed = change(text);
    expect(changed).not.toBe(text);
    const path = join(folder, `changed-${name}`);
    writeFileSync(path, changed);
    const { code, text: told } = check([path]);
    expect(told).toMatch(problem);
    expect(code).toBe(1);
  });
});
