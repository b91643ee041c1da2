// A folder for results, made for each test of a file and removed after it.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { endWhatIsLeft } from "../command-under-test.ts";

/** Where the commands of the running test leave their results. */
export interface ResultsUnderTest {
  readonly out: string;
  /** The only run folder; the test fails if there are none or several. */
  folder(): string;
}

/** To be called once in a test file. Commands that a test has left running are ended, too. */
export function useResults(): ResultsUnderTest {
  let out = "";
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), "dbmark-test-"));
  });
  afterEach(() => {
    endWhatIsLeft();
    rmSync(out, { recursive: true, force: true });
  });
  return {
    get out() {
      return out;
    },
    folder() {
      const names = readdirSync(out);
      expect(names).toHaveLength(1);
      return join(out, names[0] ?? "");
    },
  };
}
