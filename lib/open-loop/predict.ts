// Predicts the time of every operation of a constant load on a target whose service time and stall are known. Nothing is random:
// the schedule says when each operation is due, and a queue served in order by a number of workers says the rest.
//
// It is the recurrence of Kiefer and Wolfowitz ("On the theory of queues with many servers", 1955) for service times that never let
// a later operation overtake an earlier one. Then the worker that is free first is the one that had operation i − w, and
//
//   sent(i) = max(due(i), done(i − w))        done(i) = max(answer(sent(i)), done(i − 1) + 1 / capacity)

/** What is under load. Times are seconds since the start of the run. */
export interface Target {
  /** From sending an operation to its reply when nothing is in the way. */
  serviceSeconds: number;
  /** Nothing is served for so long: what is in flight stops where it is, and what is sent meanwhile starts when it is over. */
  stall?: { start: number; seconds: number };
  /** Replies per second at most, all workers together; left out: the workers alone set the limit. */
  capacity?: number;
}

/** A closed loop: each worker sends its next operation as soon as it has the reply to the last. */
export interface ClosedLoop {
  seconds: number;
  /** Each has one operation in flight. */
  workers: number;
  /** How much of the seconds is a warm-up, which loads and does not count; left out: nothing. */
  warmupSeconds?: number;
}

/** An open loop: operation i is due at i / rate, whatever the replies do. */
export interface OpenLoop extends ClosedLoop {
  /** Operations per second. */
  rate: number;
  /** How long after the end due work may be started; what is left is undone. */
  gracefulStopSeconds: number;
  /** When the run was over, until which undone work had waited; left out: at the last reply. */
  stoppedSeconds?: number;
}

/** Times in milliseconds, in ascending order, without those of the warm-up. */
export interface Predicted {
  /** Of each operation that is sent. */
  service: number[];
  /** Of each operation that is sent, from the moment at which it was due, and of each undone one until the run was over. */
  response: number[];
  /** Operations that were due and are never sent. */
  undone: number;
}

const nanosecondsPerSecond = 1e9;
const nanosecondsPerMillisecond = 1e6;
/** A product such as 0.1 × 30 must not become one operation more. */
const roundingError = 1e-6;

/** What an open loop measures. */
export function predictOpenLoop(load: OpenLoop, target: Target): Predicted {
  const { rate, seconds, workers, gracefulStopSeconds, warmupSeconds = 0, stoppedSeconds } = load;
  const total = Math.ceil(rate * seconds - roundingError);
  const due = (index: number) => nanoseconds(index / rate);
  const end = nanoseconds(seconds + gracefulStopSeconds);
  const queue = new Queue(workers, target);
  const times = new Times(nanoseconds(warmupSeconds));
  let index = 0;
  for (; index < total; index += 1) {
    const sent = Math.max(due(index), queue.free());
    // Operations are sent in order: none after this one is in time either.
    if (sent >= end) break;
    const done = queue.send(sent);
    times.add(due(index), sent, done);
  }
  const stopped = stoppedSeconds === undefined ? queue.lastReply : nanoseconds(stoppedSeconds);
  for (; index < total; index += 1) times.addUndone(due(index), stopped);
  return times.inOrder();
}

/** What a closed loop measures. */
export function predictClosedLoop({ seconds, workers, warmupSeconds = 0 }: ClosedLoop, target: Target): Predicted {
  const queue = new Queue(workers, target);
  const times = new Times(nanoseconds(warmupSeconds));
  const end = nanoseconds(seconds);
  for (let sent = queue.free(); sent < end; sent = queue.free()) {
    times.add(sent, sent, queue.send(sent));
  }
  return times.inOrder();
}

/** Operations in the order in which they are sent. Times are whole nanoseconds, as the engine counts them, so that sums are exact. */
class Queue {
  readonly #service: number;
  readonly #stalled: number;
  readonly #over: number;
  /** Between two replies at least. */
  readonly #between: number;
  /** Replies to the last operation of each worker, the oldest at #next. */
  readonly #replies: number[];
  #next = 0;
  #lastReply = 0;

  constructor(workers: number, { serviceSeconds, stall, capacity }: Target) {
    this.#service = nanoseconds(serviceSeconds);
    this.#stalled = nanoseconds(stall?.start ?? Number.POSITIVE_INFINITY);
    this.#over = this.#stalled + nanoseconds(stall?.seconds ?? 0);
    this.#between = capacity === undefined ? 0 : nanoseconds(1 / capacity);
    this.#replies = new Array(workers).fill(0);
  }

  /** When a worker is free for the next operation; 0 while some have not had any. */
  free(): number {
    return this.#replies[this.#next] ?? 0;
  }

  /** When the last reply of all came. */
  get lastReply(): number {
    return this.#lastReply;
  }

  /** Sends the next operation, and says when its reply comes. */
  send(sent: number): number {
    const reply = Math.max(this.#answer(sent), this.#lastReply + this.#between);
    this.#replies[this.#next] = reply;
    this.#next = (this.#next + 1) % this.#replies.length;
    this.#lastReply = reply;
    return reply;
  }

  #answer(sent: number): number {
    const reply = sent + this.#service;
    if (sent >= this.#over || reply < this.#stalled) return reply;
    return sent >= this.#stalled ? this.#over + this.#service : reply + this.#over - this.#stalled;
  }
}

/** The times of a run, given in nanoseconds. What was due in the warm-up is left out. */
class Times {
  readonly #from: number;
  readonly #service: number[] = [];
  readonly #response: number[] = [];

  constructor(from: number) {
    this.#from = from;
  }

  add(due: number, sent: number, done: number): void {
    if (due < this.#from) return;
    this.#service.push((done - sent) / nanosecondsPerMillisecond);
    this.#response.push((done - due) / nanosecondsPerMillisecond);
  }

  addUndone(due: number, stopped: number): void {
    if (due >= this.#from) this.#response.push((stopped - due) / nanosecondsPerMillisecond);
  }

  inOrder(): Predicted {
    const ascending = (a: number, b: number) => a - b;
    return {
      service: this.#service.sort(ascending),
      response: this.#response.sort(ascending),
      undone: this.#response.length - this.#service.length,
    };
  }
}

function nanoseconds(seconds: number): number {
  return Math.round(seconds * nanosecondsPerSecond);
}
