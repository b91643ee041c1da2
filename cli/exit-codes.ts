// What `dbmark` ends with. Where several hold, the first of `precedence` wins.

/** Exit codes of `dbmark`. */
export const exitCodes = {
  good: 0,
  /** The answer is no: an SLO was missed. */
  no: 1,
  /** Wrong usage or bad input. */
  usage: 2,
  /** The target could not be reached. */
  unreachable: 3,
  /** The run cannot be trusted, or broke off. */
  invalid: 4,
  /** Interrupted by the user; the file is marked. */
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const precedence: ExitCode[] = [2, 3, 130, 4, 1, 0];

/** The one of several exit codes that is told; `good` when there is none. */
export function mostImportant(codes: ExitCode[]): ExitCode {
  return precedence.find((code) => codes.includes(code)) ?? exitCodes.good;
}
