// run.sh: the order in which the manifests are applied, and how each step is waited for.

import { namesOf, resultsFolder } from "./manifests.ts";
import type { KubernetesRequest } from "./request.ts";
import { secretCommand } from "./secrets.ts";

/** Seconds that pods are given to be there before the agreed start. */
const startAfter = 120;

/** Seconds beyond the run itself for pods to come and to go. */
const spareSeconds = 900;

/** Where nobody knows how long a run takes. */
const longestSeconds = 86_400;

/** A shell script for any POSIX shell, with GNU's or BSD's date. */
export function startScript(request: KubernetesRequest): string {
  const names = namesOf(request);
  const place = request.namespace === undefined ? "" : ` --namespace ${request.namespace}`;
  const seconds = request.seconds === undefined ? longestSeconds : Math.ceil(request.seconds) + spareSeconds;
  const files = ["merge.yaml", "testrun.yaml", ...(request.loads ? ["load.yaml"] : [])];
  return `#!/bin/sh
# Runs ${request.suite} with ${request.instances} runners, and prints the merged result. README.md says what each step is for.
# START_AFTER: seconds from applying the runners to the instant at which all start; a pod that needs longer to be there starts late.
set -eu
cd "$(dirname "$0")"
start_after=\${START_AFTER:-${startAfter}}
case $start_after in
*[!0-9]* | 0?*)
  echo "START_AFTER=$start_after is not accepted; expected are whole seconds, such as ${startAfter}. Set it anew, or leave it out." >&2
  exit 2
  ;;
esac

# Waits until a Job has ended. Shows its log; fails where the Job failed.
ended() {
  until kubectl wait${place} --for=condition=complete --timeout=5s "job/$1" >/dev/null 2>&1; do
    if kubectl wait${place} --for=condition=failed --timeout=1s "job/$1" >/dev/null 2>&1; then
      kubectl logs${place} --tail=-1 "job/$1"
      return 1
    fi
  done
  kubectl logs${place} --tail=-1 "job/$1"
}
${
  request.secretHasTarget
    ? `
if ! kubectl get${place} secret ${request.secret} >/dev/null 2>&1; then
  echo 'The Secret ${request.secret} is missing. Make it: ${secretCommand(request.secret, request.namespace)}' >&2
  exit 2
fi
`
    : ""
}
# What an earlier run left would be taken for this one's.
kubectl delete${place} --ignore-not-found --cascade=foreground ${files.map((file) => `--filename ${file}`).join(" ")}
kubectl apply${place} --filename settings.yaml
${
  request.loads
    ? `
kubectl apply${place} --filename load.yaml
ended ${names.load}
`
    : ""
}
id=${request.name}-$(date -u +%Y%m%dT%H%M%SZ)
at=$(($(date +%s) + start_after))
start=$(date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$at" +%Y-%m-%dT%H:%M:%SZ)
kubectl create${place} configmap ${names.run} --dry-run=client --output=yaml \\
  --from-literal=DBMARK_TEST_ID="$id" \\
  --from-literal=DBMARK_START_AT="$start" \\
  --from-literal=DBMARK_RESULTS="${resultsFolder}/instances/$id" |
  kubectl apply${place} --filename -
kubectl apply${place} --filename testrun.yaml
echo "All runners start at $start"
kubectl wait${place} --for=jsonpath='{.status.stage}'=finished --timeout=$((start_after + ${seconds}))s testrun/${names.testRun}

kubectl apply${place} --filename merge.yaml
merged=0
ended ${names.merge} || merged=$?
echo "The merged run is in ${resultsFolder}/merged/$id of the volume ${request.claim.name}"
exit $merged
`;
}
