// A profile's rates in a few words, for lists.

import type { DeclaredProfile } from "./declared.ts";

/** More different rates than this are shown as the first and the last. */
const mostListed = 2;

/**
 * The rates of the measured phase, in operations per second: "500", "100, 2,000, 100" for parts that come and go, "500 → 5,000" for a load that
 * rises; "as answered" in a closed loop, "searched" where the load is.
 */
export function describeRate({ loop, segments, search }: DeclaredProfile): string {
  if (search !== undefined) return search.fixed === undefined ? "searched" : search.fixed.toLocaleString("en-US");
  if (loop === "closed") return "as answered";
  const measured = segments.filter(({ phase }) => phase === "measure");
  // What a part comes to; a part that only changes counts with where it began, too.
  const held = measured.flatMap(({ rate, part }, i) =>
    rate === undefined ? [] : measured[i + 1]?.part === part && part !== undefined ? [] : [rate.from, rate.to],
  );
  const rates = held.filter((rate, i) => rate !== held[i - 1]);
  const text = (rate: number) => rate.toLocaleString("en-US");
  const different = [...new Set(rates)];
  const rises = rates.every((rate, i) => i === 0 || rate > (rates[i - 1] ?? rate));
  if (different.length > mostListed || (rises && different.length > 1))
    return `${text(rates[0] ?? 0)} → ${text(rates.at(-1) ?? 0)}`;
  return (rates.length <= 3 ? rates : different).map(text).join(", ");
}
