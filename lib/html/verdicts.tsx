/** Whether to believe a run, in words, signs and colours. */

import type { ComponentChildren } from "preact";
import type { RunFile, Validity } from "../schema/run.generated.ts";

/** The verdict on a run and on its SLOs. */
export function Verdicts({ run }: { run: Pick<RunFile, "validity" | "slo" | "status"> }) {
  const missed = run.slo.filter(({ met }) => met === false).length;
  const unclear = run.slo.filter(({ met }) => met === null).length;
  const all = run.slo.length;
  return (
    <ul class="verdicts" aria-label="Verdicts">
      <li class={run.validity.valid ? "good" : "bad"}>{run.validity.valid ? "✓ VALID" : "✗ INVALID"}</li>
      {run.status === "complete" ? null : <li class="bad">{run.status}</li>}
      {all > 0 && missed === 0 && unclear === 0 ? <li class="good">all {all} SLOs met</li> : null}
      {missed > 0 ? (
        <li class="bad">
          {missed} of {all} SLOs missed
        </li>
      ) : null}
      {unclear > 0 ? (
        <li class="warning">
          {unclear} of {all} SLOs not known
        </li>
      ) : null}
    </ul>
  );
}

/** What speaks against a run, what a reader should know, and what the page lacks. */
export function Reasons({ validity, missing = [] }: { validity: Validity; missing?: readonly string[] }) {
  const lines: [sign: string, kind: string, text: string][] = [
    ...validity.reasons.map(({ message }): [string, string, string] => ["×", "bad", message]),
    ...validity.warnings.map(({ message }): [string, string, string] => ["!", "warning", message]),
    ...missing.map((message): [string, string, string] => ["–", "quiet", message]),
  ];
  if (lines.length === 0) return null;
  return (
    <ul class="reasons" aria-label="Reasons and warnings">
      {lines.map(([sign, kind, text]) => (
        <li key={text} class={kind} data-sign={sign}>
          {text}
        </li>
      ))}
    </ul>
  );
}

/** Figures in large type. */
export function Figures({ figures }: { figures: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether something was met; null: that is not known. */
export function Met({ met, notMet }: { met: boolean | null; notMet: "MISSED" | "FAILED" }) {
  if (met === null) return <span class="warning">not known</span>;
  return met ? <span class="good">met</span> : <strong class="bad">{notMet}</strong>;
}
