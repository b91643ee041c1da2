/** Whether the measured phase was steady: the rule of the recorder (k6-ext/record/steadiness.go), for runs that are merged. */

/** What one second of the measured phase says about it. */
export interface MeasuredSecond {
  second: number;
  operations: number;
  /** Median response time in milliseconds; 0 where nothing finished. */
  response: number;
}

/** Seconds of the measured phase that are needed to tell. */
export const steadyMinimumSeconds = 10;
/** Change of a closed loop's throughput that is tolerated. */
const throughputChange = 0.2;
/** Change of an open loop's median response time that is tolerated. */
const responseChange = 0.5;
/** Change of the response time below which none matters. */
const responseMilliseconds = 1;
/** Standard errors of the difference that noise may explain. */
const deviations = 4;

/**
 * Compares the first half of the measured seconds with the second: throughput in a closed loop, median response time in an open one.
 * @param seconds those in which something finished, ascending; the first and the last, which are seldom whole, are left out here.
 * @returns a sentence where they differ, an empty one where they do not; undefined: there are too few seconds to tell.
 */
export function unsteadiness(seconds: readonly MeasuredSecond[], openLoop: boolean): string | undefined {
  const whole = withoutGaps(seconds);
  if (whole.length < steadyMinimumSeconds) return undefined;
  const half = Math.floor(whole.length / 2);
  const value = ({ operations, response }: MeasuredSecond) => (openLoop ? response : operations);
  const first = spreadOf(whole.slice(0, half).map(value));
  const second = spreadOf(whole.slice(whole.length - half).map(value));
  const difference = Math.abs(second.median - first.median);
  const noise = deviations * Math.hypot(first.standardError, second.standardError);
  const change = difference / Math.max(Math.min(first.median, second.median), Number.MIN_VALUE);
  if (difference <= noise) return "";
  const [from, to] = [first.median, second.median].map((number) => String(Number(number.toPrecision(3))));
  if (openLoop) {
    if (change <= responseChange || difference <= responseMilliseconds) return "";
    return `the median response time went from ${from} ms in the first half of the measured phase to ${to} ms in the second`;
  }
  if (change <= throughputChange) return "";
  return `the throughput went from ${from}/s in the first half of the measured phase to ${to}/s in the second`;
}

/** Without the first and the last second; those in which nothing finished are there with 0. */
function withoutGaps(seconds: readonly MeasuredSecond[]): MeasuredSecond[] {
  const inner: MeasuredSecond[] = [];
  const [first] = seconds;
  if (first === undefined) return inner;
  for (const second of seconds.slice(1, -1)) {
    for (let next = first.second + 1 + inner.length; next < second.second; next += 1) {
      inner.push({ second: next, operations: 0, response: 0 });
    }
    inner.push(second);
  }
  return inner;
}

/** The median and its standard error, from the median absolute deviation. */
function spreadOf(values: number[]): { median: number; standardError: number } {
  const median = medianOf(values);
  const deviation = medianOf(values.map((value) => Math.abs(value - median)));
  return { median, standardError: (1.2533 * 1.4826 * deviation) / Math.sqrt(values.length) };
}

/** The median; of an even number, the mean of the two in the middle; 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const high = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return (low + high) / 2;
}
