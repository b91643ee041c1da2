/** The arithmetic of a load through a stall: what response and service times have to be, from first principles. */

export { type Percentile, percentileOf, percentilesOfTail } from "./percentile.ts";
export {
  type ClosedLoop,
  type OpenLoop,
  type Predicted,
  predictClosedLoop,
  predictOpenLoop,
  type Target,
} from "./predict.ts";
