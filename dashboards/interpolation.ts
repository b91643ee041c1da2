// A dashboard's queries, with what stands for chosen values filled in as Grafana and its plugins for the two data sources do.

import type { Dashboard, Panel, RowPanel, VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";

/** A query of a panel, as dashboards have it in JSON. */
export interface Target {
  refId: string;
  /** InfluxQL. */
  query?: string;
  alias?: string;
  resultFormat?: string;
  /** PromQL. */
  expr?: string;
  legendFormat?: string;
  instant?: boolean;
  format?: string;
  interval?: string;
}

/** What is chosen in the dashboard: of a variable with several values an array. */
export interface Chosen {
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  intervalSeconds: number;
  variables: Record<string, string | string[]>;
}

type Language = "influxdb" | "prometheus";

/** A panel that is no row. */
export type DrawnPanel = Omit<Panel, "targets"> & { targets: Target[] };

export function panelsOf(dashboard: Dashboard): DrawnPanel[] {
  return (dashboard.panels ?? []).filter(({ type }) => type !== "row") as unknown as DrawnPanel[];
}

/** Rows. */
export function rowsOf(dashboard: Dashboard): RowPanel[] {
  return (dashboard.panels ?? []).filter((panel): panel is RowPanel => panel.type === "row");
}

/** Fills in the variables of a query, of a panel's or of another variable's. */
export function interpolated(
  text: string,
  language: Language,
  variables: VariableModel[],
  { from, to, intervalSeconds, variables: values }: Chosen,
): string {
  const builtIn: Record<string, string> = {
    $timeFilter: `time >= ${from}ms and time <= ${to}ms`,
    $__interval_ms: String(intervalSeconds * 1000),
    $__interval: `${intervalSeconds}s`,
    $__range: `${Math.round((to - from) / 1000)}s`,
  };
  const filled = Object.entries(builtIn).reduce((rest, [name, value]) => rest.replaceAll(name, value), text);
  return filled.replace(/\$(?:\{(\w+)(?::(\w+))?\}|(\w+))/g, (whole, braced, format, plain) => {
    const name: string = braced ?? plain;
    if (name.startsWith("tag_")) return whole;
    const variable = variables.find((one) => one.name === name);
    const value = values[name];
    if (variable === undefined || value === undefined) throw new Error(`${whole} of ${text} is no variable`);
    return formatted(value, format, language, variable.multi === true);
  });
}

function formatted(value: string | string[], format: string | undefined, language: Language, multi: boolean): string {
  if (format === "regex") return joined(value, regexEscaped);
  if (format !== undefined) throw new Error(`the format ${format} is not known here`);
  if (language === "influxdb") return Array.isArray(value) ? joined(value, regexEscaped) : value;
  if (!multi && typeof value === "string") return value.replace(/\\/g, "\\\\").replace(/'/g, "\\\\'");
  return joined(value, prometheusEscaped);
}

/** One value stands for itself, several become alternatives, and none becomes an empty group. */
function joined(value: string | string[], escaped: (text: string) => string): string {
  if (typeof value === "string") return escaped(value);
  const [only = ""] = value;
  return value.length === 1 ? escaped(only) : `(${value.map(escaped).join("|")})`;
}

/** Grafana's format `regex`. */
function regexEscaped(text: string): string {
  return text.replace(/[\\^$*+?.()|[\]{}/]/g, "\\$&");
}

/** What Grafana's Prometheus plugin does with values of a variable that may have several: for a regular expression within a PromQL string. */
function prometheusEscaped(text: string): string {
  return text.replace(/\\/g, "\\\\\\\\").replace(/[$^*{}[\]'+?.()|]/g, "\\\\$&");
}
