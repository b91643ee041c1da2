// STEADY_STATE_DURATION: how long each part of a profile that is measured at a constant load lasts.

import { UsageError } from "../lib/environment/index.ts";
import type { Segment } from "../lib/profile.ts";

/**
 * Gives each measured part with a constant load the length asked for. Segments of one named part are a part together: a change at its
 * start keeps its length, but takes at most half of the part, so that a short part still comes to its load.
 * @throws {UsageError} where there is no such part.
 */
export function stretch(name: string, segments: Segment[], seconds: number | undefined): Segment[] {
  if (seconds === undefined) return segments;
  const parts = partsOf(segments);
  if (!parts.some((part) => part.some(isSteady))) {
    throw new UsageError(
      `STEADY_STATE_DURATION is set, and the load profile ${name} has no part with a constant load. ` +
        "Unset it, or choose another profile.",
    );
  }
  return parts.flatMap((part) => (part.some(isSteady) ? stretchPart(part, seconds) : part));
}

function stretchPart(part: Segment[], seconds: number): Segment[] {
  const lengthOf = (some: Segment[]) => some.reduce((sum, segment) => sum + segment.seconds, 0);
  const [steady, changing] = [part.filter(isSteady), part.filter((segment) => !isSteady(segment))];
  const change = Math.min(lengthOf(changing), seconds / 2);
  const scaled = (segment: Segment, all: Segment[], length: number) =>
    // Multiplied before divided, so that round numbers stay round.
    ({ ...segment, seconds: (segment.seconds * length) / lengthOf(all) });
  return part.map((segment) =>
    isSteady(segment) ? scaled(segment, steady, seconds - change) : scaled(segment, changing, change),
  );
}

/** Neighbours of the same name together, everything without a name alone. */
function partsOf(segments: Segment[]): Segment[][] {
  const parts: Segment[][] = [];
  for (const segment of segments) {
    const last = parts.at(-1);
    if (segment.part !== undefined && last?.[0]?.part === segment.part) last.push(segment);
    else parts.push([segment]);
  }
  return parts;
}

function isSteady({ phase, rate, workers }: Segment): boolean {
  return phase === "measure" && workers.from === workers.to && (rate === undefined || rate.from === rate.to);
}
