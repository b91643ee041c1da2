/**
 * How an environment variable is described: its type decides what is accepted, and the same description makes the
 * documentation, `dbmark list variables` and the error messages.
 */

/** Environment variables as k6 (`__ENV`) and Node (`process.env`) give them. An empty text counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a variable accepts. */
export type VariableType =
  /** A number with a unit; limits in seconds. `none` allows the word none. */
  | { type: "duration"; minimumSeconds: number; maximumSeconds: number; none?: boolean }
  | { type: "integer"; minimum: number; maximum: number }
  | { type: "number"; minimum: number; maximum: number }
  /** From 0 to 1; `none` allows the word none. */
  | { type: "share"; none?: boolean }
  | { type: "choice"; values: readonly string[] }
  /** `name=weight` or `name`, with commas between. */
  | { type: "weights" }
  /** A word, or a whole number of 1 or more. */
  | { type: "word or integer"; word: string; maximum: number }
  /** `1` (or `true`) for yes, `0` (or `false`) for no. */
  | { type: "flag" }
  | { type: "text"; form: string };

/** One environment variable. */
export type Variable = VariableType & {
  name: string;
  /** As it is shown: a value that the variable accepts, or words that say where the default comes from. */
  default: string;
  /** One sentence. */
  meaning: string;
  /** Names of the suites that read it; absent: all of them. */
  suites?: readonly string[];
  /** Not to be written anywhere, nor to be given as an argument, which other users of the machine can read. */
  secret?: true;
};

/** What a variable accepts, in words for documentation and error messages. */
export function accepted(variable: VariableType): string {
  switch (variable.type) {
    case "duration":
      return variable.none
        ? "a duration such as 500ms, 30s, 10m or 1h30m, or none"
        : "a duration such as 500ms, 30s, 10m or 1h30m";
    case "integer":
      return `a whole number from ${thousands(variable.minimum)} to ${thousands(variable.maximum)}`;
    case "number":
      return `a number from ${thousands(variable.minimum)} to ${thousands(variable.maximum)}`;
    case "share":
      return variable.none ? "a share from 0 to 1, or none" : "a share from 0 to 1";
    case "choice":
      return variable.values.join(", ");
    case "weights":
      return "names with weights, such as select=70,insert=30";
    case "word or integer":
      return `${variable.word}, or a whole number from 1 to ${thousands(variable.maximum)}`;
    case "flag":
      return "1 or true for yes, 0 or false for no";
    case "text":
      return variable.form;
  }
}

/** A number with commas between thousands where that helps: `100,000`. */
function thousands(value: number): string {
  return Math.abs(value) < 10_000 ? String(value) : String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
