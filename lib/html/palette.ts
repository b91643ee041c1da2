/**
 * Colours and dashes of pages and charts. Every line of a chart has a colour and a pattern of dashes of its own, so that it can be told from the
 * others without seeing colours, and in print.
 *
 * The five colours of each scheme are told apart with any colour vision and stand out from the ground by 3:1 at least, text by 4.5:1;
 * palette.test.ts computes both.
 */

/** The colours of one scheme, as names of CSS variables without their dashes. */
export type Scheme = Readonly<Record<ColourName, string>>;

type ColourName =
  | "ground"
  | "raised"
  | "text"
  | "quiet"
  | "rule"
  | "band"
  | "link"
  | "good"
  | "bad"
  | "warning"
  | "line-1"
  | "line-2"
  | "line-3"
  | "line-4"
  | "line-5";

export const light: Scheme = {
  ground: "#ffffff",
  raised: "#f4f6f8",
  text: "#1a1d21",
  quiet: "#535c66",
  rule: "#cfd6dd",
  band: "#e9edf2",
  link: "#0b5cad",
  good: "#0a6b35",
  bad: "#b3151b",
  warning: "#855200",
  "line-1": "#0652a7",
  "line-2": "#b64d0c",
  "line-3": "#2e937e",
  "line-4": "#6a315f",
  "line-5": "#262626",
};

export const dark: Scheme = {
  ground: "#14171b",
  raised: "#1e2329",
  text: "#e6e9ec",
  quiet: "#a9b2bc",
  rule: "#3a424b",
  band: "#232a32",
  link: "#7fbdf5",
  good: "#6fd394",
  bad: "#ff8f8a",
  warning: "#f0b95b",
  "line-1": "#1f81f0",
  "line-2": "#fb752c",
  "line-3": "#40ceb1",
  "line-4": "#b84f8d",
  "line-5": "#f2f2f2",
};

/** How many lines have a colour of their own. */
export const lineColours = 5;

/** Patterns of dashes as SVG has them; the first is a whole line. */
const dashes = ["", "8 4", "2 3", "10 3 2 3", "4 3"] as const;

/** What the line of this number, from 0 on, looks like. The first 25 differ from each other. */
export function lineStyle(index: number): { stroke: string; dashes: string } {
  const colour = index % lineColours;
  const round = Math.floor(index / lineColours);
  return { stroke: `var(--line-${colour + 1})`, dashes: dashes[(colour + round) % dashes.length] ?? "" };
}

/** The variables of a scheme, as CSS. */
export function variablesOf(scheme: Scheme): string {
  return Object.entries(scheme)
    .map(([name, value]) => `--${name}:${value};`)
    .join("");
}
