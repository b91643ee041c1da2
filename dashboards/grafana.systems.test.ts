// What the dashboards say in Grafana's words, asked of Grafana's own code: units, and what legends reduce lines to.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { beforeAll, describe, expect, it } from "vitest";
import { type Grafana, loadGrafana } from "./grafana.ts";
import { dashboardFiles } from "./index.ts";
import { panelsOf } from "./interpolation.ts";

let grafana: Grafana;
beforeAll(async () => {
  grafana = await loadGrafana();
}, 300_000);

it("its version is that of the Grafana in compose.yaml", () => {
  const { dependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, "..", "build", "grafana", "package.json"), "utf8"),
  );
  const compose = readFileSync(join(import.meta.dirname, "compose.yaml"), "utf8");
  expect(compose).toContain(`image: grafana/grafana:${dependencies["@grafana/data"]}\n`);
});

describe.each(dashboardFiles())("$path", ({ content }) => {
  const panels = panelsOf(JSON.parse(content) as Dashboard);

  it("its units are written as text that can be read", () => {
    for (const { title, type, fieldConfig, options } of panels) {
      const unit: string = type === "heatmap" ? options?.yAxis?.unit : fieldConfig?.defaults.unit;
      const texts = [0, 0.07, 1234.5].map((value) =>
        grafana.formattedValueToString(grafana.getValueFormat(unit)(value, fieldConfig?.defaults.decimals)),
      );
      // A unit that Grafana does not know stands behind the number as it is.
      if (unit !== "ms") for (const text of texts) expect(text.endsWith(` ${unit}`), `${title}: ${text}`).toBe(false);
      for (const text of texts) expect(text, title).not.toMatch(/ {2}/);
    }
  });

  it("its legends show what Grafana can compute", () => {
    for (const { title, options } of panels)
      for (const calculation of options?.legend?.calcs ?? [])
        expect(grafana.fieldReducers.get(calculation).name, title).toBeTruthy();
  });
});
