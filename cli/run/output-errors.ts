// What k6's own outputs tell of their failures, which k6 writes into its log alone: who watches a database that stays empty has to hear of it.

/** A field of a line of k6's log (logfmt). */
function fieldOf(line: string, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(`(?:^| )${name}=(?:("(?:[^"\\\\]|\\\\.)*")|(\\S*))`).exec(line) ?? [];
  if (quoted === undefined) return plain;
  try {
    return JSON.parse(quoted);
  } catch {
    return quoted; // an escape that only Go has
  }
}

/** Who wrote a line; OpenTelemetry's does not say it by a field. */
function outputOf(line: string): string | undefined {
  return fieldOf(line, "output") ?? (/OpenTelemetry/.test(fieldOf(line, "msg") ?? "") ? "OpenTelemetry" : undefined);
}

/**
 * Errors of k6's own outputs, a message for each output.
 * @param log what k6 wrote.
 */
export function errorsOfOutputs(log: string): string[] {
  const byOutput = new Map<string, { errors: number; first: string }>();
  for (const line of log.split("\n")) {
    if (fieldOf(line, "level") !== "error") continue;
    const output = outputOf(line);
    if (output === undefined) continue;
    const told = byOutput.get(output) ?? { errors: 0, first: line };
    told.errors += 1;
    byOutput.set(output, told);
  }
  return [...byOutput].map(([output, { errors, first }]) => {
    const said = [fieldOf(first, "msg"), fieldOf(first, "error")].filter((text) => text !== undefined).join(": ");
    const number = errors === 1 ? "1 error" : `${errors.toLocaleString("en")} errors`;
    return (
      `k6's output ${output} told of ${number}, the first: ${said}. k6 does not count what is lost by that; k6.log in the run folder has all that it said. ` +
      "The measurement and its result are not touched"
    );
  });
}
