import { describe, expect, it } from "vitest";
import { width, wrap } from "./layout.ts";

describe("wrap", () => {
  const filled = (end: string) => `${"x".repeat(width - end.indexOf("|") - 1)} ${end.replace("|", "")}`;

  it.each([
    ["adjusted (95| % interval)", "(95 % interval)"],
    ["p| < 0.0001, adjusted", "p < 0.0001, adjusted"],
    ["for 2| metrics).", "2 metrics)."],
    ["took 3.90| MiB in all", "3.90 MiB in all"],
  ])("keeps together what is read together: %s", (end, secondLine) => {
    const lines = wrap(filled(end), "  ");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe(`  ${secondLine}`);
  });

  it("breaks elsewhere, and loses nothing", () => {
    const text = "one word of 4 letters after another, 12 operations and 7 metricsystems as = b ".repeat(9).trim();
    const lines = wrap(text, "  × ");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.map((line) => line.slice(4)).join(" ")).toBe(text);
  });
});
