// What the user asks of `dbmark k8s`, checked in full before a file is written.

import { readDuration, UsageError } from "../../lib/environment/index.ts";
import { maximumWorkers, totalSeconds } from "../../lib/schedule.ts";
import { findSuite, systems, tableOf, workloadOf } from "../../modules/index.ts";
import { version } from "../installation.ts";
import { checkInstances, readInstanceCount, refuseFindmax } from "../run/instance-count.ts";
import { checkOutputs } from "../run/outputs.ts";
import { readSettings } from "../run/request.ts";
import { checkSettings } from "../run/settings.ts";
import { checkTarget } from "../run/target.ts";
import { checkBytes, checkDottedName, checkImage, checkName, checkProcessors } from "./names.ts";
import { refuseSecretOutput, refuseSecretTarget } from "./secrets.ts";

/** Options as the command line gives them. */
export interface KubernetesOptions {
  target?: string;
  system?: string;
  secret?: string;
  profile?: string;
  set: string[];
  instances: string;
  reload?: boolean;
  allowWrites?: boolean;
  k6Out: string[];
  metrics?: string;
  output?: string;
  name?: string;
  namespace?: string;
  image: string;
  pullSecret?: string;
  cpu: string;
  memory: string;
  claim?: string;
  storage: string;
  storageClass?: string;
}

/** A checked request. */
export interface KubernetesRequest {
  suite: string;
  /** File name of the script's bundle, without its ending. */
  script: string;
  /** Name of the TestRun; names of everything else begin with it. */
  name: string;
  /** Absent: that of kubectl's context. */
  namespace: string | undefined;
  folder: string;
  instances: number;
  image: string;
  pullSecret: string | undefined;
  /** Whole processors of each runner. */
  cpu: number;
  memory: string;
  /** Variables of the load and of the runners. Never with a secret. */
  settings: Record<string, string>;
  /** Values of k6's `--out`. */
  outputs: string[];
  /** The Secret with DBMARK_TARGET and whatever else is secret; its keys become variables. */
  secret: string;
  /** Whether DBMARK_TARGET is in the Secret; else the Secret may be missing. */
  secretHasTarget: boolean;
  /** Whether there is a data set to load. */
  loads: boolean;
  reload: boolean;
  claim: { name: string; existing: boolean; storage: string; storageClass: string | undefined };
  /** Seconds that the run lasts at most, from the agreed start on; undefined: it ends by its number of operations. */
  seconds: number | undefined;
}

/** Runners beyond this are nothing that one operator and one target were ever seen with. */
const mostRunners = 1000;

/** The image where none is named. */
export const defaultImage = `dbmark:${version}`;

/** @throws UsageError or CommandError when something is not accepted. */
export async function checkKubernetesRequest(
  suiteName: string,
  options: KubernetesOptions,
): Promise<KubernetesRequest> {
  const suite = findSuite(suiteName);
  const instances = readInstanceCount(options.instances, {
    fewest: 2,
    most: mostRunners,
    meaning: "runners in the cluster. One process needs no operator: start dbmark run in a pod",
  });
  refuseFindmax({ set: options.set, ...(options.profile !== undefined && { profile: options.profile }) }, instances);
  const name = checkName("--name", options.name ?? suite.name);
  const namespace = options.namespace === undefined ? undefined : checkName("--namespace", options.namespace, 63);
  const secret = checkDottedName("--secret", options.secret ?? `${name}-target`);
  if (options.target !== undefined) refuseSecretTarget(options.target, secret, namespace);
  for (const output of options.k6Out) refuseSecretOutput(output, secret);
  const cpu = checkProcessors("--cpu", options.cpu);

  const settings = await readSettings(suite.name, options);
  const system = systemOf(suite.name, options);
  // As for dbmark run, but with nothing of this shell's variables: the manifests are for others as well.
  const profile = checkSettings(suite.name, settings, cpu * instances);
  const perCore =
    maximumWorkers(checkSettings(suite.name, settings, 1)) < maximumWorkers(checkSettings(suite.name, settings, 2));
  // Each runner would count its own processors, and take its part of those of one machine.
  if (perCore) settings.LOAD_WORKERS = String(maximumWorkers(profile));
  checkInstances(instances, profile, settings, options.k6Out);
  const isOnTable = tableOf(suite.name, system, settings) !== undefined;
  const workload = isOnTable ? undefined : workloadOf(suite.name, system, settings, profile);
  const graceful = readDuration(settings, "GRACEFUL_STOP") ?? 30;
  return {
    suite: suite.name,
    script: suite.script,
    name,
    namespace,
    folder: options.output ?? `k8s-${name}`,
    instances,
    image: checkImage("--image", options.image),
    pullSecret: options.pullSecret === undefined ? undefined : checkDottedName("--pull-secret", options.pullSecret),
    cpu,
    memory: checkBytes("--memory", options.memory),
    settings: {
      ...settings,
      ...(options.target !== undefined && { DBMARK_TARGET: options.target }),
      ...(options.allowWrites && { DBMARK_ALLOW_WRITES: "1" }),
    },
    outputs: outputsOf(options.k6Out),
    secret,
    secretHasTarget: options.target === undefined,
    // What noop holds is in the memory of each runner.
    loads: workload?.dataSet != null && system !== "noop",
    reload: options.reload === true,
    claim: {
      name: checkDottedName("--claim", options.claim ?? `${name}-results`),
      existing: options.claim !== undefined,
      storage: checkBytes("--storage", options.storage),
      storageClass:
        options.storageClass === undefined ? undefined : checkDottedName("--storage-class", options.storageClass),
    },
    seconds: settings.OPERATION_COUNT === undefined ? totalSeconds(profile) + graceful : undefined,
  };
}

/** The system that the runs are on: that of the target, of DBMARK_TARGET in this shell, or the one named. */
function systemOf(suite: string, options: KubernetesOptions): string {
  const known = findSuite(suite).systems;
  const url = options.target ?? (process.env.DBMARK_TARGET || undefined);
  if (options.system === undefined) return url === undefined ? (known[0] ?? "") : checkTarget(url, suite);
  const found = systems.find((system) => system.name === options.system && known.includes(system.name));
  if (found === undefined) {
    throw new UsageError(
      `--system ${options.system} is not accepted; the suite ${suite} runs on ${known.join(", ")}. It is the system of the URL in the Secret.`,
    );
  }
  if (options.target === undefined || checkTarget(options.target, suite) === options.system) return options.system;
  throw new UsageError(
    `--system ${options.system} and --target ${options.target} are of two systems. Leave out --system: the URL says which it is.`,
  );
}

/** Outputs as k6 gets them by K6_OUT, which parts them by commas. */
function outputsOf(asked: readonly string[]): string[] {
  // The runners find the token in the Secret; here it is only to be there.
  const { outputs } = checkOutputs(asked, { K6_INFLUXDB_TOKEN: process.env.K6_INFLUXDB_TOKEN || "in the Secret" });
  for (const output of outputs) {
    if (!output.includes(",")) continue;
    throw new UsageError(
      `--k6-out ${output} has a comma, and the runners get their outputs as a list with commas (K6_OUT). Set the output's options by its own variables, in the Secret.`,
    );
  }
  return outputs;
}
