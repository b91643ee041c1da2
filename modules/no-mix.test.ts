import { describe, expect, it } from "vitest";
import { resolveProfile } from "../profiles/index.ts";
import { workloadOf } from "./index.ts";

const mixed = resolveProfile("mixed", {}, 2);

describe("a suite without mixes", () => {
  it.each(["ycsb", "tpcb"])("%s refuses MIX and a profile that brings one", (suite) => {
    expect(() => workloadOf(suite, "postgres", { MIX: "balanced" })).toThrow(
      /The mix balanced .* is for the suite oltp/,
    );
    expect(() => workloadOf(suite, "postgres", {}, mixed)).toThrow(
      new RegExp(`${suite} has no mixes. Choose its operations`),
    );
  });

  it("oltp takes both", () => {
    expect(workloadOf("oltp", "postgres", {}, mixed).operations.map(({ name }) => name)).toContain("delete");
  });
});
