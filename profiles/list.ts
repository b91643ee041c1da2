// The profiles that come with dbmark. A new one is a file of its own and a line here.

import { burst } from "./burst.ts";
import { constantRates } from "./constant-rate.ts";
import type { DeclaredProfile } from "./declared.ts";
import { findmax } from "./findmax.ts";
import { max } from "./max.ts";
import { mixed } from "./mixed.ts";
import { rampUp } from "./ramp-up.ts";
import { smoke } from "./smoke.ts";
import { soak } from "./soak.ts";
import { spike } from "./spike.ts";
import { stress } from "./stress.ts";

/** Every profile that can be named, in the order in which they are listed. */
export const profiles: readonly DeclaredProfile[] = [
  smoke,
  ...constantRates,
  spike,
  rampUp,
  soak,
  stress,
  burst,
  mixed,
  max,
  findmax,
];

/** The one that runs where none is named. */
export const defaultProfile = "tps500";
