// What must not stand in a manifest: passwords and tokens, for which there are Secrets.

import { UsageError } from "../../lib/environment/index.ts";
import { redact } from "../redact.ts";

/** How to make a Secret of a target's URL without its standing among the arguments of a command, which other users can read. */
export function secretCommand(secret: string, namespace: string | undefined): string {
  const place = namespace === undefined ? "" : ` --namespace ${namespace}`;
  return `printf %s "$DBMARK_TARGET" | kubectl create secret generic ${secret}${place} --from-file=DBMARK_TARGET=/dev/stdin`;
}

/** Refuses a target with a password, or anything else that is secret in a URL. @throws {UsageError} never with the secret. */
export function refuseSecretTarget(target: string, secret: string, namespace: string | undefined): void {
  if (redact(target) === target && !hasSecret(target)) return;
  throw new UsageError(
    `--target ${shown(target)} has a password, which everybody could read who sees the manifests. Leave out --target, and let the cluster ` +
      `keep the URL: export DBMARK_TARGET, then ${secretCommand(secret, namespace)}`,
  );
}

/** Refuses secrets in an output of k6. @throws {UsageError} never with the secret. */
export function refuseSecretOutput(output: string, secret: string): void {
  if (redact(output) === output && !hasSecret(output)) return;
  throw new UsageError(
    `--k6-out ${shown(output)} has a password or token, which everybody could read who sees the manifests. Leave it out, and put it into the Secret ` +
      `${secret}, whose keys the runners get as variables: K6_INFLUXDB_USERNAME, K6_INFLUXDB_PASSWORD or K6_INFLUXDB_TOKEN for InfluxDB.`,
  );
}

/** Names of parameters of a URL whose values are secret. */
const secretParameter = /[?&]([^=&]*(?:password|passwd|token|secret)[^=&]*)=[^&]/i;

function hasSecret(text: string): boolean {
  return secretParameter.test(text) || /:\/\/[^/?#\s]*:[^@/?#\s]+@/.test(text);
}

function shown(text: string): string {
  return redact(text).replaceAll(new RegExp(secretParameter, "gi"), (found) => found.replace(/=.*/, "=xxxxx"));
}
