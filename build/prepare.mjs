// Everything that must be there before dbmark can run: packages, bundles, bin/k6. Does only what is stale.

import { prepareBundles } from "./bundles.mjs";
import { prepareK6 } from "./k6.mjs";
import { preparePackages } from "./packages.mjs";
import { checkNode } from "./toolchain.mjs";

/**
 * @param {{ k6?: boolean }} [options] `k6: false` leaves out bin/k6, for what does not need it.
 */
export async function prepare(options = {}) {
  checkNode();
  await preparePackages();
  await prepareBundles();
  if (options.k6 !== false) await prepareK6();
}
