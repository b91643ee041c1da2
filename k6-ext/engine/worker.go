package engine

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// Observer hears of every operation that a worker ended, where the worker runs: on the goroutine it is lent or on its loop, whose other workers wait
// meanwhile. The observation is only good during the call.
type Observer interface {
	Observe(o *record.Observation)
}

// Worker runs operations, one slice of time after another. It belongs to the goroutine that calls Slice.
type Worker struct {
	engine   *Engine
	number   int
	shard    *record.Shard
	observer Observer

	session  driver.Session
	acquired bool // a place of the shared pool is held
	slots    []slot
	idle     []int // slots that are free
	done     []driver.Completion
	again    []*slot // that failed and wait to be submitted again
	due      []*slot // of these, those that are being submitted
	// observation of the operation that just ended.
	observation record.Observation
	block       pacing.Block
	timer       *time.Timer
	failures    int // connects that failed one after another
	// mix of this slice; nil: the run's.
	mix *generator.Mix

	digest    uint64
	executed  int64
	ended     int64 // in this slice
	lastEnded time.Duration

	loops *multiplex.Loops // on which the worker runs; nil: it runs on the goroutine that it is lent
	home  multiplex.Home   // of its session
	task  *multiplex.Task  // while it is on a loop

	calls    context.Context // for the driver
	endCalls context.CancelFunc
	onEnd    func() // called when the context of a slice ends before the slice
	stop     atomic.Bool
}

// slot is one request that may be in flight.
type slot struct {
	request  driver.Request
	phase    record.Phase
	attempts int32
	lag      time.Duration
	waited   time.Duration // from the intended start until the worker had it; 0 in a closed loop
	ready    time.Duration // when its parameters were made
	sent     time.Duration
	again    time.Duration // when it is to be submitted again
}

// interruptGrace is how long replies to what is in flight are waited for when a run is ended.
const interruptGrace = time.Second

// Worker makes worker number n, which records into the shard of that number. A nil observer hears nothing.
func (e *Engine) Worker(number int, observer Observer) *Worker {
	w := &Worker{engine: e, number: number, observer: observer, timer: time.NewTimer(time.Hour)}
	w.timer.Stop()
	w.loops = e.loops
	w.slots = make([]slot, e.config.Depth)
	for i := range w.slots {
		w.slots[i].request.Tag = uint64(i)
		w.idle = append(w.idle, i)
	}
	return w
}

// Slice runs operations until the given time since the run's start, or until limit operations have ended (0: no limit), or
// until there is nothing more to do. It returns with nothing in flight. When the context ends, it claims nothing more, and
// waits a little for the replies that are still to come.
func (w *Worker) Slice(ctx context.Context, until time.Duration, limit int64) {
	if w.shard == nil {
		w.shard = w.engine.recorder.Shard(w.number)
	}
	unwatch := w.watch(ctx)
	defer w.endWatch(unwatch)
	if w.loops != nil {
		w.roundsOnLoop(ctx, until, limit)
	} else {
		w.rounds(ctx, until, limit)
	}
	w.endSlice()
}

// rounds starts and ends operations until there are no more to start in this slice, or until the worker is stranded.
func (w *Worker) rounds(ctx context.Context, until time.Duration, limit int64) (more bool) {
	for {
		more := w.fill(ctx, until, limit)
		if w.inFlight() > 0 && !w.stranded() {
			w.deliver()
		}
		if w.stranded() {
			return true
		}
		if w.inFlight() == 0 {
			w.release()
			if !more {
				return false
			}
		}
	}
}

// fill starts operations until every slot is taken; false: there are no more to start in this slice.
func (w *Worker) fill(ctx context.Context, until time.Duration, limit int64) bool {
	for len(w.idle) > 0 && !w.stranded() {
		if !w.mayStart(limit) {
			return false
		}
		if !w.startNext(ctx, until) {
			// With something in flight it means: not now. Whether more will be due in this slice shows when it can be waited for.
			return w.inFlight() > 0
		}
	}
	return true
}

func (w *Worker) mayStart(limit int64) bool {
	return !w.stop.Load() && (limit == 0 || w.ended+int64(w.inFlight()) < limit)
}

// watch notices the end of the context that k6 lends for a slice, without asking it at every operation. Calls to the driver have a
// context of their own, which outlives it by interruptGrace. It is kept from slice to slice, which may be as short as one operation.
func (w *Worker) watch(ctx context.Context) (unwatch func() bool) {
	w.stop.Store(false)
	if w.calls == nil {
		calls, cancel := context.WithCancel(context.Background())
		w.calls, w.endCalls = calls, cancel
		w.onEnd = func() {
			w.stop.Store(true)
			w.engine.noticeInterrupt()
			time.AfterFunc(interruptGrace, cancel)
		}
	}
	return context.AfterFunc(ctx, w.onEnd)
}

// endWatch is the end of what watch began. Calls whose end is near are not kept.
func (w *Worker) endWatch(unwatch func() bool) {
	if !unwatch() {
		w.endCalls()
		w.calls = nil
	}
}

func (w *Worker) inFlight() int { return len(w.slots) - len(w.idle) }

// startNext claims an operation and submits it. False: there is none to start now.
func (w *Worker) startNext(ctx context.Context, until time.Duration) bool {
	e := w.engine
	claim, ok := w.claim(ctx, until)
	if !ok {
		return false
	}
	s := &w.slots[w.idle[len(w.idle)-1]]
	w.idle = w.idle[:len(w.idle)-1]
	w.prepare(s, claim)
	s.ready = e.Elapsed()
	if !e.openLoop() {
		s.phase = e.PhaseAt(s.ready)
	}
	s.sent = s.ready
	w.submit(s)
	return true
}

// prepare makes the operation's parameters and adds them to the digest.
func (w *Worker) prepare(s *slot, claim pacing.Claim) {
	e := w.engine
	index := uint64(claim.Index)
	mix := e.config.Mix
	if w.mix != nil {
		mix = w.mix
	}
	number := mix.Pick(index)
	operation := &e.config.Operations[number]
	s.request.Operation = number
	s.request.Parameters = resize(s.request.Parameters, len(operation.Generators))
	hash := generator.HashNumber(index, uint64(number))
	for i, g := range operation.Generators {
		g.Generate(index, &s.request.Parameters[i])
		hash = generator.Hash(hash, &s.request.Parameters[i])
	}
	w.digest += hash
	s.request.Index, s.attempts = claim.Index, 0
	s.waited, s.lag = 0, -1
	if e.openLoop() {
		s.phase = e.PhaseAt(claim.Due)
		s.waited = claim.Claimed - claim.Due
		if claim.Waiting {
			s.lag = s.waited
		}
	}
}

// resize gives a slice of n values, keeping the buffers of those that were there, also beyond its present length.
func resize(values []driver.Value, n int) []driver.Value {
	if n > cap(values) {
		grown := make([]driver.Value, n)
		copy(grown, values[:cap(values)])
		return grown
	}
	return values[:n]
}

// deliver waits for completions and ends their operations, or tries them again.
func (w *Worker) deliver() {
	if w.submitted() > 0 {
		w.done = w.session.Deliver(w.calls, w.done[:0])
		now := w.engine.Elapsed()
		for i := range w.done {
			if failure := w.done[i].Err; failure != nil && failure.SessionLost {
				w.deliverRest()
				w.loseSession()
				break
			}
		}
		for i := range w.done {
			completion := &w.done[i]
			s := &w.slots[completion.Tag]
			if w.mayRetry(s, completion.Err) {
				s.again = now + w.backoff(s)
				w.again = append(w.again, s)
				continue
			}
			w.finish(s, completion, now)
		}
	}
	if !w.stranded() {
		w.retryAgain()
	}
}

// submitted is the number of requests that the session has.
func (w *Worker) submitted() int { return w.inFlight() - len(w.again) }

// deliverRest takes what a lost session still owes.
func (w *Worker) deliverRest() {
	for len(w.done) < w.submitted() {
		before := len(w.done)
		w.done = w.session.Deliver(w.calls, w.done)
		if len(w.done) == before {
			panic("driver: a lost session did not deliver every request in flight")
		}
	}
}

// finish records the end of an operation and frees its slot.
func (w *Worker) finish(s *slot, completion *driver.Completion, now time.Duration) {
	e := w.engine
	// In the worker, because an observation handed to an observer would otherwise be allocated each time.
	o := &w.observation
	*o = record.Observation{
		Operation:    s.request.Operation,
		Phase:        s.phase,
		Service:      now - s.sent,
		Response:     s.waited + now - s.ready,
		Lag:          s.lag,
		Attempts:     s.attempts,
		RowsRead:     completion.RowsRead,
		RowsWritten:  completion.RowsWritten,
		BytesRead:    completion.BytesRead,
		BytesWritten: completion.BytesWritten,
	}
	if completion.Err == nil {
		if e.config.Operations[o.Operation].Inserts {
			e.config.Past.Add(1)
		}
	} else {
		o.ErrorKind, o.Unknown = completion.Err.Kind, completion.Err.OutcomeUnknown
		e.examples.Note(o.Operation, completion.Err)
	}
	w.shard.Record(o)
	if w.observer != nil {
		w.observer.Observe(o)
	}
	w.idle = append(w.idle, int(s.request.Tag))
	w.executed++
	w.ended++
	w.lastEnded = now
}

// endSlice gives back what the worker will not run now.
func (w *Worker) endSlice() {
	w.handIn()
	w.ended = 0
	if w.engine.config.Count > 0 && w.engine.indexes != nil {
		w.engine.indexes.Return(w.block)
		w.block = pacing.Block{}
	}
}

// handIn hands what the worker kept to itself to the engine.
func (w *Worker) handIn() {
	e := w.engine
	e.digest.Add(w.digest)
	e.executed.Add(w.executed)
	if e.indexes != nil {
		e.indexes.Finished(w.executed)
	}
	e.noticeEnd(w.lastEnded)
	w.digest, w.executed = 0, 0
}
