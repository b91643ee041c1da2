// Grafana's own code for what happens between a query's answer and a panel: transformations, values of legends, units. It is the package
// @grafana/data of the Grafana in compose.yaml, as build/grafana-data.mjs makes a file of it.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installationFolder } from "../cli/installation.ts";

/** A column of a frame. */
export interface Field {
  name: string;
  type: "number" | "string" | "time";
  config: { displayNameFromDS?: string };
  labels?: Record<string, string>;
  values: (number | string | null)[];
}

/** A table, as Grafana's plugins give them to panels. */
export interface Frame {
  name?: string;
  refId: string;
  fields: Field[];
  length: number;
}

/** A transformation, as dashboards have it in JSON. */
export interface Transformation {
  id: string;
  options: object;
}

/** What is used of the package. */
export interface Grafana {
  transformDataFrame(
    transformations: Transformation[],
    frames: Frame[],
  ): { subscribe(observer: { next(frames: Frame[]): void; error(problem: unknown): void }): unknown };
  standardTransformers: Record<string, { id: string; name: string }>;
  standardTransformersRegistry: { setInit(init: () => object[]): void };
  getFieldDisplayName(field: Field, frame: Frame, all: Frame[]): string;
  getValueFormat(unit: string): (value: number, decimals?: number) => object;
  formattedValueToString(value: object): string;
  fieldReducers: { get(id: string): { name: string } };
  reduceField(what: { field: Field; reducers: string[] }): Record<string, number | null>;
}

let loaded: Promise<Grafana> | undefined;

/** The package; made before, where that was not done yet. */
export function loadGrafana(): Promise<Grafana> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Grafana> {
  const print = join(installationFolder, "build", "print-grafana-data.mjs");
  const path = execFileSync(process.execPath, [print], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const grafana = (await import(pathToFileURL(path.trim()).href)) as Grafana;
  // Some are there twice, with an older name.
  const each = new Map(Object.values(grafana.standardTransformers).map((one) => [one.id, one]));
  grafana.standardTransformersRegistry.setInit(() =>
    [...each].map(([id, transformation]) => ({ id, name: transformation.name, transformation })),
  );
  return grafana;
}

/** What a panel's transformations make of its frames. */
export function transformed(
  grafana: Grafana,
  transformations: readonly Transformation[],
  frames: Frame[],
): Promise<Frame[]> {
  return new Promise((resolve, reject) => {
    grafana.transformDataFrame([...transformations], frames).subscribe({ next: resolve, error: reject });
  });
}
