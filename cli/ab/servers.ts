// The embedded PostgreSQL of an experiment: one for both variants, or one for each where their settings differ. Then both run all the time: the one
// that waits has nothing to write, and stopping and starting it would empty its buffers.

import { isDeepStrictEqual } from "node:util";
import type { Variant as VariantName } from "../../lib/experiment/order.ts";
import { CommandError } from "../errors.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import type { VariantWork } from "./request.ts";

/** The servers that were started here, by variant. */
export interface Servers {
  /** Undefined: the variant has a target of its own. */
  of: Record<VariantName, EmbeddedPostgres | undefined>;
  /** Stops them. */
  stop(): Promise<void>;
}

/**
 * Starts what the variants need.
 * @throws CommandError when a server cannot be started, for example for a setting that it does not accept.
 */
export async function startServers(
  variants: Record<VariantName, VariantWork>,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<Servers> {
  const started: EmbeddedPostgres[] = [];
  const stop = async () => {
    for (const server of started.reverse()) await server.stop();
  };
  const start = async (of: string, settings: Record<string, string>) => {
    say(`Starting an embedded PostgreSQL${of} …`);
    try {
      const server = await startEmbeddedPostgres({ keep: false, signal, settings });
      started.push(server);
      return server;
    } catch (error) {
      const chosen = Object.entries(settings).map(([name, value]) => `server.${name}=${value}`);
      if (!(error instanceof CommandError) || chosen.length === 0) throw error;
      throw new CommandError(`With ${chosen.join(", ")}: ${error.message}`);
    }
  };
  try {
    const { a, b } = variants;
    const embedded = { a: a.work.target === undefined, b: b.work.target === undefined };
    if (embedded.a && embedded.b && isDeepStrictEqual(a.variant.server, b.variant.server)) {
      const one = await start("", a.variant.server);
      return { of: { a: one, b: one }, stop };
    }
    const own = async (name: VariantName) =>
      embedded[name] ? await start(` for ${name.toUpperCase()}`, variants[name].variant.server) : undefined;
    return { of: { a: await own("a"), b: await own("b") }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
