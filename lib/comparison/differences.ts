/** In what the set-ups of runs differ. What makes them measure different things comes first. */

import type { Difference } from "../schema/comparison.generated.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { type SetupFact, setupFactsOf } from "./setup-facts.ts";

/** All differences between the set-ups of runs; the first run is the base. */
export function differencesOf(runs: readonly RunFile[]): Difference[] {
  const factsByRun = runs.map((run) => new Map(setupFactsOf(run).map((fact) => [`${fact.group} ${fact.what}`, fact])));
  const names = new Set(factsByRun.flatMap((facts) => [...facts.keys()]));
  const differences = [...names].flatMap((name) => {
    const facts = factsByRun.map((of) => of.get(name) ?? null);
    // That a run lacks an operation is told by the mix, and a server that does not tell a setting may have it all the same: these are compared
    // where there are some.
    const compared = /^(workload|settings) /.test(name) ? facts.filter((fact) => fact !== null) : facts;
    return differ(compared) ? [differenceOf(facts)] : [];
  });
  return joined([...differences.filter(({ matters }) => matters), ...differences.filter(({ matters }) => !matters)]);
}

const keyOf = (fact: SetupFact | null) => (fact === null ? null : (fact.key ?? fact.text));

function differ(facts: readonly (SetupFact | null)[]): boolean {
  return new Set(facts.map(keyOf)).size > 1;
}

function differenceOf(facts: readonly (SetupFact | null)[]): Difference {
  const first = facts.find((fact) => fact !== null) as SetupFact;
  const values = facts.map((fact, run) => {
    if (fact === null) return null;
    // Where the texts are the same and what they stand for is not, a reader has to be told.
    const others = facts.slice(0, run).filter((other) => other?.text === fact.text);
    const same = others.some((other) => keyOf(other) === keyOf(fact));
    return others.length === 0 || same ? fact.text : `${fact.text} (not the same)`;
  });
  return { group: first.group, what: first.what, values, matters: first.matters };
}

const parameter = /^parameter (.*)$/;

/** Parameters that differ in the same way, as those of all operations do where the number of rows differs, are one difference. */
function joined(differences: readonly Difference[]): Difference[] {
  const byValues = new Map<string, Difference>();
  return differences.flatMap((difference) => {
    const [, name] = parameter.exec(difference.what) ?? [];
    if (difference.group !== "workload" || name === undefined) return [difference];
    const key = JSON.stringify(difference.values);
    const before = byValues.get(key);
    if (before !== undefined) {
      before.what = `${before.what.replace(/^parameter /, "parameters ")}, ${name}`;
      return [];
    }
    const own = { ...difference };
    byValues.set(key, own);
    return [own];
  });
}

/** Whether the runs asked for exactly the same operations, by their digests; null: that cannot be told of some of them. */
export function sameOperations(runs: readonly RunFile[]): boolean | null {
  const digests = runs.map(({ digest }) => (digest?.comparable === true ? digest.value : null));
  return digests.includes(null) ? null : new Set(digests).size === 1;
}
