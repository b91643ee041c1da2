package engine

import (
	"context"
	"time"

	"github.com/dbmark/dbmark/k6-ext/pacing"
)

// claim takes the next operation: the next index in a closed loop, the next one due in an open loop. It waits
// only when nothing is in flight, for then there is nothing better to do.
func (w *Worker) claim(ctx context.Context, until time.Duration) (pacing.Claim, bool) {
	e := w.engine
	if e.stages != nil {
		return w.claimInStage(ctx, until)
	}
	if e.pacer != nil {
		if w.inFlight() > 0 {
			return e.pacer.TryClaim()
		}
		if e.Elapsed() >= e.end+e.config.GracefulStop {
			return pacing.Claim{}, false
		}
		return e.pacer.Claim(ctx, w.lastEnded, until, w.timer)
	}
	return w.claimIndex(until)
}

// claimIndex takes the next index of a closed loop.
func (w *Worker) claimIndex(until time.Duration) (pacing.Claim, bool) {
	e := w.engine
	now := e.Elapsed()
	if now >= until || (e.end > 0 && now >= e.end) {
		return pacing.Claim{}, false
	}
	for w.block.Next >= w.block.End {
		block, ok := e.indexes.Take()
		if ok {
			w.block = block
			continue
		}
		w.handIn()
		if !w.waitForOthers(until) {
			return pacing.Claim{}, false
		}
	}
	index := e.indexes.Index(w.block.Next)
	w.block.Next++
	return pacing.Claim{Index: index, Due: now, Claimed: now}, true
}

// waitForOthers sleeps a moment: the last operations are with other workers, which may yet give some back. False: nothing will come.
func (w *Worker) waitForOthers(until time.Duration) bool {
	if w.inFlight() > 0 || w.stop.Load() || w.engine.indexes.Exhausted() || w.engine.Elapsed() >= until {
		return false
	}
	w.sleep(time.Millisecond)
	return true
}

// claimInStage is claim in a staged run.
func (w *Worker) claimInStage(ctx context.Context, until time.Duration) (pacing.Claim, bool) {
	e := w.engine
	s := e.stages.current.Load()
	if s.pacer == nil {
		if s.closed.Load() {
			return pacing.Claim{}, false
		}
		return w.claimIndex(min(until, s.end))
	}
	var claim pacing.Claim
	var ok bool
	if w.inFlight() > 0 {
		claim, ok = s.pacer.TryClaim()
	} else {
		claim, ok = s.pacer.Claim(ctx, w.lastEnded-s.start, until-s.start, w.timer)
	}
	if !ok {
		return claim, false
	}
	claim.Index += s.first
	claim.Due += s.start
	claim.Claimed += s.start
	return claim, true
}
