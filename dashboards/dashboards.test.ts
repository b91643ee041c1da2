// The dashboards' JSON: complete, the same for both data sources, and nothing in it that is of one installation or one run.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { describe, expect, it } from "vitest";
import { dashboardFiles } from "./index.ts";
import { interpolated, panelsOf, rowsOf } from "./interpolation.ts";

const folder = import.meta.dirname;
const source = (path: string) => readFileSync(join(folder, "..", path), "utf8");
const dashboards = dashboardFiles().map(
  ({ path, content }) => [path, content, JSON.parse(content) as Dashboard] as const,
);
const chosen = {
  from: 0,
  to: 60_000,
  intervalSeconds: 1,
  variables: { run: "a", runs: ["a", "b"], operation: ["select"], phase: ["measure"], resolution: "1" },
};

it("there are Run, Compare and SpacetimeDB, of InfluxDB and of Prometheus, as they are in the repository", () => {
  expect(dashboards.map(([path]) => path)).toEqual([
    "influxdb/run.json",
    "influxdb/compare.json",
    "influxdb/spacetimedb.json",
    "prometheus/run.json",
    "prometheus/compare.json",
    "prometheus/spacetimedb.json",
  ]);
  for (const [path, content] of dashboards) expect(readFileSync(join(folder, path), "utf8"), path).toBe(content);
});

it("both data sources have the same panels", () => {
  const outlines = (name: string) =>
    dashboards
      .filter(([path]) => path.endsWith(name))
      .map(([, , dashboard]) =>
        panelsOf(dashboard).map(({ title, type, gridPos, fieldConfig, targets }) => ({
          title,
          type,
          gridPos,
          unit: fieldConfig?.defaults.unit,
          queries: targets.length,
        })),
      );
  for (const name of ["run.json", "compare.json", "spacetimedb.json"]) {
    const [influxdb, prometheus] = outlines(name);
    expect(influxdb?.length).toBeGreaterThan(5);
    expect(influxdb).toEqual(prometheus);
  }
});

describe.each(dashboards)("%s", (path, content, dashboard) => {
  const type = path.startsWith("influxdb") ? "influxdb" : "prometheus";
  const variables = dashboard.templating?.list ?? [];

  it("takes its data source from a variable, everywhere", () => {
    const [first] = variables;
    expect(first).toMatchObject({ type: "datasource", name: "datasource", query: type });
    const uids = [...content.matchAll(/"datasource": \{[^}]*"uid": "([^"]*)"/g)].map(([, uid]) => uid);
    expect(uids.length).toBeGreaterThanOrEqual(panelsOf(dashboard).length * 2);
    expect(new Set(uids)).toEqual(new Set(["$datasource"]));
  });

  it("has no name of a run, an operation, a system or a host", () => {
    expect(content).not.toMatch(
      /\d{4}-\d\d-\d\dT|postgres|redis|noop|oltp|ycsb|localhost|127\.0\.0\.1|: "(select|range|insert)"/i,
    );
  });

  it("uses only variables that it has, and metrics that there are", () => {
    const metrics = ["k6-ext/metrics.go", "k6-ext/drivers/spacetimedb/meters.go"].map(source).join("");
    for (const { title, targets } of panelsOf(dashboard)) {
      for (const target of targets) {
        const text = interpolated(target.query ?? target.expr ?? "", type, variables, chosen);
        expect(text, title).not.toMatch(/\$[\w{]/);
        const used =
          type === "influxdb"
            ? [...text.matchAll(/FROM "(\w+)"/g)].map(([, name]) => name ?? "")
            : [...text.matchAll(/k6_(\w+)\{/g)].map(([, name]) =>
                (name ?? "").replace(/(?<=_total|_bucket)_total$/, ""),
              );
        expect(used.length, title).toBeGreaterThan(0);
        for (const name of used) {
          const [, base] = /^(.*_ms)_(?:p50|p95|p99|max|bucket)$/.exec(name) ?? [];
          expect(metrics, `${title} draws ${name}`).toContain(`"${base ?? name}"`);
        }
      }
    }
  });

  it("has a title, a unit and room for every panel, and a name for every line", () => {
    for (const { title, type: kind, fieldConfig, options, gridPos, targets } of panelsOf(dashboard)) {
      expect(title).toBeTruthy();
      const unit = kind === "heatmap" ? options?.yAxis?.unit : fieldConfig?.defaults.unit;
      expect(unit, title).toBeTruthy();
      expect((gridPos?.x ?? 0) + (gridPos?.w ?? 25), title).toBeLessThanOrEqual(24);
      if (kind === "timeseries" || kind === "heatmap")
        for (const target of targets) expect(target.alias ?? target.legendFormat, title).toBeTruthy();
    }
  });

  it("gives each panel a number of its own, and a legend of four lines the room that it needs", () => {
    const numbers = (dashboard.panels ?? []).map(({ id }) => id);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).not.toContain(0);
    for (const { title, gridPos, targets } of panelsOf(dashboard))
      if (targets.length >= 4) expect(gridPos?.h, title).toBeGreaterThanOrEqual(11);
  });

  it("repeats the row of an operation for each of those that are chosen", () => {
    const repeated = rowsOf(dashboard).filter(({ repeat }) => repeat !== undefined);
    expect(repeated.map(({ repeat, title }) => [repeat, title])).toEqual(
      variables.some(({ name }) => name === "operation") ? [["operation", "$operation"]] : [],
    );
  });
});

describe("what is chosen is filled in as Grafana does", () => {
  const variables = [
    { name: "one", multi: false },
    { name: "several", multi: true },
  ] as never;
  const fill = (text: string, type: "influxdb" | "prometheus", values: Record<string, string | string[]>) =>
    interpolated(text, type, variables, { ...chosen, variables: values });

  it.each([
    [`=~ /^\${one:regex}$/`, "influxdb", { one: "a.b/c" }, "=~ /^a\\.b\\/c$/"],
    [`=~ /^\${several:regex}$/`, "influxdb", { several: ["a", "b+"] }, "=~ /^(a|b\\+)$/"],
    [`=~ /^\${one:regex}$/`, "influxdb", { one: "" }, "=~ /^$/"],
    [
      "time($__interval), $__interval_ms, $timeFilter",
      "influxdb",
      {},
      "time(1s), 1000, time >= 0ms and time <= 60000ms",
    ],
    ['="$one"', "prometheus", { one: "a.b" }, '="a.b"'],
    ['=~"$several"', "prometheus", { several: ["a.b", "c"] }, '=~"(a\\\\.b|c)"'],
    ['=~"$several"', "prometheus", { several: [] }, '=~"()"'],
    ["[$__range] [$__interval]", "prometheus", {}, "[60s] [1s]"],
  ] as const)("%s", (text, type, values, expected) => {
    expect(fill(text, type, values as Record<string, string | string[]>)).toBe(expected);
  });
});

describe("compose.yaml", () => {
  it("mounts what there is", () => {
    const mounts = [...readFileSync(join(folder, "compose.yaml"), "utf8").matchAll(/^ +- (\.\/[^:]+):/gm)];
    expect(mounts.length).toBeGreaterThanOrEqual(3);
    for (const [, path = ""] of mounts) expect(existsSync(join(folder, path)), path).toBe(true);
  });
});
