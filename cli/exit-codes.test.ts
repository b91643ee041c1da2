import { expect, it } from "vitest";
import { type ExitCode, mostImportant } from "./exit-codes.ts";

it.each<[ExitCode[], ExitCode]>([
  [[], 0],
  [[1, 0], 1],
  [[1, 4], 4],
  [[4, 1, 130], 130],
  [[130, 4, 3], 3],
  [[1, 4, 130, 3, 2], 2],
])("of %j, %i is told", (codes, told) => expect(mostImportant(codes)).toBe(told));
