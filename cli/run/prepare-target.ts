// What some systems need before k6 starts.

import { type Environment, readDuration, readInteger } from "../../lib/environment/index.ts";
import { isSpacetimedb } from "../spacetimedb/address.ts";
import { publishModule } from "../spacetimedb/publish.ts";

/**
 * Makes sure that a target has what only the command can bring there; k6 brings data sets.
 * @param environment Variables of the run.
 * @throws CommandError where the target is not there, or is not what its URL says.
 */
export async function prepareTarget(
  target: string,
  environment: Environment,
  signal: AbortSignal,
  progress: { say(text: string): void },
): Promise<void> {
  if (!isSpacetimedb(target)) return;
  const seconds = readDuration(environment, "CONNECT_TIMEOUT");
  const timeoutMilliseconds =
    readInteger(environment, "SPACETIME_CONN_TIMEOUT") ?? (seconds === undefined ? undefined : seconds * 1000);
  await publishModule(target, {
    signal,
    say: (text) => progress.say(text),
    ...(timeoutMilliseconds !== undefined && { timeoutMilliseconds }),
  });
}
