// What tests ask and do about the workers of a run: their sessions on the server, and what they got done.

import type { EndedRun, TestServer } from "./server.ts";

/** Ends the sessions of so many workers; never the one that keeps other runs away. */
export async function terminateWorkers(server: TestServer, count: number): Promise<void> {
  await server.query(`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'dbmark' AND pid <> pg_backend_pid() AND query NOT LIKE '%pg_advisory_lock%'
    LIMIT ${count}`);
}

/** Operations that were acknowledged in a second of the run. */
export async function succeededIn(run: EndedRun, second: number): Promise<number> {
  const windows = (await run.lines()).filter((line) => line.type === "window").filter((line) => line.second === second);
  return windows.reduce((sum, { operations, failed }) => sum + operations - failed, 0);
}
