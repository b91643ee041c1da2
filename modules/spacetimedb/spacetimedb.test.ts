import { describe, expect, it } from "vitest";
import type { RunDeclaration } from "../../k6-ext/index.d.ts";
import type { Environment } from "../../lib/environment/index.ts";
import { workloadOf } from "../index.ts";
import { adjustDeclaration } from "./declaration.ts";
import { scenarioFunctions, scenariosWorkload } from "./scenarios.ts";
import { spacetimedbMode, spacetimedbTarget } from "./target.ts";

const workload = (environment: Environment = {}) => workloadOf("spacetimedb", "spacetimedb", environment);

/** Shares of the operations, in percent. */
function shares(environment: Environment): Record<string, number> {
  const { operations } = workload(environment);
  const total = operations.reduce((sum, { weight }) => sum + weight, 0);
  return Object.fromEntries(operations.map(({ name, weight }) => [name, Number(((100 * weight) / total).toFixed(2))]));
}

describe("scenarios", () => {
  it("are counter, message and mixed by weight where none is chosen", () => {
    expect(shares({})).toEqual({ increment: 40, "create-message": 30, "read-user": 21, "create-user": 9 });
    expect(shares({ COUNTER_WEIGHT: "0", MESSAGE_WEIGHT: "1", MIXED_WEIGHT: "1", READ_WRITE_RATIO: "0.5" })).toEqual({
      "create-message": 50,
      "read-user": 25,
      "create-user": 25,
    });
  });

  it.each([
    ["counter", { increment: 100 }],
    ["message", { "create-message": 100 }],
    ["mixed", { "read-user": 70, "create-user": 30 }],
    ["batch", { batch: 100 }],
    ["websocketStress", { increment: 50, subscribe: 20, reopen: 15, drop: 15 }],
  ])("%s runs alone", (SCENARIO, expected) => expect(shares({ SCENARIO })).toEqual(expected));

  it("have no reads, or nothing but reads, at the ends of READ_WRITE_RATIO", () => {
    expect(shares({ SCENARIO: "mixed", READ_WRITE_RATIO: "1" })).toEqual({ "read-user": 100 });
    expect(shares({ SCENARIO: "mixed", READ_WRITE_RATIO: "0" })).toEqual({ "create-user": 100 });
  });

  it("that are not known are refused with the list", () => {
    expect(() => workload({ SCENARIO: "counters" })).toThrow(
      "SCENARIO=counters is not accepted; expected is counter, message, mixed, batch, websocketStress, all.",
    );
  });

  it.each([
    [{ COUNTER_WEIGHT: "-0.1" }, /COUNTER_WEIGHT=-0.1 is not accepted; expected is a number from 0/],
    [{ COUNTER_WEIGHT: "0", MESSAGE_WEIGHT: "0", MIXED_WEIGHT: "0" }, /are all 0, so there is nothing to run/],
    [{ READ_WRITE_RATIO: "1.1" }, /READ_WRITE_RATIO=1.1 is not accepted; expected is a share from 0 to 1/],
    [
      { MESSAGE_SIZE: "10000001" },
      /MESSAGE_SIZE=10000001 is not accepted; expected is a whole number from 0 to 10,000,000/,
    ],
    [{ MESSAGE_SIZE: "10000000", USE_WEBSOCKET: "false" }, /more than SpacetimeDB takes in one call over HTTP, 2 MiB/],
    [{ BATCH_SIZE: "0" }, /BATCH_SIZE=0 is not accepted/],
    [{ SCENARIO: "websocketStress", USE_WEBSOCKET: "false" }, /USE_WEBSOCKET=false asks for HTTP/],
    [{ MIX: "balanced" }, /spacetimedb has no mixes. Choose its operations with SCENARIO/],
    [{ USE_WEBSOCKET: "maybe" }, /USE_WEBSOCKET=maybe is not accepted/],
  ])("%j is refused", (environment, message) => expect(() => workload(environment)).toThrow(message));

  it("of messages are as long as MESSAGE_SIZE, also empty, and over HTTP up to the server's limit", () => {
    for (const environment of [
      { MESSAGE_SIZE: "0" },
      { MESSAGE_SIZE: "10000000" },
      { MESSAGE_SIZE: "2000000", USE_WEBSOCKET: "0" },
    ]) {
      const [message] = workload({ SCENARIO: "message", ...environment }).operations;
      const content = message?.parameters.find(({ name }) => name === "content");
      expect(content?.generator).toMatchObject({ length: Number(environment.MESSAGE_SIZE) });
    }
  });

  it("of batches have a step and a counter for each call, and books that count calls", () => {
    const [batch] = workload({ SCENARIO: "batch", BATCH_SIZE: "25" }).operations;
    expect(batch).toMatchObject({ kind: "batch", inserts: { rows: 25 } });
    expect(batch?.steps.length).toBe(25);
    expect(new Set(batch?.steps.flatMap(({ parameters }) => parameters)).size).toBe(25);
  });

  it("have exactly the four checks", () => {
    const checks = [...workload().operations, ...workload({ SCENARIO: "batch" }).operations].map(({ check }) => check);
    expect([...new Set(checks)]).toEqual([
      "counter increment successful",
      "message creation successful",
      "read operation successful",
      "write operation successful",
    ]);
  });
});

describe("scenarios of a script's own executors", () => {
  it("are named by the functions that the script exports", () => {
    expect(Object.keys(scenarioFunctions)).toEqual([
      "counterScenario",
      "messageScenario",
      "mixedScenario",
      "batchScenario",
      "websocketStressScenario",
    ]);
  });

  it("have a mix each, of the operations of the workload", () => {
    const { operations, scenarios } = scenariosWorkload("spacetimedb", {}, ["mixed", "batch"]);
    expect(operations.map(({ name }) => name)).toEqual(["read-user", "create-user", "batch"]);
    expect(scenarios).toEqual({ mixed: { "read-user": 0.7, "create-user": expect.closeTo(0.3) }, batch: { batch: 1 } });
  });

  it("leave out what needs a WebSocket only where nobody asked for it", () => {
    const all = Object.values(scenarioFunctions);
    const http = { USE_WEBSOCKET: "false" };
    expect(Object.keys(scenariosWorkload("spacetimedb", http, all).scenarios ?? {})).not.toContain("websocketStress");
    expect(() => scenariosWorkload("spacetimedb", http, ["websocketStress"])).toThrow(/asks for HTTP/);
  });
});

describe("the target", () => {
  it.each<[Environment, string]>([
    [{}, "spacetimedb://localhost:3000/benchmark"],
    [
      { SPACETIME_HOST: "db.example", SPACETIME_PORT: "443", SPACETIME_DATABASE: "mine", SPACETIME_SSL: "true" },
      "spacetimedbs://db.example:443/mine",
    ],
    [{ SPACETIME_HOST: "::1" }, "spacetimedb://[::1]:3000/benchmark"],
    [{ SPACETIME_TOKEN: "a/b" }, "spacetimedb://:a%2Fb@localhost:3000/benchmark"],
    [
      { SPACETIME_PING_INTERVAL: "500", SPACETIME_MAX_RETRIES: "0", SPACETIME_RETRY_DELAY: "250" },
      "spacetimedb://localhost:3000/benchmark?ping=500ms&retries=0&retry_delay=250ms",
    ],
  ])("of %j is %s", (environment, url) => expect(spacetimedbTarget(environment)).toBe(url));

  it("is the one that was given, completed, and the same when it is completed again", () => {
    const environment = { SPACETIME_HOST: "other", SPACETIME_TOKEN: "t", SPACETIME_MAX_RETRIES: "5" };
    const given = (url: string) => spacetimedbTarget({ ...environment, DBMARK_TARGET: url });
    expect(given("spacetimedb://h:1/d?compression=gzip")).toBe("spacetimedb://:t@h:1/d?compression=gzip&retries=5");
    expect(given("spacetimedb://:mine@h:1/d?retries=9")).toBe("spacetimedb://:mine@h:1/d?retries=9");
    expect(given("noop://local")).toBe("noop://local");
    const once = given("spacetimedbs://h:1/d");
    expect(given(once)).toBe(once);
  });

  it("refuses a host that is a URL", () => {
    expect(() => spacetimedbTarget({ SPACETIME_HOST: "http://h" })).toThrow(
      /without a scheme or port. Give a whole URL/,
    );
  });

  it("refuses an identity that nothing proves, or that is not the token's", () => {
    const identity = "c2".repeat(32);
    const claims = Buffer.from(JSON.stringify({ hex_identity: identity, iss: "localhost" })).toString("base64url");
    const token = `e30.${claims}.signature`;
    expect(() => spacetimedbTarget({ SPACETIME_IDENTITY: identity })).toThrow(/without SPACETIME_TOKEN/);
    expect(() => spacetimedbTarget({ SPACETIME_IDENTITY: "c3".repeat(32), SPACETIME_TOKEN: token })).toThrow(
      `is not the identity of SPACETIME_TOKEN, which is ${identity}`,
    );
    expect(spacetimedbTarget({ SPACETIME_IDENTITY: `0x${identity}`, SPACETIME_TOKEN: token })).toContain(":e30.");
    // What a token says is for the server to judge where it cannot be read here.
    expect(spacetimedbTarget({ SPACETIME_IDENTITY: identity, SPACETIME_TOKEN: "opaque" })).toContain(":opaque@");
  });
});

describe("the declaration", () => {
  const declaration = { timeoutMilliseconds: 30_000, connectTimeoutMilliseconds: 0 } as RunDeclaration;
  const adjusted = (environment: Environment, system = "spacetimedb") =>
    adjustDeclaration(declaration, system, environment);

  it("says over what, and in which encoding, calls are sent", () => {
    expect(spacetimedbMode({})).toBe("websocket-bsatn");
    expect(adjusted({ SPACETIME_ENCODING: "json" }).mode).toBe("websocket-json");
    expect(adjusted({ SPACETIME_ENCODING: "json", USE_WEBSOCKET: "0" }).mode).toBe("http");
    expect(adjusted({}, "noop").mode).toBeUndefined();
  });

  it("has the suite's own limits of time where they are set", () => {
    expect(adjusted({})).toMatchObject(declaration);
    expect(adjusted({ SPACETIME_REQ_TIMEOUT: "1500", SPACETIME_CONN_TIMEOUT: "250" })).toMatchObject({
      timeoutMilliseconds: 1500,
      connectTimeoutMilliseconds: 250,
    });
  });

  it("refuses PROTOCOL, which is for SQL", () => {
    expect(() => adjusted({ PROTOCOL: "simple" })).toThrow(/Choose with USE_WEBSOCKET and SPACETIME_ENCODING/);
  });
});
