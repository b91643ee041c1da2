// What is measured: calls of one reducer by a protocol, over so many connections with so many in flight on each.

/** How calls are sent. */
export type Protocol = "http" | "json" | "bsatn";

/** Protocols in the order in which they are measured. */
export const protocols: readonly Protocol[] = ["http", "json", "bsatn"];

/** Protocols in words. */
export const protocolNames: Record<Protocol, string> = {
  http: "HTTP",
  json: "WebSocket, JSON",
  bsatn: "WebSocket, BSATN",
};

/** Connections, and calls in flight on each. */
export interface Topology {
  connections: number;
  inFlight: number;
}

/** Topologies: alone, in flight on one connection, over connections, and as the vendor's own benchmark runs. */
export const topologies: readonly Topology[] = [
  { connections: 1, inFlight: 1 },
  { connections: 1, inFlight: 20 },
  { connections: 20, inFlight: 1 },
  { connections: 64, inFlight: 40 },
];

/** One load. */
export interface Cell extends Topology {
  protocol: Protocol;
}

/** As options and tables write it: connections × in flight. */
export function written({ connections, inFlight }: Topology, times = "×"): string {
  return `${connections}${times}${inFlight}`;
}

/** Every cell of these. A connection of HTTP/1.1 has one request in flight, so that HTTP has fewer. */
export function cellsOf(chosen: readonly Protocol[], shapes: readonly Topology[]): Cell[] {
  return chosen.flatMap((protocol) =>
    shapes.filter(({ inFlight }) => protocol !== "http" || inFlight === 1).map((shape) => ({ protocol, ...shape })),
  );
}

/** What one run did. */
export interface Outcome {
  calls: number;
  /** Per second, without the time to start and to connect. */
  throughput: number;
  /** Of the client alone, start-up included. */
  cpuSeconds: number;
  maximumMemoryBytes: number;
  /** The middle of the service times, in microseconds. */
  p50: number;
  /** What else is worth keeping. */
  details?: Record<string, unknown>;
}

/** How long a run is: so many seconds, or just a start-up with one call on each connection. */
export type Length = { seconds: number } | "start-up";

/** A program that calls. */
export interface Contender {
  name: string;
  /** @throws {BuildError} when the run failed, or any of its calls did. */
  run(cell: Cell, length: Length): Promise<Outcome>;
}
