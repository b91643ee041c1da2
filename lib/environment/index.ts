// What a user can set by environment variables, and how it is read.

export { durationForm, formatDuration, parseDuration } from "./duration.ts";
export { experimentVariables } from "./experiment-variables.ts";
export { harnessVariables } from "./harness-variables.ts";
export { assertKnown, setVariables } from "./known.ts";
export { nearest, suggestion } from "./nearest.ts";
export {
  readChoice,
  readDuration,
  readDurationOrNone,
  readFlag,
  readInteger,
  readNumber,
  readShare,
  readText,
  readWeights,
  readWordOrInteger,
  refusal,
} from "./parse.ts";
export { UsageError } from "./usage-error.ts";
export { accepted, type Environment, type Variable, type VariableType } from "./variable.ts";
export { userVariables, variables, variablesOfSuite } from "./variables.ts";
export { parseWeights, type WeightedName } from "./weights.ts";
