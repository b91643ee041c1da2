import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { load, loadAll } from "js-yaml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dbmark, start } from "../command-under-test.ts";

let folder: string;
const at = (...path: string[]) => join(folder, ...path);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-k8s-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const render = (args: string[], environment: Record<string, string> = {}) =>
  dbmark(["k8s", "oltp", "--output", at("k8s"), ...args], environment);
const read = (name: string) => readFileSync(at("k8s", name), "utf8");
const everything = () =>
  readdirSync(at("k8s"))
    .map((name) => read(name))
    .join("\n");
// biome-ignore lint/suspicious/noExplicitAny: what a YAML file holds.
const object = (name: string): any => load(read(name));
const settings = () => (loadAll(read("settings.yaml"))[0] as { data: Record<string, string> }).data;

describe("what is rendered", () => {
  it("is an image, manifests, a script and its explanation, with sensible defaults", async () => {
    const { code, stdout, stderr } = await render([]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Written to .*k8s\. .*README\.md has the steps/);
    expect(readdirSync(at("k8s"))).toEqual([
      ...["Dockerfile", "Dockerfile.dockerignore", "README.md"],
      ...["files.yaml", "load.yaml", "merge.yaml", "run.sh", "settings.yaml", "testrun.yaml"],
    ]);
    expect(object("testrun.yaml")).toMatchObject({
      apiVersion: "k6.io/v1alpha1",
      kind: "TestRun",
      metadata: { name: "oltp" },
      spec: { parallelism: 2, script: { localFile: "/opt/dbmark/dist/oltp.js" } },
    });
    expect(object("load.yaml").spec.template.spec.containers[0].env).toContainEqual({
      name: "DBMARK_LOAD_ONLY",
      value: "1",
    });
    expect(loadAll(read("settings.yaml"))).toMatchObject([
      { kind: "ConfigMap" },
      { kind: "PersistentVolumeClaim", spec: { accessModes: ["ReadWriteMany"] } },
    ]);
  });

  it("has the options as variables of the load and of the runners, whatever YAML would make of their values", async () => {
    const { code, stderr } = await render([
      ...["--profile", "tps1000", "--instances", "10", "--metrics", "windows", "--allow-writes"],
      ...["--set", "ROWS=1000000", "--set", "SEED=012", "--set", "OPERATIONS=select=1,insert=1"],
      ...["--k6-out", "opentelemetry", "--k6-out", "influxdb=http://influx:8086/k6"],
    ]);
    expect(code, stderr).toBe(0);
    expect(settings()).toEqual({
      ...{ DBMARK_ALLOW_WRITES: "1", LOAD_PROFILE: "tps1000", METRICS: "windows", OPERATIONS: "select=1,insert=1" },
      ...{ ROWS: "1000000", SEED: "012", K6_NO_COLOR: "true", K6_NO_USAGE_REPORT: "true" },
    });
    const { parallelism, runner } = object("testrun.yaml").spec;
    expect(parallelism).toBe(10);
    expect(runner.env).toEqual([{ name: "K6_OUT", value: "opentelemetry,dbmark-influxdb=http://influx:8086/k6" }]);
    expect(object("load.yaml").spec.template.spec.containers[0].envFrom).toEqual([
      { configMapRef: { name: "oltp-settings" } },
      { secretRef: { name: "oltp-target" } },
    ]);
  });

  it("gives a profile that goes by processors the workers of all runners' processors", async () => {
    expect((await render(["--profile", "max", "--instances", "4", "--cpu", "3"])).code).toBe(0);
    expect(settings()).toMatchObject({ LOAD_WORKERS: "48" });
    expect((await render(["--profile", "max", "--set", "LOAD_WORKERS=20"])).code).toBe(0);
    expect(settings()).toMatchObject({ LOAD_WORKERS: "20" });
  });

  it("takes a profile of the user's, as text", async () => {
    const segment = { phase: "measure", seconds: 5, rate: { from: 50, to: 50 }, workers: { from: 4, to: 4 } };
    const profile = { name: "mine", description: 'With "quotes".', loop: "open", segments: [segment] };
    writeFileSync(at("mine.json"), JSON.stringify(profile));
    const { code, stderr } = await render(["--profile", at("mine.json"), "--instances", "4"]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(settings().LOAD_PROFILE ?? "")).toMatchObject({ name: "mine", description: 'With "quotes".' });
    const more = await render(["--profile", at("mine.json"), "--instances", "5"]);
    expect(more.stderr).toContain("more than the 4 workers of the load profile mine");
    expect(more.code).toBe(2);
  });

  it("says how SpacetimeDB's module gets onto the server, because runners publish nothing", async () => {
    const spacetimedb = (...args: string[]) =>
      dbmark(["k8s", "spacetimedb", "--output", at("k8s"), ...args], { DBMARK_TARGET: "" });
    expect((await spacetimedb("--target", "spacetimedb://db:3000/benchmark")).code).toBe(0);
    expect(read("README.md")).toContain("run spacetimedb --profile smoke --target spacetimedb://db:3000/benchmark\n");
    expect((await spacetimedb()).code).toBe(0);
    expect(read("README.md")).toContain("--target spacetimedb://HOST:PORT/DATABASE\n");
    expect((await spacetimedb("--target", "noop://local")).code).toBe(0);
    expect(read("README.md")).not.toContain("publish");
  });

  it("takes a claim, a namespace, an image and a name of the user's", async () => {
    const { code } = await render([
      ...["--name", "nightly", "--namespace", "load-tests", "--claim", "shared", "--cpu", "8", "--memory", "4Gi"],
      ...["--image", "registry.example.com:5000/team/dbmark:1.2", "--pull-secret", "registry"],
    ]);
    expect(code).toBe(0);
    expect(loadAll(read("settings.yaml"))).toHaveLength(1);
    expect(object("testrun.yaml")).toMatchObject({
      metadata: { name: "nightly", namespace: "load-tests" },
      spec: {
        runner: {
          image: "registry.example.com:5000/team/dbmark:1.2",
          imagePullSecrets: [{ name: "registry" }],
          resources: { limits: { cpu: "8", memory: "4Gi" } },
          volumes: [{ name: "results", persistentVolumeClaim: { claimName: "shared" } }],
        },
      },
    });
    expect(read("run.sh")).toContain("kubectl wait --namespace load-tests");
  });

  it("takes no variable of this shell, and shows no URL that is only there", async () => {
    const { code } = await render([], { ROWS: "77", DBMARK_TARGET: "postgres://me:hidden@host/db" });
    expect(code).toBe(0);
    expect(settings()).toEqual({ K6_NO_COLOR: "true", K6_NO_USAGE_REPORT: "true" });
    expect(everything()).not.toContain("hidden");
  });

  it("has no load where there is nothing to load, and asks for no Secret where the URL has none", async () => {
    expect((await render(["--set", "TABLE=orders", "--target", "postgres://reader@db/shop"])).code).toBe(0);
    expect(existsSync(at("k8s", "load.yaml"))).toBe(false);
    expect(settings()).toMatchObject({ DBMARK_TARGET: "postgres://reader@db/shop" });
    expect(object("testrun.yaml").spec.runner.envFrom[1]).toEqual({
      secretRef: { name: "oltp-target", optional: true },
    });
    expect(read("run.sh")).not.toContain("get secret");
  });

  it("replaces what was rendered before, and nothing else", async () => {
    expect((await render([])).code).toBe(0);
    expect((await render(["--target", "noop://local", "--profile", "smoke", "--set", "LOAD_WORKERS=2"])).code).toBe(0);
    expect(existsSync(at("k8s", "load.yaml"))).toBe(false);
    writeFileSync(at("k8s", "notes.txt"), "mine");
    const { code, stderr } = await render([]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has something in it that is not of dbmark k8s \(notes\.txt\)/);
  });
});

describe("refused with exit code 2, and nothing is written, is", () => {
  it.each<[string, string[], RegExp]>([
    [
      "a password in the target",
      ["--target", "postgres://me:hidden@db/shop"],
      /--target postgres:\/\/me:xxxxx@db\/shop has a password.* kubectl create secret generic oltp-target --from-file=DBMARK_TARGET=\/dev\/stdin/,
    ],
    ["a password among the target's options", ["--target", "postgres://me@db/shop?password=hidden"], /has a password/],
    ["a token among the target's options", ["--target", "postgres://me@db/shop?access_token=hidden"], /has a password/],
    ["a password in an output", ["--k6-out", "influxdb=http://me:hidden@influx:8086/k6"], /has a password or token/],
    ["a token in an output", ["--k6-out", "experimental=http://x/?token=hidden"], /has a password or token/],
    ["an output to a file", ["--k6-out", "json=samples.json"], /every instance would write it/],
    ["an output with a comma", ["--k6-out", "influxdb=http://influx:8086/a,b"], /has a comma/],
    ["one instance", ["--instances", "1"], /expected is a whole number from 2 to 1000/],
    ["no number of instances", ["--instances", "many"], /--instances many is not accepted/],
    ["more instances than workers", ["--profile", "tps100", "--instances", "11"], /more than the 10 workers/],
    ["the search for the highest rate", ["--profile", "findmax"], /cannot be given with the load profile findmax/],
    ["an unknown variable", ["--set", "ROW=1"], /ROW/],
    ["a value that is not accepted", ["--set", "ROWS=many"], /ROWS/],
    ["an unknown system", ["--system", "oracle"], /--system oracle is not accepted; the suite oltp runs on/],
    ["a system that is not the target's", ["--system", "noop", "--target", "postgres://db/x"], /are of two systems/],
    ["a name that Kubernetes has not", ["--name", "My_Test"], /--name My_Test is not accepted/],
    ["a name that is too long", ["--name", "a".repeat(49)], /up to 48 lower-case letters/],
    ["a namespace that Kubernetes has not", ["--namespace", "-x"], /--namespace -x is not accepted/],
    ["an image that is none", ["--image", "My Image"], /--image My Image is not accepted/],
    ["half a processor", ["--cpu", "0.5"], /whole number of processors/],
    ["memory without a unit", ["--memory", "512"], /such as 512Mi or 10Gi/],
    ["storage that is no amount", ["--storage", "big"], /--storage big is not accepted/],
    ["k6's own option", ["--vus", "3"], /would replace the load profile/],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await render(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("hidden");
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(existsSync(at("k8s"))).toBe(false);
  });

  it("a folder that cannot be made", async () => {
    writeFileSync(at("file"), "");
    const { code, stderr } = await dbmark(["k8s", "oltp", "--output", at("file", "k8s")]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot be written to .*Give another folder with --output/);
  });
});

describe("run.sh", () => {
  /** Runs it with a kubectl that writes down what it is asked for, and answers as a cluster in which all goes well, but for what fails. */
  async function run(fails = "nothing at all", startAfter = "60") {
    mkdirSync(at("programs"));
    writeFileSync(
      at("programs", "kubectl"),
      `#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in
  *"${fails}"*) exit 1 ;;
  *"condition=failed"*) test "${fails}" = condition=complete ;;
  logs*) echo "log of $*" ;;
  create*) echo "a ConfigMap" ;;
esac
`,
    );
    chmodSync(at("programs", "kubectl"), 0o755);
    const { code, stdout, stderr } = await start(["sh", at("k8s", "run.sh")], {
      LOG: at("log"),
      PATH: `${at("programs")}${delimiter}${process.env.PATH}`,
      START_AFTER: startAfter,
    }).ended;
    const asked = existsSync(at("log")) ? readFileSync(at("log"), "utf8").trim().split("\n") : [];
    return { code, stdout, stderr, asked };
  }

  it("loads, agrees on a start, runs, merges, and waits for each", async () => {
    expect((await render(["--profile", "smoke", "--set", "LOAD_WORKERS=2"])).code).toBe(0);
    const before = Date.now();
    const { code, stdout, stderr, asked } = await run();
    expect(code, stderr).toBe(0);
    const short = asked.map((line) => line.replace(/ --(dry-run|from-literal|timeout|cascade|output|tail)\S*/g, ""));
    // The two ends of a pipe start side by side.
    const [create, applied] = short.splice(6, 2).sort().reverse();
    expect([create, applied]).toEqual(["create configmap oltp-run", "apply --filename -"]);
    expect(short).toEqual([
      "get secret oltp-target",
      "delete --ignore-not-found --filename merge.yaml --filename testrun.yaml --filename load.yaml",
      "apply --filename settings.yaml",
      "apply --filename load.yaml",
      "wait --for=condition=complete job/oltp-load",
      "logs job/oltp-load",
      "apply --filename testrun.yaml",
      "wait --for=jsonpath={.status.stage}=finished testrun/oltp",
      "apply --filename merge.yaml",
      "wait --for=condition=complete job/oltp-merge",
      "logs job/oltp-merge",
    ]);
    const told = asked.join("\n");
    const [, id] = /DBMARK_TEST_ID=(oltp-\d{8}T\d{6}Z)/.exec(told) ?? [];
    expect(told).toContain(`DBMARK_RESULTS=/results/instances/${id}`);
    const [, startAt = ""] = /DBMARK_START_AT=(\S+)/.exec(told) ?? [];
    expect(Date.parse(startAt)).toBeGreaterThan(before + 58_000);
    expect(Date.parse(startAt)).toBeLessThan(Date.now() + 61_000);
    expect(stdout).toContain(`The merged run is in /results/merged/${id}`);
  });

  it("starts no runner where the load failed, and shows why", async () => {
    expect((await render([])).code).toBe(0);
    const { code, stdout, asked } = await run("condition=complete");
    expect(code).not.toBe(0);
    expect(stdout).toContain("log of logs --tail=-1 job/oltp-load");
    expect(asked.join("\n")).not.toContain("testrun.yaml\n");
    expect(asked.join("\n")).not.toContain("apply --filename testrun.yaml");
  });

  it.each(["soon", "1m", "-60", "09"])("refuses START_AFTER=%s before anything is touched", async (startAfter) => {
    expect((await render([])).code).toBe(0);
    const { code, stderr, asked } = await run(undefined, startAfter);
    expect(code).toBe(2);
    expect(stderr).toContain(`START_AFTER=${startAfter} is not accepted; expected are whole seconds, such as 120`);
    expect(asked).toEqual([]);
  });

  it("says how to make a Secret that is missing, before anything is touched", async () => {
    expect((await render([])).code).toBe(0);
    const { code, stderr, asked } = await run("get secret");
    expect(code).toBe(2);
    expect(stderr).toContain("kubectl create secret generic oltp-target");
    expect(asked).toEqual(["get secret oltp-target"]);
  });
});
