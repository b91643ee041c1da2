// dbmark k8s: the image, the manifests and the steps of a run with k6-operator.

import { Command, Option } from "commander";
import { defaultImage, type KubernetesOptions } from "../k8s/request.ts";
import { pathFromHere } from "../progress/path.ts";
import { refuseK6Options } from "./k6-options.ts";
import { repeated } from "./repeated.ts";

/** The command. */
export function k8sCommand(): Command {
  return refuseK6Options(new Command("k8s"))
    .description("Write what runs a suite on Kubernetes with k6-operator: Dockerfile, manifests, steps.")
    .argument("<suite>", "name of the suite (dbmark list suites)")
    .option("--target <url>", "system under test, without a password (default: DBMARK_TARGET of the Secret)")
    .option(
      "--system <name>",
      "system of the URL in the Secret (default: that of DBMARK_TARGET, else the suite's first)",
    )
    .option(
      "--secret <name>",
      "Secret whose keys are variables of the load and of the runners (default: <name>-target)",
    )
    .option("--profile <name|file>", "load profile: a name (dbmark list profiles), or a .json or .ts file of your own")
    .addOption(repeated("--set <key=value>", "set a variable (dbmark list variables); may be given several times"))
    .option("--instances <number>", "runners that share the load", "2")
    .option("--reload", "load the data set again even if the target holds it")
    .option("--allow-writes", "allow writing to tables that dbmark did not make")
    .addOption(
      repeated("--k6-out <output>", "an output of k6 to a server, without a secret; may be given several times"),
    )
    .addOption(
      new Option(
        "--metrics <mode>",
        "k6 metrics with a sample for each operation, or with sums for each second",
      ).choices(["operations", "windows"]),
    )
    .option("--output <folder>", "folder that is written (default: k8s-<name>)")
    .option("--name <name>", "name of the TestRun, and beginning of all other names (default: the suite)")
    .option("--namespace <name>", "namespace of everything (default: that of kubectl's context)")
    .option("--image <image>", "image of dbmark, as the cluster pulls it", defaultImage)
    .option("--pull-secret <name>", "Secret to pull the image with")
    .option("--cpu <number>", "whole processors of each runner", "2")
    .option("--memory <amount>", "memory of each runner", "1Gi")
    .option(
      "--claim <name>",
      "volume claim for the results that is there already (default: <name>-results, which is made)",
    )
    .option("--storage <amount>", "size of the volume claim that is made", "1Gi")
    .option("--storage-class <name>", "storage class of the volume claim that is made; it needs ReadWriteMany")
    .addHelpText(
      "after",
      `
Examples:
  dbmark k8s oltp --profile tps5000 --instances 4 --image registry.example.com/dbmark:0.1.0
  dbmark k8s ycsb --system redis --set WORKLOAD=B --instances 10 --namespace load --output deploy/ycsb

Variables of this shell are not taken over: give them with --set. README.md in the folder says what to do with it.`,
    )
    .action(async (suite: string, options: KubernetesOptions) => {
      const { checkKubernetesRequest } = await import("../k8s/request.ts");
      const { render } = await import("../k8s/render.ts");
      const folder = pathFromHere(render(await checkKubernetesRequest(suite, options)));
      process.stdout.write(`Written to ${folder}. ${folder}/README.md has the steps; ${folder}/run.sh does them.\n`);
    });
}
