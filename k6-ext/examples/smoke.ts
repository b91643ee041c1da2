// The shortest use of the extension, without any server: what CI runs to see that it works.

import { check } from "k6";
import { connect, systems, version } from "k6/x/dbmark";

const client = connect("noop://local", {}, [
  { name: "lookup", kind: "read", weight: 1, parameters: [], steps: [{ statement: "lookup" }] },
]);

export const options = { thresholds: { checks: ["rate==1"], transactions_total: ["count==1"] } };

export default function () {
  const names = systems().map(({ system }) => system);
  check(version, { "the extension has a version": (text) => /^\d+\.\d+\.\d+/.test(text) });
  check(names, { "the systems are compiled in": () => names.includes("postgres") && names.includes("redis") });
  check(client.call("lookup"), { "a call reads a row": ({ rowsRead }) => rowsRead === 1 });
  client.close();
}
