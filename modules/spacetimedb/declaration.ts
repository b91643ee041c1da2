// What the variables of the SpacetimeDB suite say of a run, besides its workload and its target.

import type { RunDeclaration } from "../../k6-ext/index.d.ts";
import { type Environment, readInteger, readText, UsageError } from "../../lib/environment/index.ts";
import { spacetimedbMode } from "./target.ts";

/**
 * The declaration with how calls are sent and how long they may take.
 * @throws {UsageError} for values that are not accepted, and for PROTOCOL, which is for SQL.
 */
export function adjustDeclaration(
  declaration: RunDeclaration,
  system: string,
  environment: Environment,
): RunDeclaration {
  const protocol = readText(environment, "PROTOCOL");
  if (protocol !== undefined) {
    throw new UsageError(
      `PROTOCOL=${protocol} says how SQL is sent, and the suite spacetimedb calls reducers. Choose with USE_WEBSOCKET and SPACETIME_ENCODING.`,
    );
  }
  return {
    ...declaration,
    ...(system === "spacetimedb" && { mode: spacetimedbMode(environment) }),
    timeoutMilliseconds: readInteger(environment, "SPACETIME_REQ_TIMEOUT") ?? declaration.timeoutMilliseconds,
    connectTimeoutMilliseconds:
      readInteger(environment, "SPACETIME_CONN_TIMEOUT") ?? declaration.connectTimeoutMilliseconds,
  };
}
