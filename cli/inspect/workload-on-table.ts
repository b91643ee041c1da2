// The workload on a user's own table, as k6 makes it after reading the table's definition.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Workload } from "../../lib/workload.ts";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { scriptBundle } from "../installation.ts";
import type { RunEvent } from "../run/events.ts";
import { Interruption } from "../run/interruption.ts";
import { describeEnd, startK6 } from "../run/k6-process.ts";

/** @throws CommandError when the table cannot be read, with the reason. */
export async function workloadOnTable(
  script: string,
  target: string,
  settings: Record<string, string>,
): Promise<Workload> {
  const temporary = mkdtempSync(join(tmpdir(), "dbmark-inspect-"));
  const interruption = new Interruption();
  try {
    let workload: Workload | undefined;
    let refused: (RunEvent & { event: "error" }) | undefined;
    const logFile = join(temporary, "k6.log");
    const k6 = startK6({
      script: scriptBundle(script),
      environment: {
        ...process.env,
        ...settings,
        DBMARK_TARGET: target,
        DBMARK_INSPECT: "1",
        DBMARK_RESULTS: temporary,
      },
      outputs: [],
      logFile,
      receive(event) {
        if (event.event === "workload") workload = event.workload;
        if (event.event === "error") refused ??= event;
      },
    });
    interruption.onSignal(() => k6.kill());
    const end = await k6.ended;
    if (interruption.count > 0) throw new CommandError("interrupted", exitCodes.interrupted);
    if (refused !== undefined) throw new CommandError(refused.message, refused.exitCode);
    if (workload !== undefined) return workload;
    throw new CommandError(
      `${describeEnd(end)}. It wrote:\n${readFileSync(logFile, "utf8").trim()}`,
      exitCodes.invalid,
    );
  } finally {
    interruption.dispose();
    rmSync(temporary, { recursive: true, force: true });
  }
}
