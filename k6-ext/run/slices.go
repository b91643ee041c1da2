package run

import (
	"context"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/engine"
)

// Worker makes the worker of a VU; number counts from zero.
func (r *Run) Worker(number int, observer engine.Observer) (*engine.Worker, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case !r.started:
		return nil, driver.Usagef("iterate() was called before start(); setup() calls open(), load() and start() in this order")
	case r.finished:
		return nil, driver.Usagef("iterate() was called after finish()")
	case number >= r.config.Workers:
		return nil, driver.Usagef("the script has more VUs than the profile has workers (%d); let its scenario have that many VUs", r.config.Workers)
	}
	return r.engine.Worker(number, observer), nil
}

// Iterate lets a worker run operations for a slice of time or, where the declaration says so, for a number of operations.
func (r *Run) Iterate(ctx context.Context, worker *engine.Worker, number int) {
	if !r.begin(ctx) {
		return
	}
	if r.engine.Finished() {
		r.rest(ctx)
		return
	}
	if r.config.Staged {
		r.workInStage(ctx, worker, number)
		return
	}
	if limit := r.declaration.OperationsPerIteration; limit > 0 {
		if r.engine.Draining() {
			// k6 starts no more iterations: this one does what is left.
			limit = 0
		}
		if limit > 0 && !r.presence.constant && !r.presence.stays(number, r.engine.Elapsed(), r.engine.Backlog) {
			sleep(ctx, look)
			return
		}
		worker.Slice(ctx, endless, limit)
		return
	}
	r.work(ctx, worker, number, sliceEnd(r.engine.Elapsed(), r.declaration.slice(), number, r.config.Workers))
}

// work runs operations until a time, as long as the profile wants this worker.
func (r *Run) work(ctx context.Context, worker *engine.Worker, number int, until time.Duration) {
	if r.presence.constant {
		worker.Slice(ctx, until, 0)
		return
	}
	for now := r.engine.Elapsed(); now < until && !r.engine.Finished(); now = r.engine.Elapsed() {
		next := r.presence.changes(number, now, until)
		if r.presence.stays(number, now, r.engine.Backlog) {
			if number >= r.presence.wanted(now) {
				next = min(next, now+look)
			}
			worker.Slice(ctx, next, 0)
			if ctx.Err() != nil {
				return
			}
		} else if !sleep(ctx, min(next-now, defaultSlice)) { // a run may end before the profile does
			return
		}
	}
}

// workInStage runs operations of a search's step for a slice, once there is a step that wants this worker.
func (r *Run) workInStage(ctx context.Context, worker *engine.Worker, number int) {
	if !r.engine.EnterStage(ctx, number) {
		return
	}
	defer r.engine.LeaveStage()
	worker.Slice(ctx, sliceEnd(r.engine.Elapsed(), r.declaration.slice(), number, r.config.Workers), 0)
}

// Finished says whether nothing is left to start.
func (r *Run) Finished() bool { return r.engine.Finished() }

const (
	// defaultSlice is how long an iteration is where the declaration does not say: k6's ramps work between slices.
	defaultSlice = time.Second
	// endless stands for no limit of time; the schedule's end holds all the same.
	endless = 1000 * time.Hour
	// restTime keeps the workers of a run that is over from spinning until k6 ends them.
	restTime = 20 * time.Millisecond
)

// sliceEnd is the end of a worker's current slice. Workers' slices end one after another, not all at the same
// instant, at which nobody would be there to send.
func sliceEnd(now, slice time.Duration, number, workers int) time.Duration {
	offset := slice * time.Duration(number%max(1, workers)) / time.Duration(max(1, workers))
	passed := (now - offset) % slice
	if passed < 0 {
		passed += slice
	}
	return now - passed + slice
}

// rest waits a little where k6 would start the next iteration at once.
func (r *Run) rest(ctx context.Context) {
	if r.declaration.OperationsPerIteration == 0 {
		return
	}
	sleep(ctx, restTime)
}

// begin starts the clock at the first iteration of the first worker or, where one was agreed, at the instant; false: the run ended before.
func (r *Run) begin(ctx context.Context) bool {
	if r.engine.Began() {
		return true
	}
	if !r.awaitStart(ctx) {
		return false
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.engine.Began() {
		// Before anybody is there who asks for it: workers that see that the run began, and the collector.
		r.searcher = r.newSearcher()
		r.engine.Begin()
		r.startCollecting()
		r.searcher.start()
	}
	return true
}
