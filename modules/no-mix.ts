// MIX chooses among the mixes of the OLTP suite; a suite without mixes says so rather than run something else.

import { type Environment, readText, UsageError } from "../lib/environment/index.ts";

/**
 * @param instead what chooses the operations of this suite.
 * @throws {UsageError} where MIX is set, by the user or by a load profile that brings a mix.
 */
export function refuseMix(suite: string, instead: string, environment: Environment): void {
  const mix = readText(environment, "MIX");
  if (mix === undefined) return;
  throw new UsageError(
    `The mix ${mix} (from MIX, or from a load profile that brings one, as LOAD_PROFILE=mixed does) is for the suite oltp; ` +
      `${suite} has no mixes. Choose its operations with ${instead}, and another load profile.`,
  );
}
