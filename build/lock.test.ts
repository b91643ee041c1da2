import { existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { withLock } from "./lock.mjs";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-lock-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("lets one at a time make something, and the next one when that failed", async () => {
  const path = join(folder, "one");
  const story: string[] = [];
  const make = (name: string, error?: Error) =>
    withLock(path, async () => {
      story.push(`${name} begins`);
      await wait(20);
      story.push(`${name} ends`);
      if (error !== undefined) throw error;
      return name;
    });
  const [first, second, third] = await Promise.allSettled([make("a"), make("b", new Error("no room")), make("c")]);
  expect([first.status, second.status, third.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  for (let place = 0; place < 6; place += 2) {
    expect(story[place + 1]).toBe(story[place]?.replace("begins", "ends"));
  }
  expect(existsSync(path)).toBe(false);
});

it("takes over from a process that was killed", async () => {
  const path = join(folder, "killed");
  // Above the highest process number that Linux gives.
  writeFileSync(path, "4194305");
  expect(await withLock(path, async () => "made")).toBe("made");
  expect(existsSync(path)).toBe(false);
});

it("tells once that another process is at it", async () => {
  const path = join(folder, "told");
  const told: string[] = [];
  const first = withLock(
    path,
    () => wait(200),
    () => told.push("first"),
  );
  await withLock(
    path,
    async () => {},
    () => told.push("second"),
  );
  await first;
  expect(told).toEqual(["second"]);
});

it("is not taken over from one that works for long, and from one that was stopped", async () => {
  const path = join(folder, "long");
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    let finish = () => {};
    const first = withLock(path, () => new Promise<void>((resolve) => (finish = resolve)));
    const longAgo = new Date(Date.now() - 600_000);
    utimesSync(path, longAgo, longAgo);
    vi.advanceTimersByTime(15_000);
    expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(60_000);
    const second = withLock(path, async () => "second");
    expect(await Promise.race([second, wait(200, "waits")])).toBe("waits");
    // Whoever owns it does not renew it any more.
    utimesSync(path, longAgo, longAgo);
    expect(await second).toBe("second");
    finish();
    await first;
  } finally {
    vi.useRealTimers();
  }
});
