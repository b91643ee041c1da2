// k6's own options for the load, which a user of k6 may try: they would replace the load profile.

import { type Command, Option } from "commander";
import { UsageError } from "../../lib/environment/index.ts";

const instead: Record<string, string> = {
  vus: "--set LOAD_WORKERS=…",
  duration: "--set STEADY_STATE_DURATION=…",
  iterations: "--set OPERATION_COUNT=…",
  stage: "--profile with a profile of your own",
};

/** Refuses them, each with what does the same here. */
export function refuseK6Options(command: Command): Command {
  for (const [name, other] of Object.entries(instead)) {
    command.addOption(new Option(`--${name} [value]`).hideHelp());
    command.on(`option:${name}`, () => {
      throw new UsageError(
        `--${name} is an option of k6 that would replace the load profile. Give ${other} instead; --profile and dbmark list profiles show the loads that there are.`,
      );
    });
  }
  return command;
}
