import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { readRun } from "../result/index.ts";
import { type Interval, type RunSeries, readSeries } from "../result/series.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { type Report, reportPage } from "./report-page.tsx";

const testdata = fileURLToPath(new URL("../result/testdata/", import.meta.url));
const good = join(testdata, "2026-11-21T09-40-12Z-oltp-postgres");
const bad = join(testdata, "2026-11-21T09-40-12Z-oltp-postgres-bad");

let report: Report;
beforeAll(async () => {
  report = { run: readRun(good).run, series: await readSeries(good), workload: "select: SELECT 1" };
});

/** The report of the run after a change of it. */
function changed(change: (run: RunFile) => void, others: Partial<Report> = {}): string {
  const run = structuredClone(report.run);
  change(run);
  return reportPage({ ...report, run, ...others });
}

/** Text as a reader sees it, closed parts included. */
const read = (page: string) =>
  page
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&quot;", '"')
    .replace(/\s+/g, " ");

describe("a page needs nothing but itself", () => {
  it("names no address to load from, and runs nothing", () => {
    const page = reportPage(report);
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b/i);
    expect(page).not.toMatch(/\b(src|srcset|action|poster|background)=/i);
    expect(page).not.toMatch(/\bon[a-z]+=|javascript:|@import|url\(|\bstyle=/i);
    for (const [, target] of page.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^#[a-z-]+$/);
  });

  it("lets the browser accept its own style sheet alone, by its hash", () => {
    const page = reportPage(report);
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(page).toContain(
      `content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`.replaceAll(
        "&#39;",
        "'",
      ),
    );
    expect(page.match(/<style/g)).toHaveLength(1);
  });
});

describe("what files say is text, whatever it holds", () => {
  const evil = `</title></style><script>alert("x")</script><img src=x onerror='alert(1)'>&amp;`;

  it("in names, reasons, settings, messages and statements", () => {
    const page = changed(
      (run) => {
        run.workload.name = evil;
        run.suite.name = evil;
        run.profile.name = evil;
        run.profile.description = evil;
        run.profile.segments.push({ phase: "measure", seconds: 5, part: evil, workers: { from: 1, to: 1 } });
        run.target.url = evil;
        run.target.server.settings[evil] = evil;
        run.variables[evil] = evil;
        run.validity = { valid: false, reasons: [{ code: "errors", message: evil }], warnings: [] };
        run.serverStatistics = { [evil]: evil, nested: { [evil]: [evil] } };
        run.slo = [{ operation: evil, metric: "p95", limit: 1, actual: 2, met: false }];
        for (const totals of run.totals.measure.operations) {
          totals.name = evil;
          totals.errors = { [evil]: 1 };
          run.errorExamples.push({ operation: evil, kind: evil, code: evil, message: evil });
        }
      },
      { workload: evil, missing: [evil] },
    );
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<img");
    expect(page.match(/<style/g)).toHaveLength(1);
    expect(page).toContain("&lt;script>");
  });

  it("in the texts of charts", () => {
    const series = structuredClone(report.series) as RunSeries;
    series.operations[0] = evil;
    const page = changed(
      (run) => {
        const [first] = run.totals.measure.operations;
        if (first !== undefined) first.name = evil;
      },
      { series },
    );
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<img");
    expect(page.match(/<title/g)?.length).toBe(page.match(/<\/title>/g)?.length);
  });
});

describe("a report", () => {
  it("says first whether to believe the run, and why not", () => {
    const page = read(reportPage({ ...report, run: readRun(bad).run, series: null }));
    const place = (text: string) => {
      expect(page).toContain(text);
      return page.indexOf(text);
    };
    expect(place("INVALID")).toBeLessThan(place("Figures"));
    for (const { message } of readRun(bad).run.validity.reasons) expect(place(message)).toBeLessThan(place("Figures"));
  });

  it("spreads processor time over the seconds without a look at it before", () => {
    const series = structuredClone(report.series) as RunSeries;
    const intervals = series.phases.flatMap((phase) => phase.intervals).filter(({ seconds }) => seconds > 0);
    const used = [0.1, null, null, 0.9];
    for (const [place, { harness }] of intervals.entries()) {
      if (harness !== null) harness.serverCpuSeconds = used[place] ?? null;
    }
    const page = reportPage({ ...report, series });
    expect(/<desc id="processors-description">(.*?)<\/desc>/.exec(page)?.[1]).toMatch(/server: from 0\.10 to 0\.30\./);
  });

  it("shows server statistics and cost where the file has them, whatever their form", () => {
    const page = read(
      changed((run) => {
        run.serverStatistics = { "buffers hit": 1234567, wal: { bytes: 5 } };
        run.cost = { currency: "EUR", perHour: 0.5 };
      }),
    );
    for (const text of ["buffers hit 1,234,567", '"bytes": 5', "currency EUR", "perHour 0.5"])
      expect(page).toContain(text);
    expect(read(reportPage(report))).toContain("The server was not asked for statistics of its own.");
  });

  it("shows what there is of a run without windows, and says what is missing", () => {
    const page = reportPage({ ...report, series: null, missing: ["The windows are gone."] });
    expect(page).toContain('id="percentiles"');
    expect(page).not.toContain('id="throughput-all"');
    expect(read(page)).toContain("The windows are gone.");
  });

  it("of a run in which nothing was measured says so, without figures", () => {
    const page = read(
      changed((run) => {
        const { measure } = run.totals;
        measure.operations = [];
        Object.assign(measure.all, { operations: 0, succeeded: 0, failed: 0, undone: 0, errors: {} });
      }),
    );
    expect(page).toContain("Nothing was measured.");
    expect(page).not.toContain("Figures");
  });

  it("of ten hours and twenty operations is a page of a few megabytes", () => {
    const operations = 20;
    const [template] = report.run.totals.measure.operations;
    const names = Array.from({ length: operations }, (_, index) => `operation ${index + 1}`);
    const seconds = 75;
    const long = changed(
      (run) => {
        run.totals.measure.operations = names.map((name) => ({ ...(template as NonNullable<typeof template>), name }));
        run.phases = [{ name: "measure", startSecond: 0, seconds: 36_000 }];
      },
      { series: seriesOf(names, seconds, 480) },
    );
    expect(long.match(/<svg/g)?.length).toBeGreaterThan(3 * operations);
    expect(long.length).toBeLessThan(6_000_000);
    const ids = [...long.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

/** A series of so many equal intervals: those of the real run, again and again. */
function seriesOf(names: string[], seconds: number, number: number): RunSeries {
  const [phase] = (report.series as RunSeries).phases.filter(({ name }) => name === "measure");
  const real = phase?.intervals ?? [];
  const intervals = Array.from({ length: number }, (_, index): Interval => {
    const interval = real[index % real.length] as Interval;
    const totals = interval.operations.find((one) => one !== null) ?? null;
    return { ...interval, startSecond: index * seconds, seconds, operations: names.map(() => totals) };
  });
  return {
    id: report.run.id,
    intervalSeconds: seconds,
    operations: names,
    cutOff: false,
    phases: [{ name: "measure", startSecond: 0, seconds: seconds * number, intervals }],
  };
}

describe("checks, and what the driver counts besides operations", () => {
  it("are shown where there are any", () => {
    expect(reportPage(report)).not.toContain("Checks and the driver");
    const { service } = report.run.totals.measure.all;
    const page = read(
      changed(({ workload, totals }) => {
        Object.assign(workload.operations[0] ?? {}, { check: "row found" });
        totals.measure.instruments = {
          counts: { driver_calls_total: 4500, driver_errors_total: 0 },
          times: { driver_latency_ms: service, driver_never_ms: { ...service, count: 0 } },
        };
      }),
    );
    const [select] = report.run.totals.measure.operations;
    expect(page).toContain(`row found ${select?.succeeded.toLocaleString("en-US")} 0 100 %`);
    expect(page).toMatch(/driver_calls_total 4,500 300 driver_errors_total 0 0/);
    expect(page).toContain(`driver_latency_ms ${service.count.toLocaleString("en-US")}`);
    expect(page).not.toContain("driver_never_ms");
  });
});
