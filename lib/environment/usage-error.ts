/**
 * A mistake in what the user asked for. Its message says what was wrong (with the value), what is accepted and
 * what to do next; it is shown without a stack trace.
 */
export class UsageError extends Error {
  /** The same word as for the errors of the native module. */
  readonly kind = "usage";

  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
