package engine

import (
	"context"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
)

// openLoops starts the loops that the run asks for. Where there are none to be had, workers run on the goroutines they are lent.
func (e *Engine) openLoops() {
	if e.config.Loops == 0 {
		return
	}
	if loops, err := multiplex.NewLoops(e.config.Loops); err == nil {
		e.loops = loops
	}
}

func (e *Engine) closeLoops() {
	if e.loops != nil {
		e.loops.Close()
		e.loops = nil
	}
}

// roundsOnLoop is rounds on one of the loops, for as long as the worker has a session. Connecting, which would make the other workers
// of the loop wait, happens on the goroutine that the worker is lent.
func (w *Worker) roundsOnLoop(ctx context.Context, until time.Duration, limit int64) {
	for more := true; more; {
		if w.session == nil {
			more = w.recover(ctx, until, limit)
			continue
		}
		multiplexed := true
		w.loops.Run(&w.home, func(t *multiplex.Task) {
			if multiplexed = w.multiplex(t); multiplexed {
				more = w.rounds(ctx, until, limit)
				w.multiplex(nil)
			}
		})
		if !multiplexed {
			w.loops = nil
			w.rounds(ctx, until, limit)
			return
		}
	}
}

// multiplex has the worker and its session wait as the task does; nil: no more. False: the session cannot.
func (w *Worker) multiplex(t *multiplex.Task) bool {
	if w.session != nil {
		session, can := w.session.(driver.Multiplexed)
		if !can || !session.Multiplex(t) {
			return false
		}
	}
	w.task = t
	return true
}

// stranded: the worker is on its loop and has lost its session.
func (w *Worker) stranded() bool { return w.task != nil && w.session == nil }

// recover connects for the operations that are to be tried again or, without any, for the next one, and ends them. False: there is
// no more to start in this slice.
func (w *Worker) recover(ctx context.Context, until time.Duration, limit int64) (more bool) {
	more = true
	if len(w.again) > 0 {
		w.retryAgain()
	} else {
		more = w.mayStart(limit) && w.startNext(ctx, until)
	}
	for w.inFlight() > 0 {
		w.deliver()
	}
	return more
}
