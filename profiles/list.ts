// The profiles that come with dbmark. A new one is a file of its own and a line here.

import { constantRates } from "./constant-rate.ts";
import type { DeclaredProfile } from "./declared.ts";
import { max } from "./max.ts";
import { smoke } from "./smoke.ts";

/** Every profile that can be named, in the order in which they are listed. */
export const profiles: readonly DeclaredProfile[] = [smoke, ...constantRates, max];

/** The one that runs where none is named. */
export const defaultProfile = "tps500";
