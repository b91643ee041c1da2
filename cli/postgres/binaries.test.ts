import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { postgresBinaries } from "./binaries.ts";

// As in a clone below /root, which the user who runs root's server cannot enter.
vi.mock("./server-user.ts", () => ({ canRead: () => false }));

const cache = realpathSync(mkdtempSync(join(tmpdir(), "dbmark-binaries-")));
vi.stubEnv("XDG_CACHE_HOME", cache);

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

describe("PostgreSQL's programs, in a clone that is closed to the server's user", () => {
  it("run from a copy in the cache folder", () => {
    const { postgres, initdb, major } = postgresBinaries(undefined);
    for (const program of [postgres, initdb]) {
      expect(program.startsWith(cache)).toBe(true);
      expect(execFileSync(program, ["--version"], { encoding: "utf8" })).toContain(`(PostgreSQL) ${major}.`);
    }
  });

  it("have the links of their libraries, made anew when they are lost", () => {
    const native = join(dirname(postgresBinaries(undefined).postgres), "..");
    const links: { source: string; target: string }[] = JSON.parse(
      readFileSync(join(native, "pg-symlinks.json"), "utf8"),
    );
    for (const { target } of links) rmSync(join(native, target.replace(/^native\//, "")), { force: true });
    postgresBinaries(undefined);
    for (const { source, target } of links) {
      const [link, library] = [target, source].map((path) => join(native, path.replace(/^native\//, "")));
      expect(realpathSync(link ?? "")).toBe(realpathSync(library ?? ""));
    }
  });
});
