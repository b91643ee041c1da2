// Ctrl-C, counted: the first asks for an orderly end, the second for one at once.

/** Listens for SIGINT, SIGTERM and SIGHUP. */
export class Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  #count = 0;
  readonly #controller = new AbortController();
  readonly #listeners = new Set<() => void>();
  #last = Number.NEGATIVE_INFINITY;
  readonly #onSignal = () => {
    // One Ctrl-C may arrive twice: from the terminal, and from npm, which hands it on.
    const now = performance.now();
    const again = now - this.#last < sameKeyMilliseconds;
    this.#last = now;
    if (again) return;
    this.#count += 1;
    this.#controller.abort(new Interrupted());
    for (const listener of this.#listeners) listener();
  };

  constructor() {
    this.signal = this.#controller.signal;
    for (const name of signals) process.on(name, this.#onSignal);
  }

  /** Signals so far. */
  get count(): number {
    return this.#count;
  }

  /**
   * Calls `listener` after each signal, and at once if there was one already.
   * @returns what ends that.
   */
  onSignal(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#count > 0) listener();
    return () => this.#listeners.delete(listener);
  }

  /** Gives the signals back to Node: the next one ends the process. */
  dispose(): void {
    for (const name of signals) process.off(name, this.#onSignal);
  }
}

/** Thrown where work stops because of a signal. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

const sameKeyMilliseconds = 150;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
