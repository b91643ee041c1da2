// One request to a SpacetimeDB, and what it means when that does not come about.

import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { CommandError, codeOf, messageOf } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Address } from "./address.ts";

/** What a server answers. */
export interface Answer {
  status: number;
  body: string;
}

/** How a request is sent. */
export interface RequestOptions {
  /** For the whole of it. */
  timeoutMilliseconds: number;
  signal: AbortSignal;
  token?: string | undefined;
  body?: Uint8Array;
}

/** An answer of SpacetimeDB's to what is asked here is a schema at most. */
const longestAnswerBytes = 16 * 1024 * 1024;

/**
 * Sends a request, on a connection of its own.
 * @param path below `/v1/`.
 * @throws CommandError that says what is there instead of a SpacetimeDB.
 */
export async function request(
  address: Address,
  method: "GET" | "POST" | "PUT",
  path: string,
  options: RequestOptions,
): Promise<Answer> {
  try {
    return await send(address, method, path, options);
  } catch (error) {
    options.signal.throwIfAborted();
    // Servers with TLS hang up, or send an alert, or what another server could send as well.
    const speaksTls = address.tls === undefined && isUnexpected(error) && (await takesTls(address));
    const meaning = speaksTls
      ? `${address.server} speaks TLS. Use spacetimedbs:// instead of spacetimedb:// (SPACETIME_SSL=true)`
      : meaningOf(error, address, options.timeoutMilliseconds);
    throw new CommandError(meaning, exitCodes.unreachable);
  }
}

/** Something listens, and it hung up or did not answer in HTTP. */
function isUnexpected(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  return code === "ECONNRESET" || code === "EPIPE" || code.startsWith("HPE_");
}

/** Whether a server completes a handshake of TLS, whatever its certificate. */
function takesTls({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = connect({ host, port, ...name, rejectUnauthorized: false, timeout: 1000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("secureConnect", end(true)).on("timeout", end(false)).on("error", end(false)).on("close", end(false));
  });
}

function send(address: Address, method: string, path: string, options: RequestOptions): Promise<Answer> {
  const { timeoutMilliseconds, token, body } = options;
  return new Promise((resolve, reject) => {
    const { host, port, tls } = address;
    const timeLimit = AbortSignal.timeout(timeoutMilliseconds);
    const sent = (tls === undefined ? http : https).request(
      {
        ...{ host, port, method, path: `/v1/${path}`, agent: false },
        ...tls,
        signal: AbortSignal.any([options.signal, timeLimit]),
        headers: {
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "Content-Type": "application/wasm", "Content-Length": body.length }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > longestAnswerBytes) sent.destroy(new Error("it answers without end"));
          else chunks.push(chunk);
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
        );
      },
    );
    sent.on("error", (error) => reject(timeLimit.aborted ? timeLimit.reason : error));
    sent.end(body);
  });
}

/** What an error of a connection says of the server. */
function meaningOf(error: unknown, { server, tls }: Address, timeoutMilliseconds: number): string {
  const code = codeOf(error) ?? "";
  const within = `within ${timeoutMilliseconds / 1000} s`;
  const start =
    "Start SpacetimeDB there (npm run spacetimedb builds and starts one on 127.0.0.1:3000), or name another server with --target or SPACETIME_HOST and SPACETIME_PORT";
  if (code === "ECONNREFUSED" || everyIs(error, "ECONNREFUSED")) return `nothing listens on ${server}. ${start}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `there is no host of the name in ${server}. Check the host`;
  if (error instanceof DOMException && error.name === "TimeoutError")
    return `${server} does not answer ${within}. Check host and port; SPACETIME_CONN_TIMEOUT has the time to wait, in milliseconds`;
  if (tls !== undefined && isUntrusted(code))
    return `the certificate of ${server} is not trusted (${messageOf(error)}). Name its authority with ?ca=FILE, or leave out checking it with ?insecure=true`;
  if (tls !== undefined && /^(EPROTO|ERR_SSL_)/.test(code))
    return `${server} does not speak TLS. Use spacetimedb:// instead of spacetimedbs:// (SPACETIME_SSL=false)`;
  if (code.startsWith("HPE_")) return `${server} is not SpacetimeDB: it does not answer in HTTP. Check the port`;
  if (isUnexpected(error))
    return `${server} is not SpacetimeDB: it closed the connection before it answered. Check the port`;
  return `${server} cannot be reached: ${messageOf(error)}. Check host and port`;
}

/** A name with several addresses: all of them refused. */
function everyIs(error: unknown, code: string): boolean {
  return error instanceof AggregateError && error.errors.every((one) => codeOf(one) === code);
}

function isUntrusted(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code);
}
