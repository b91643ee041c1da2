// What can be said about a target's URL without asking the target.

import { suiteOnSystem, systems } from "../../modules/index.ts";
import { CommandError } from "../errors.ts";
import { redact } from "../redact.ts";

/** Schemes of URLs that name a system in another way than by its name. */
const otherSchemes: Record<string, string> = {
  postgresql: "postgres",
  rediss: "redis",
  "redis+unix": "redis",
  spacetimedbs: "spacetimedb",
};

/**
 * Refuses what is no URL, and systems on which the suite does not run; the driver judges the rest.
 * @throws CommandError or UsageError
 * @returns the system's name.
 */
export function checkTarget(url: string, suite: string): string {
  const system = systemOfTarget(url);
  suiteOnSystem(suite, system);
  return system;
}

/**
 * The system's name, for any suite.
 * @throws CommandError for what is no URL.
 */
export function systemOfTarget(url: string): string {
  const accepted = `Expected is a URL such as ${systems.map((system) => system.exampleUrl).join(" or ")}`;
  if (url.trim() === "") throw new CommandError(`The target is empty. ${accepted}`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new CommandError(`The target ${redact(url)} is not a URL. ${accepted}`);
  const system = otherSchemes[scheme] ?? scheme;
  // PostgreSQL allows several hosts, which are no URL for others.
  const authority = url.replace(/^[^:]*:\/\//, "").split(/[/?#]/)[0] ?? "";
  if (!authority.includes(",") && !URL.canParse(url)) {
    throw new CommandError(
      `The target ${redact(url)} cannot be read as a URL. ${accepted}; write special characters in its parts as %XX`,
    );
  }
  return system;
}
