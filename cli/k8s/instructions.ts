// README.md of the rendered folder: which commands, in which order, and why.

import { imageFolder, namesOf, resultsFolder } from "./manifests.ts";
import type { KubernetesRequest } from "./request.ts";
import { secretCommand } from "./secrets.ts";

/** The text, in Markdown. */
export function instructions(request: KubernetesRequest): string {
  const names = namesOf(request);
  const place = request.namespace === undefined ? "" : ` --namespace ${request.namespace}`;
  const { claim } = request;
  return `# ${request.suite} with ${request.instances} runners on Kubernetes

Written by \`dbmark k8s\`. It needs a cluster with k6-operator 1.3 or later, and kubectl. Render it again rather than change it.

## 1. The image

In a clone of dbmark; the image has k6 with dbmark's extension, the scripts, and the command that merges (BuildKit, which Docker has by default since 23, reads \`Dockerfile.dockerignore\`):

\`\`\`sh
docker build --file ${request.folder}/Dockerfile --build-arg REVISION=$(git rev-parse HEAD) --tag ${request.image} .
docker push ${request.image}
\`\`\`

Nothing needs to be pushed to a cluster that sees the images of this machine, such as kind (\`kind load docker-image ${request.image}\`).
A built image contains k6, which is under AGPL-3.0.
${
  request.secretHasTarget
    ? `
## 2. The Secret

The URL of the target, with its password, is in no manifest. All keys of the Secret are variables of the load and of the runners: tokens for outputs go there as well.

\`\`\`sh
${secretCommand(request.secret, request.namespace)}
\`\`\`
`
    : `
## 2. The Secret

None is needed: the target has no password. If one named ${request.secret} is there, its keys are variables of the load and of the runners, such as tokens for outputs.
`
}
${publishing(request)}## 3. The run

\`./run.sh\` does all of this, and prints the result. Its steps:

| step | command | waits for |
| --- | --- | --- |
| settings | \`kubectl apply${place} --filename settings.yaml\` | |
${
  request.loads
    ? `| load the data set | \`kubectl apply${place} --filename load.yaml\` | \`kubectl wait${place} --for=condition=complete --timeout=24h job/${names.load}\` |\n`
    : ""
}| name and start of this run | \`kubectl create${place} configmap ${names.run}\` with \`DBMARK_TEST_ID\`, \`DBMARK_START_AT\` and \`DBMARK_RESULTS\` | |
| runners | \`kubectl apply${place} --filename testrun.yaml\` | \`kubectl wait${place} --for=jsonpath='{.status.stage}'=finished --timeout=24h testrun/${names.testRun}\` |
| merge | \`kubectl apply${place} --filename merge.yaml\` | \`kubectl wait${place} --for=condition=complete --timeout=10m job/${names.merge}\` |
| result | \`kubectl logs${place} job/${names.merge}\` | |

- Each run needs a new name and a new start, and the objects of the one before deleted (\`kubectl delete --cascade=foreground\`): \`run.sh\` sees to both.
${
  request.loads
    ? "- The load ends before the runners start. They find the data set by its manifest on the target, and do not load it again; the first one removes what an earlier run left.\n"
    : ""
}- The operator starts the runners one after another, and each sets up by itself. They wait for \`DBMARK_START_AT\`, by the clocks of their machines (NTP), and begin together.
  Starts that lie more than 250 ms apart make the merged run invalid. Where pods take longer than two minutes to be there: \`START_AFTER=300 ./run.sh\`.
- The merge Job has the exit code of \`dbmark merge\`: it fails where an SLO was missed (1) or the run is invalid (4). So does a runner's Job where its SLO was missed (99).
- A runner that was killed has its windows in the volume, and the merged run is invalid and names it. Where a runner left no folder at all, merging refuses, and says which.

## 4. The files

The volume claim ${claim.name} ${claim.existing ? "must be there, and" : `(${claim.storage})`} must be writable from several machines at a time (ReadWriteMany): NFS, CephFS, EFS, Filestore, Azure Files. Pods run as user and group 1000.
Runners write to \`${resultsFolder}/instances/<run>/\`, the merge to \`${resultsFolder}/merged/<run>/\`.

\`\`\`sh
kubectl apply${place} --filename files.yaml
kubectl wait${place} --for=condition=Ready --timeout=5m pod/${names.files}
kubectl cp${place} ${names.files}:${resultsFolder}/merged results
kubectl delete${place} --filename files.yaml
\`\`\`

Then \`npx dbmark report results/<run>\` and every other command work as on a run of this machine.

## What is here

| file | what it is |
| --- | --- |
| \`Dockerfile\`, \`Dockerfile.dockerignore\` | the image; dbmark is in \`${imageFolder}\` there |
| \`settings.yaml\` | ConfigMap ${names.settings} with the variables${claim.existing ? "" : `, and the volume claim ${claim.name}`} |
${request.loads ? `| \`load.yaml\` | Job ${names.load}: loads the data set |\n` : ""}| \`testrun.yaml\` | TestRun ${names.testRun}: ${request.instances} runners with ${request.cpu} ${request.cpu === 1 ? "processor" : "processors"} and ${request.memory} each |
| \`merge.yaml\` | Job ${names.merge}: joins what the runners wrote |
| \`files.yaml\` | Pod ${names.files}: to copy files out of the volume |
| \`run.sh\` | all steps |
`;
}

/** What is to be done once before the first run, on systems where only dbmark itself does it; empty: nothing. */
function publishing(request: KubernetesRequest): string {
  if (request.suite !== "spacetimedb" || !request.loads) return "";
  return `The runners publish nothing. Publish the suite's module once: a short run from a machine that reaches the server does it where the database does not exist yet.

\`\`\`sh
npx dbmark run spacetimedb --profile smoke --target ${request.settings.DBMARK_TARGET ?? "spacetimedb://HOST:PORT/DATABASE"}
\`\`\`

`;
}
