// Durations as people write them: a number and a unit, several of them in a row (`1h30m`).

const unitSeconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** What a duration looks like, for error messages. */
export const durationForm = "a number with a unit (ms, s, m, h or d), such as 500ms, 30s, 10m or 1h30m";

/** Reads a duration; gives seconds, or undefined for what is none (a number without a unit is none). */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(trimmed)) return undefined;
  let seconds = 0;
  for (const part of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    seconds += Number(part[1]) * (unitSeconds[part[2] ?? ""] ?? Number.NaN);
  }
  return Number(seconds.toFixed(6));
}

/** Writes seconds the way parseDuration reads them: `90` is `1m30s`. */
export function formatDuration(seconds: number): string {
  let milliseconds = Math.round(seconds * 1000);
  if (milliseconds === 0) return "0s";
  let text = "";
  for (const [unit, length] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
  ] as const) {
    const count = Math.floor(milliseconds / length);
    milliseconds -= count * length;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}
