// What a cluster with k6-operator makes of the manifests of `dbmark k8s`, by processes on this machine: the same commands, arguments and variables.
// Only places differ: of the image, of the volume, and the address of k6's own interface, which is on 127.0.0.1.

import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { loadAll } from "js-yaml";
import { type Running, start } from "../cli/command-under-test.ts";
import { freePort } from "../cli/free-port.ts";
import { installationFolder, k6Binary } from "../cli/installation.ts";
import { imageFolder, resultsFolder } from "../cli/k8s/manifests.ts";

interface Variable {
  name: string;
  value: string;
}

type Source = { configMapRef: { name: string } } | { secretRef: { name: string; optional?: boolean } };

interface Container {
  command: string[];
  env?: Variable[];
  envFrom?: Source[];
}

interface Rendered {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec: {
    parallelism: number;
    script: { localFile: string };
    runner: Omit<Container, "command">;
    template: { spec: { containers: [Container] } };
  };
}

/** A runner's pod. */
export interface Runner extends Running {
  port: number;
}

/** A namespace with a volume. */
export class Namespace {
  readonly #objects: Rendered[];
  readonly #folder: string;
  /** ConfigMaps and Secrets by kind and name. */
  readonly #data = new Map<string, Record<string, string>>();

  /**
   * @param manifests folder that `dbmark k8s` wrote.
   * @param folder for the volume and the programs of the image.
   */
  constructor(manifests: string, folder: string) {
    this.#objects = readdirSync(manifests)
      .filter((name) => name.endsWith(".yaml"))
      .flatMap((name) => loadAll(readFileSync(join(manifests, name), "utf8")) as Rendered[]);
    this.#folder = folder;
    for (const { kind, metadata, data } of this.#objects) {
      if (kind === "ConfigMap") this.#data.set(`ConfigMap ${metadata.name}`, data ?? {});
    }
    for (const place of [this.volume, this.#programs]) mkdirSync(place, { recursive: true });
    symlinkSync(k6Binary, join(this.#programs, "k6"));
    symlinkSync(join(installationFolder, "cli", "dbmark.mjs"), join(this.#programs, "dbmark"));
  }

  /** The volume of the results. */
  get volume(): string {
    return join(this.#folder, "volume");
  }

  get #programs(): string {
    return join(this.#folder, "programs");
  }

  /** What `kubectl create configmap` or `secret` makes. */
  create(kind: "ConfigMap" | "Secret", name: string, data: Record<string, string>): void {
    this.#data.set(`${kind} ${name}`, data);
  }

  /** Starts the pod of a Job. */
  startJob(name: string): Running {
    const [container] = this.#find("Job", name).spec.template.spec.containers;
    const environment = this.#environment(container);
    return this.#start(container.command, environment);
  }

  /**
   * Starts the runners of a TestRun with what the operator gives each: quiet, its segment of as many as there are, the arguments of the manifest (there
   * are none), the script, its address, paused, and two tags.
   */
  async startRunners(name: string): Promise<Runner[]> {
    const { parallelism, script, runner } = this.#find("TestRun", name).spec;
    const borders = Array.from({ length: parallelism + 1 }, (_, border) =>
      border === 0 ? "0" : border === parallelism ? "1" : `${border}/${parallelism}`,
    );
    const runners: Runner[] = [];
    for (let index = 1; index <= parallelism; index += 1) {
      const port = await freePort();
      const command = [
        ...["k6", "run", "--quiet"],
        `--execution-segment=${borders[index - 1]}:${borders[index]}`,
        `--execution-segment-sequence=${borders.join(",")}`,
        script.localFile,
        `--address=127.0.0.1:${port}`,
        "--paused",
        ...["--tag", `instance_id=${index}`, "--tag", `testrun_name=${name}`],
      ];
      runners.push({ ...this.#start(command, this.#environment(runner)), port });
    }
    return runners;
  }

  #find(kind: string, name: string): Rendered {
    const found = this.#objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  /** Variables of a container: those of its sources in their order, then its own. */
  #environment({ env = [], envFrom = [] }: Omit<Container, "command">): Record<string, string> {
    const all: Record<string, string> = {};
    for (const source of envFrom) {
      const isMap = "configMapRef" in source;
      const name = isMap ? source.configMapRef.name : source.secretRef.name;
      const data = this.#data.get(`${isMap ? "ConfigMap" : "Secret"} ${name}`);
      if (data === undefined && (isMap || !source.secretRef.optional)) {
        throw new Error(`the pod would wait for ever: there is no ${isMap ? "ConfigMap" : "Secret"} ${name}`);
      }
      Object.assign(all, data);
    }
    for (const { name, value } of env) all[name] = value;
    return all;
  }

  #start(command: readonly string[], environment: Record<string, string>): Running {
    const here = (text: string) =>
      text.replaceAll(imageFolder, installationFolder).replace(new RegExp(`^${resultsFolder}(?=/|$)`), this.volume);
    const places = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(value)]));
    // The kubelet puts in $(NAME) itself: there is no shell.
    const words = command.map((word) => here(word.replaceAll(/\$\((\w+)\)/g, (_, name) => environment[name] ?? "")));
    return start(["/usr/bin/env", ...words], {
      ...places,
      DBMARK_PREPARED: "1",
      PATH: `${this.#programs}${delimiter}${process.env.PATH}`,
    });
  }
}

/** What k6 says of itself on its own interface; undefined: it does not listen yet. */
export async function statusOf({ port }: Runner): Promise<{ paused: boolean; vus: number } | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/status`);
    const { data } = (await answer.json()) as { data: { attributes: { paused: boolean; vus: number } } };
    return data.attributes;
  } catch {
    return undefined;
  }
}

/** Waits, as the operator does, until every runner's interface answers. */
export async function ready(runners: readonly Runner[]): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (const runner of runners) {
    while ((await statusOf(runner)) === undefined) {
      if (Date.now() > deadline) throw new Error("a runner does not answer");
      await wait(50);
    }
  }
}

/** What the operator's starter sends: one runner after the other, each when the one before has answered. */
export async function letGo(runners: readonly Runner[]): Promise<void> {
  for (const { port } of runners) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/status`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ data: { attributes: { paused: false }, id: "default", type: "status" } }),
    });
    if (!answer.ok) throw new Error(`a runner answered ${answer.status}`);
  }
}
