/** The runs of a comparison: what they are called in charts, which they are, and whether to believe them. */

import { instantText } from "../../history/value-text.ts";
import type { RunSeries } from "../../result/series.ts";
import type { ComparedRun, Comparison } from "../../schema/comparison.generated.ts";
import type { RunFile } from "../../schema/run.generated.ts";
import { count, duration } from "../../summary/units.ts";
import { Table } from "../table.tsx";

/** A run as it was read. */
export interface DrawnRun {
  run: RunFile;
  /** Null: there is nothing over time. */
  series: RunSeries | null;
}

const longestValue = 28;

/** What each run is called in charts: its label, with what differs first and can be told in a few words, else with its id. */
export function namesOf({ runs, differences }: Comparison): string[] {
  const short = differences.filter(({ group, values, matters }) => {
    const told = values.every((value) => value !== null && value.length <= longestValue);
    return told && (matters || group === "variables");
  });
  const [first] = short;
  if (first === undefined) return runs.map(({ label, id }) => `${label}: ${id}`);
  // "name tps500" would not say whose name it is.
  const what = first.what === "name" ? first.group : first.what;
  return runs.map(({ label }, place) => `${label}: ${what} ${first.values[place]}`);
}

/** Which runs these are. */
export function RunTable({ comparison }: { comparison: Comparison }) {
  return (
    <Table
      caption="Runs"
      hideCaption
      columns={[
        { heading: "run", text: true },
        { heading: "valid", text: true, wrap: "words" },
        { heading: "system", text: true, wrap: "words" },
        { heading: "profile", text: true, wrap: "words" },
        { heading: "measured" },
        { heading: "operations" },
        { heading: "started (UTC)", text: true, wrap: "words" },
        { heading: "path", text: true, wrap: true },
      ]}
      rows={comparison.runs.map((run, place) => [
        place === 0 ? `${run.label} (base)` : run.label,
        <Validity key="valid" run={run} />,
        run.server,
        `${run.profile} (${run.loop} loop)`,
        duration(run.seconds),
        count(run.operations),
        // To the second, as run folders are named.
        instantText(run.startedAt),
        run.path.replace(/[/\\]run\.json$/, ""),
      ])}
    />
  );
}

function Validity({ run: { valid, status } }: { run: ComparedRun }) {
  const ended = status === "complete" ? "" : `, ${status}`;
  return valid ? <span class="good">VALID{ended}</span> : <strong class="bad">INVALID{ended}</strong>;
}

/** What speaks against each run, what it warns of, and what of it is missing. */
export function RunNotes({ comparison }: { comparison: Comparison }) {
  const said = comparison.runs.flatMap(({ label, reasons, warnings, missing }) => [
    ...reasons.map((text) => ({ label, sign: "×", kind: "bad", text })),
    ...warnings.map((text) => ({ label, sign: "!", kind: "warning", text })),
    ...missing.map((text) => ({ label, sign: "–", kind: "quiet", text })),
  ]);
  const lines = [...new Set(said.map(({ text }) => text))].flatMap((text) => {
    const alike = said.filter((one) => one.text === text);
    return alike.slice(0, 1).map((first) => ({ ...first, label: alike.map(({ label }) => label).join(", ") }));
  });
  if (lines.length === 0) return null;
  return (
    <ul class="reasons" aria-label="Reasons and warnings">
      {lines.map(({ label, sign, kind, text }) => (
        <li key={`${label} ${text}`} class={kind} data-sign={sign}>
          {label}: {text}
        </li>
      ))}
    </ul>
  );
}
