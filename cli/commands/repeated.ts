// An option that may be given several times.

import { Option } from "commander";

/** The option; its value is the list of what was given, in order. */
export function repeated(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((value: string, before: string[]) => [...before, value])
    .default([], "none");
}
