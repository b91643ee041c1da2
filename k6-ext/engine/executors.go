package engine

import (
	"context"
	"errors"
	"time"

	"github.com/dbmark/dbmark/k6-ext/generator"
)

// endless stands for no limit of time.
const endless = 1000 * time.Hour

// Iteration runs a number of operations that a mix picks, whenever it is called: for executors of a script's own, of whose load profile the
// engine knows nothing. When it is due is not known either, so that the response times are the service times.
func (w *Worker) Iteration(ctx context.Context, mix *generator.Mix, operations int64) {
	// The test goes on, whatever ended an iteration before.
	if w.engine.interruptedAt.Load() != 0 {
		w.engine.interruptedAt.Store(0)
	}
	w.mix = mix
	w.Slice(ctx, endless, operations)
	// An executor that is over ends its last iterations by a deadline. What ends them otherwise is the end of the test before its time, if
	// nothing comes after it.
	if errors.Is(ctx.Err(), context.Canceled) {
		w.engine.interruptedAt.CompareAndSwap(0, int64(w.engine.Elapsed()))
	}
}
