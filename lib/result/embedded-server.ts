/** The PostgreSQL that dbmark starts where no target is named: how a run file shows it, and how it is made the same again. */

import type { RunFile } from "../schema/run.generated.ts";

/** Its user, its address and its encryption; nobody else's server has all of them by chance. */
const embeddedUrl = /^postgres:\/\/dbmark:xxxxx@127\.0\.0\.1:\d+\/[^?]*\?sslmode=disable$/;

/** Settings that the file has and that a server cannot be started with: two are made with its data, one is of the connection. */
const notSettable = ["data_checksums", "server_encoding", "ssl"];

/** Whether the target was one, by its URL. */
export function wasEmbedded({ target }: RunFile): boolean {
  return target.system === "postgres" && embeddedUrl.test(target.url);
}

/** The settings of the server, as far as the file has them, to start another one with. */
export function embeddedSettings({ target }: RunFile): Record<string, string> {
  return Object.fromEntries(Object.entries(target.server.settings).filter(([name]) => !notSettable.includes(name)));
}
