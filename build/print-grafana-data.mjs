// Prints the path of what build/grafana-data.mjs makes, for tests and pictures: node build/print-grafana-data.mjs

import { main } from "./command.mjs";
import { prepareGrafanaData } from "./grafana-data.mjs";

await main(async () => {
  process.stdout.write(`${await prepareGrafanaData()}\n`);
});
