import { expect, it } from "vitest";
import { readReport } from "./pgbench.ts";

const text = (transactions: number, rest: string) => `scaling factor: 8
number of transactions actually processed: ${transactions}
number of failed transactions: 2 (0.005%)
${rest}`;

it("pgbench's report is read", () => {
  const report = readReport(text(38_041, "tps = 19069.518310 (without initial connection time)\n"));
  expect(report).toEqual({ transactions: 38_041, failed: 2, perSecond: 19_069.51831 });
});

it("a report without a transaction, or without a rate, is refused", () => {
  expect(() => readReport(text(0, ""))).toThrow("finished no transaction");
  expect(() => readReport(text(5, ""))).toThrow("wrote no tps");
});
