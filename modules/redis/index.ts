// Redis, and systems that speak its protocol.

import type { SystemModule } from "../system.ts";
import { readYcsbOptions } from "../ycsb/options.ts";
import { redisYcsb } from "./ycsb.ts";

/** The system of `redis://`. */
export const redis: SystemModule = {
  name: "redis",
  description: "Redis and systems that speak its protocol, without cluster mode.",
  exampleUrl: "redis://user:password@127.0.0.1:6379/0",
  suites: { ycsb: { workload: (environment) => redisYcsb(readYcsbOptions(environment)) } },
};
