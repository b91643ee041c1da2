// What is told of the errors that k6's own outputs write into k6's log. The lines are of k6 v2.2.0.

import { expect, it } from "vitest";
import { errorsOfOutputs } from "./output-errors.ts";

const prometheus = (reason: string) =>
  `time="2026-11-22T01:03:19Z" level=error msg="Failed to send the time series data to the endpoint" error="HTTP POST request failed: Post \\"${reason}\\": refused" output="Prometheus remote write"`;
const openTelemetry = `time="2026-11-22T01:05:06Z" level=error msg="can't shutdown OpenTelemetry metric provider" error="failed to upload metrics: refused"`;

it("a message for each output, with the number of errors and the first of them", () => {
  const log = [prometheus("http://a/"), openTelemetry, prometheus("http://b/"), ""].join("\n");
  expect(errorsOfOutputs(log)).toEqual([
    expect.stringMatching(
      /^k6's output Prometheus remote write told of 2 errors, the first: Failed to send the time series data to the endpoint: HTTP POST request failed: Post "http:\/\/a\/": refused\. /,
    ),
    expect.stringMatching(
      /^k6's output OpenTelemetry told of 1 error, the first: can't shutdown OpenTelemetry metric provider: failed to upload metrics: refused\. /,
    ),
  ]);
});

it("nothing of what is no error, or none of an output", () => {
  const log = [
    `time="2026-11-22T01:09:41Z" level=error msg="thresholds on metrics 'slo_missed' have been crossed"`,
    `time="2026-11-22T01:09:41Z" level=warning msg="it took 6s" output="Prometheus remote write"`,
    `time="2026-11-22T01:09:41Z" level=info msg="says level=error output=json"`,
    "panic: something",
  ].join("\n");
  expect(errorsOfOutputs(log)).toEqual([]);
  expect(errorsOfOutputs("")).toEqual([]);
});
