// A TCP proxy that spoils connections on their way: it slows them to a trickle, or stops forwarding without a word.

import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** How a connection is forwarded. */
type Manner =
  /** As it comes. */
  | { kind: "open" }
  /** One byte at a time, in each direction, with a pause after each. */
  | { kind: "trickle"; milliseconds: number }
  /** Not at all: no byte, no end, no reset. */
  | { kind: "silent" };

/** A connection through the proxy: the client's socket and the server's. */
interface Pair {
  client: Socket;
  server: Socket;
  manner: Manner;
}

/** Stands between a run and its server. */
export class FaultProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  /** Of connections to come. */
  #manner: Manner = { kind: "open" };

  private constructor(target: number) {
    // Half-open, because an end has to be forwarded like everything else: late, or never.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const server = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
      const pair = { client, server, manner: this.#manner };
      this.#pairs.add(pair);
      forward(pair, client, server);
      forward(pair, server, client);
    });
  }

  /** Listens on a free port of 127.0.0.1, for a server on another one. */
  static async start(target: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve, reject) =>
      proxy.#server.once("error", reject).listen(0, "127.0.0.1", () => resolve()),
    );
    return proxy;
  }

  /** The URL of a target, by way of the proxy. */
  url(target: string): string {
    const url = new URL(target);
    const address = this.#server.address();
    url.port = String(typeof address === "object" ? address?.port : address);
    return url.href;
  }

  /** From now on, one byte at a time in each direction, also on connections to come. */
  trickle(milliseconds: number): void {
    this.#change({ kind: "trickle", milliseconds });
  }

  /** From now on nothing is forwarded; connections to come are accepted and are as silent. */
  silence(): void {
    this.#change({ kind: "silent" });
  }

  /** The connections that there are fall silent; those to come are forwarded. */
  silenceThese(): void {
    for (const pair of this.#pairs) pair.manner = { kind: "silent" };
  }

  /** Forwards again, also what was kept back. */
  heal(): void {
    this.#change({ kind: "open" });
  }

  /** Ends every connection on both sides, without forwarding what was kept back. */
  drop(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    this.#pairs.clear();
    this.#manner = { kind: "open" };
  }

  #change(manner: Manner): void {
    this.#manner = manner;
    for (const pair of this.#pairs) pair.manner = manner;
  }

  /** Ends every connection, and listens no more. */
  async stop(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Takes what one side sends to the other in the pair's present manner. */
async function forward(pair: Pair, from: Socket, to: Socket): Promise<void> {
  // A reset on one side: the loop below ends it on the other.
  from.on("error", () => {});
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let sent = 0; sent < chunk.length; ) {
        const { manner } = pair;
        if (manner.kind === "open") {
          to.write(chunk.subarray(sent));
          break;
        }
        if (manner.kind === "trickle") to.write(chunk.subarray(sent, ++sent));
        await wait(manner.kind === "trickle" ? manner.milliseconds : 10);
        if (to.destroyed) return;
      }
    }
    while (pair.manner.kind === "silent" && !to.destroyed) await wait(10);
    to.end();
  } catch {
    to.destroy();
  }
}
