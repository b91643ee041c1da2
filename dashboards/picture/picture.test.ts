// Pictures of dashboards: what stands where, drawn of frames made by hand with a stand-in for Grafana's formatting.

import { expect, it } from "vitest";
import type { Field, Frame, Grafana } from "../grafana.ts";
import type { Chosen, DrawnPanel } from "../interpolation.ts";
import type { FilledDashboard, FilledPanel } from "./gather.ts";
import { layOut } from "./layout.ts";
import { picture } from "./picture.ts";

const chosen: Chosen = { from: 0, to: 60_000, intervalSeconds: 1, variables: { operation: ["select", "update"] } };
const row = (title: string, y: number, repeat?: string) => ({
  type: "row",
  title,
  gridPos: { x: 0, y, w: 24, h: 1 },
  ...(repeat === undefined ? {} : { repeat }),
});
const panelAt = (title: string, x: number, y: number, w: number, h: number) => ({
  type: "timeseries",
  title,
  gridPos: { x, y, w, h },
  targets: [],
});
const dashboard = {
  panels: [
    row("All", 0),
    panelAt("one", 0, 1, 12, 8),
    panelAt("two", 12, 1, 12, 8),
    row("$operation", 9, "operation"),
    panelAt("times of $operation", 0, 10, 24, 11),
    row("Last", 21),
    panelAt("three", 0, 22, 24, 8),
  ],
} as never;

it("a row is repeated for each chosen value, with what follows below it", () => {
  const placed = layOut(dashboard, chosen);
  expect(placed.map(({ kind, title, cells: { x, y } }) => [kind, title, x, y])).toEqual([
    ["row", "All", 0, 0],
    ["panel", "one", 0, 1],
    ["panel", "two", 12, 1],
    ["row", "select", 0, 9],
    ["panel", "times of select", 0, 10],
    ["row", "update", 0, 21],
    ["panel", "times of update", 0, 22],
    ["row", "Last", 0, 33],
    ["panel", "three", 0, 34],
  ]);
  const [, , , , ofSelect] = placed;
  expect(ofSelect).toMatchObject({ chosen: { variables: { operation: "select" } } });
});

it("a folded row takes one line, and says how much is in it", () => {
  const placed = layOut(dashboard, chosen, ["select"]);
  expect(placed.map(({ title, cells: { y } }) => [title, y])).toEqual([
    ["All", 0],
    ["one", 1],
    ["two", 1],
    ["select", 9],
    ["update", 10],
    ["times of update", 11],
    ["Last", 22],
    ["three", 23],
  ]);
  expect(placed[3]).toMatchObject({ hidden: 1 });
});

/** Formats as `12 unit`, and knows the last value of a line. */
const grafana = {
  getFieldDisplayName: (field: Field) => field.config.displayNameFromDS ?? field.name,
  getValueFormat: (unit: string) => (value: number) => ({ text: `${value} ${unit}` }),
  formattedValueToString: (formatted: object) => (formatted as { text: string }).text,
  fieldReducers: { get: () => ({ name: "Last *" }) },
  reduceField: ({ field, reducers: [reducer = ""] }: { field: Field; reducers: string[] }) => ({
    [reducer]: (field.values.at(-1) ?? null) as number | null,
  }),
} as unknown as Grafana;

const seriesOf = (name: string, values: number[]): Frame => ({
  name,
  refId: "A",
  fields: [
    { name: "Time", type: "time", config: {}, values: values.map((_, index) => index * 1000) },
    { name: "Value", type: "number", config: { displayNameFromDS: name }, values },
  ],
  length: values.length,
});

function drawn(panel: Partial<DrawnPanel>, frames: Frame[], hidden = 0): string {
  const filled: FilledDashboard = {
    title: "Board",
    choices: [{ label: "Run", text: "a <run>" }],
    parts: [
      { kind: "row", title: "Row", cells: { x: 0, y: 0, w: 24, h: 1 }, hidden },
      {
        kind: "panel",
        panel: { targets: [], ...panel } as unknown as DrawnPanel,
        title: "Panel & <more>",
        cells: { x: 0, y: 1, w: 24, h: 8 },
        chosen,
        frames,
      } as FilledPanel,
    ],
  };
  return picture(grafana, filled, ["how it was made"]);
}

const lines: Partial<DrawnPanel> = {
  type: "timeseries",
  fieldConfig: { defaults: { unit: "ops", noValue: "none", custom: { spanNulls: 5000 } }, overrides: [] },
  options: { legend: { calcs: ["lastNotNull"] } },
};

it("lines have a legend with the values that the panel says, and are broken at gaps", () => {
  const series = seriesOf("select", [1, 2, 3, 4]);
  const [times] = series.fields;
  if (times !== undefined) times.values = [0, 1000, 20_000, 21_000];
  const svg = drawn(lines, [series]);
  expect(svg).toContain(">select</text>");
  expect(svg).toContain(">Last *</text>");
  expect(svg).toContain(">4 ops</text>");
  const [, shape = ""] = /stroke="var\(--line-1\)"[^>]*><path d="([^"]*)"/.exec(svg) ?? [];
  expect(shape.match(/M/g)?.length, shape).toBe(2);
});

it("a panel without data says so in its own words", () => {
  expect(drawn(lines, [])).toContain(">none</text>");
});

it("one number is the last, in its unit, or what the panel says without one", () => {
  const number: Partial<DrawnPanel> = {
    type: "stat",
    fieldConfig: { defaults: { unit: "rows", noValue: "–" }, overrides: [] },
    options: { reduceOptions: { calcs: ["lastNotNull"] } },
  };
  expect(drawn(number, [seriesOf("x", [41, 42])])).toContain(">42 rows</text>");
  expect(drawn(number, [])).toContain(">–</text>");
});

it("a heat map sorts its buckets by their bounds, and is darkest where most is", () => {
  const heatmap: Partial<DrawnPanel> = {
    type: "heatmap",
    options: { yAxis: { unit: "ms" }, color: { exponent: 0.5 } },
  };
  const svg = drawn(heatmap, [seriesOf("10", [1, 0]), seriesOf("+Inf", [0, 1]), seriesOf("2", [100, 0])]);
  const names = [...svg.matchAll(/>(2 ms|10 ms|\+Inf)<\/text>/g)].map(([, name]) => name);
  expect(names).toEqual(["2 ms", "10 ms", "+Inf"]);
  // Three cells in two shades, the darkest of which is the one with 100; an empty one is not drawn.
  const cells = [...svg.matchAll(/<path (?=[^>]*d="([^"]*)")(?=[^>]*fill="var\(--shade-(\d+)\)")/g)];
  expect(cells.map(([, shape = "", shade]) => [shade, shape.match(/M/g)?.length])).toEqual([
    ["1", 2],
    ["11", 1],
  ]);
});

it("it is an SVG with colours for light and dark, whose names are escaped and which says how it was made", () => {
  const svg = drawn(lines, [seriesOf("<script>", [1])], 3);
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain("prefers-color-scheme:dark");
  expect(svg).toContain("Panel &amp; &lt;more&gt;");
  expect(svg).not.toContain("<script>");
  expect(svg).toContain("how it was made");
  expect(svg).toContain("(3 panels)");
  // More digits than a screen can show would be most of its bytes.
  expect(svg).not.toMatch(/(?:[xy][12]?|d|transform)="[^"]*\.\d{2}(?!em)/);
});

it("a type of panel that it does not know is refused by its name", () => {
  expect(() => drawn({ type: "piechart" }, [])).toThrow("piechart");
});
