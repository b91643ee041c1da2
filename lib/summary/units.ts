/** Numbers with units that a person reads at a glance. k6 has no Intl, so nothing here needs it. */

/** Shown where a value is not known. */
export const unknown = "–";

/** A whole number with commas between thousands. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A rate: whole from 100 on, else three digits. */
export function rate(value: number | null): string {
  if (value === null) return unknown;
  return value >= 100 || value === 0 ? count(value) : digits(value);
}

/** A latency of so many milliseconds, in µs, ms or s with three digits. */
export function latency(milliseconds: number | null): string {
  if (milliseconds === null) return unknown;
  // What three digits would round up to the next unit is shown in it.
  if (milliseconds < 0.9995) return `${digits(milliseconds * 1000)} µs`;
  if (milliseconds < 999.5) return `${digits(milliseconds)} ms`;
  return `${digits(milliseconds / 1000)} s`;
}

/** A duration of so many seconds. */
export function duration(seconds: number | null): string {
  if (seconds === null) return unknown;
  if (seconds < 1) return latency(seconds * 1000);
  if (seconds < 60) return `${trimmed(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  return [hours > 0 && `${hours} h`, minutes > 0 && `${minutes} min`, rest > 0 && `${rest} s`]
    .filter(Boolean)
    .join(" ");
}

/** Bytes in units of 1024. */
export function bytes(value: number | null): string {
  if (value === null) return unknown;
  // Like rates: nothing is nothing, however exactly it was measured.
  if (value === 0) return "0 B";
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let rest = value;
  while (rest >= 1023.5 && unit < names.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${digits(rest)} ${names[unit]}`;
}

/** Processor cores. */
export function cores(value: number | null): string {
  return value === null ? unknown : value.toFixed(2);
}

/** A share, 0 to 1, as a percentage with up to three digits. */
export function share(value: number | null): string {
  return value === null ? unknown : `${trimmed(digits(value * 100))} %`;
}

/** Three significant digits, without an exponent; whole numbers from 1000 on with commas. */
function digits(value: number): string {
  if (value >= 999.5) return count(value);
  const before = Math.max(1, Math.floor(Math.log10(Math.max(value, Number.MIN_VALUE))) + 1);
  const text = value.toFixed(Math.max(0, 3 - before));
  // What rounds up to another digit has one too many behind the point: 99.96 is 100, not 100.0.
  return text.length > 4 && text.endsWith("0") ? text.slice(0, 4).replace(/\.$/, "") : text;
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
