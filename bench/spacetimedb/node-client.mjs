// The yardstick: a plain client in Node that calls `increment` in a closed loop, and prints as JSON what it did. It is written as somebody
// writes it who wants it to be fast: undici for HTTP (the fastest client that there is for Node), `ws` for WebSockets without compression, one
// message for each call, as soon as it may be sent.
//
//   node node-client.mjs '{"host":"127.0.0.1:3000","database":"benchmark","token":"…","protocol":"json","connections":1,"inFlight":20,"seconds":10}'
//
// `calls` in place of `seconds` ends it after so many. The token comes by NODE_CLIENT_TOKEN.

import { Pool } from "undici";
import { WebSocket } from "ws";
import { encodeCall, requestIdOf } from "./node-client-bsatn.mjs";

/** @typedef {{ host: string, database: string, protocol: "http" | "json" | "bsatn", connections: number, inFlight: number, seconds?: number, calls?: number }} Order */

/** @type {Order} */
const order = JSON.parse(process.argv[2] ?? "{}");
const token = process.env.NODE_CLIENT_TOKEN ?? "";
const authorization = { Authorization: `Bearer ${token}` };

/** Counters that calls are spread over, as dbmark's suite does it. */
const counters = Array.from({ length: 100 }, (_, number) => `counter-${String(number).padStart(3, "0")}`);
const anyCounter = () => counters[(Math.random() * counters.length) | 0] ?? "";

/** Service times in microseconds, up to a second: how many calls took each. */
const times = new Uint32Array(1_000_000);
let sent = 0;
let answered = 0;
/** Answered before the end. */
let counted = 0;
let started = 0;
let deadline = Number.POSITIVE_INFINITY;

/** Whether another call may be sent. */
function goesOn() {
  return order.calls === undefined ? performance.now() < deadline : sent < order.calls;
}

/** @param {number} sentAt */
function record(sentAt) {
  const now = performance.now();
  const bucket = Math.min(times.length - 1, Math.round((now - sentAt) * 1000));
  times[bucket] = (times[bucket] ?? 0) + 1;
  answered += 1;
  if (now <= deadline) counted += 1;
}

function begin() {
  started = performance.now();
  if (order.seconds !== undefined) deadline = started + order.seconds * 1000;
}

async function overHttp() {
  const pool = new Pool(`http://${order.host}`, { connections: order.connections, pipelining: 1 });
  const path = `/v1/database/${order.database}/call/increment`;
  const headers = { ...authorization, "Content-Type": "application/json" };
  const lane = async () => {
    while (goesOn()) {
      const sentAt = performance.now();
      sent += 1;
      const response = await pool.request({ path, method: "POST", headers, body: JSON.stringify([anyCounter(), 1]) });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new Error(`increment: ${response.statusCode} ${text}`);
      record(sentAt);
    }
  };
  begin();
  await Promise.all(Array.from({ length: order.connections }, lane));
  await pool.close();
}

async function overWebSockets() {
  const url = `ws://${order.host}/v1/database/${order.database}/subscribe?compression=None`;
  const sockets = await Promise.all(Array.from({ length: order.connections }, () => opened(url)));
  begin();
  await Promise.all(sockets.map(order.protocol === "json" ? inJson : inBsatn));
}

/**
 * A connection on which the server has said who we are.
 * @param {string} url
 * @returns {Promise<WebSocket>}
 */
function opened(url) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, `v1.${order.protocol}.spacetimedb`, {
      headers: authorization,
      perMessageDeflate: false,
    });
    socket.once("error", reject);
    socket.once("message", () => resolve(socket));
  });
}

/**
 * Calls until the end, with as many in flight as there may be.
 * @param {WebSocket} socket
 * @param {(reducer: string, counter: string, requestId: number) => string | Buffer} encode
 * @param {(data: Buffer) => number} decode The request that a message commits. @throws for any other message.
 * @returns {Promise<void>}
 */
function loop(socket, encode, decode) {
  return new Promise((resolve, reject) => {
    /** @type {Map<number, number>} */
    const waiting = new Map();
    let lastId = 0;
    const call = () => {
      lastId += 1;
      sent += 1;
      waiting.set(lastId, performance.now());
      socket.send(encode("increment", anyCounter(), lastId));
    };
    socket.on("message", (/** @type {Buffer} */ data) => {
      try {
        const id = decode(data);
        const sentAt = waiting.get(id);
        if (sentAt === undefined) throw new Error(`an answer to request ${id}, which was not sent`);
        waiting.delete(id);
        record(sentAt);
      } catch (error) {
        reject(error);
        socket.terminate();
        return;
      }
      if (goesOn()) call();
      else if (waiting.size === 0) socket.close();
    });
    socket.on("error", reject);
    socket.on("close", () => (waiting.size === 0 ? resolve() : reject(new Error("the connection was lost"))));
    for (let flying = 0; flying < order.inFlight && goesOn(); flying += 1) call();
    if (waiting.size === 0) socket.close();
  });
}

/** @param {WebSocket} socket */
function inJson(socket) {
  return loop(
    socket,
    (reducer, counter, id) =>
      JSON.stringify({ CallReducer: { reducer, args: JSON.stringify([counter, 1]), request_id: id, flags: 0 } }),
    (data) => {
      const { TransactionUpdate: update } = JSON.parse(data.toString());
      if (update?.status?.Committed === undefined) throw new Error(`not committed: ${data}`);
      return update.reducer_call.request_id;
    },
  );
}

/** @param {WebSocket} socket */
function inBsatn(socket) {
  return loop(socket, encodeCall, requestIdOf);
}

await (order.protocol === "http" ? overHttp() : overWebSockets());
const seconds = order.seconds ?? (performance.now() - started) / 1000;
process.stdout.write(`${JSON.stringify({ calls: answered, throughput: counted / seconds, p50: percentile(0.5) })}\n`);

/** @param {number} share */
function percentile(share) {
  let left = Math.ceil(answered * share);
  for (let bucket = 0; bucket < times.length; bucket += 1) {
    left -= times[bucket] ?? 0;
    if (left <= 0) return bucket;
  }
  return times.length;
}
