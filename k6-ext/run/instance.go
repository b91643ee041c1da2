package run

import (
	"context"
	"slices"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// split says whether this process is one of several instances of a run.
func (r *Run) split() bool { return r.environment.Stripe.Period > pacing.WholeStripe().Period }

// leads says whether this instance brings the data of the run into its first state: the one that has the first operation. What noop holds
// is in the memory of each process.
func (r *Run) leads() bool {
	return !r.split() || r.environment.Stripe.Offsets[0] == 0 || r.driver.System() == "noop"
}

// share is this instance's part of a number of workers or connections.
func (r *Run) share(whole int) int {
	if r.environment.ScaleWorkers == nil {
		return whole
	}
	return r.environment.ScaleWorkers(whole)
}

func (r *Run) workers() int { return r.share(r.declaration.workers()) }

// poolSize is the number of connections that this instance's workers share; 0: each has its own.
func (r *Run) poolSize() int { return r.share(r.declaration.poolSize) }

// checkShare refuses an instance that could not do its part at some time: in an open loop, operations of its own would be due with nobody there
// to send them.
func (r *Run) checkShare() error {
	d := r.declaration
	if r.workers() < 1 {
		return driver.Usagef("this execution segment has none of the profile's %d workers; split the run into fewer instances or "+
			"set LOAD_WORKERS to at least their number", d.workers())
	}
	for _, segment := range d.Profile.Segments {
		fewest := int(min(segment.Workers.From, segment.Workers.To))
		if d.Profile.Loop == "open" && r.share(fewest) < 1 {
			return driver.Usagef("this execution segment has none of the %d workers that the profile has where it has the fewest; split the run into fewer "+
				"instances or raise LOAD_WORKERS", fewest)
		}
	}
	if d.poolSize > 0 && r.poolSize() < 1 {
		return driver.Usagef("this execution segment has none of the %d connections of the pool; split the run into fewer instances or "+
			"set CONNECTIONS to at least their number", d.poolSize)
	}
	if r.environment.Stripe.Count(d.OperationCount) < 1 && d.OperationCount > 0 {
		return driver.Usagef("this execution segment has none of the %d operations; split the run into fewer instances or raise OPERATION_COUNT",
			d.OperationCount)
	}
	// k6 parts iterations by VUs, and indexes are parted by segments: an instance with fewer workers than its segment's share would get too few
	// iterations for its operations.
	if d.OperationCount > 0 && d.OperationsPerIteration > 0 && float64(r.workers()) < r.environment.Stripe.Share()*float64(d.workers()) {
		return driver.Usagef("this execution segment has %d of %d workers, which is less than its part of the %d operations; with OPERATIONS_PER_ITERATION, "+
			"set LOAD_WORKERS to a number that all instances have the same part of", r.workers(), d.workers(), d.OperationCount)
	}
	if r.split() && d.TestID == "" {
		return driver.Usagef("this is one of several instances (--execution-segment), and the run has no name by which they know each other; " +
			"set DBMARK_TEST_ID to the same new name in all of them")
	}
	return nil
}

// clockProbes is how often the target's clock is asked; the quickest answer counts.
const clockProbes = 5

// readTargetClock sets the target's clock beside this machine's; nil where it tells no time, or cannot be asked.
func (r *Run) readTargetClock(ctx context.Context) *record.TargetClock {
	clock, ok := r.target.(driver.Clock)
	if !ok {
		return nil
	}
	var readings []record.TargetClock
	err := clock.ReadClock(ctx, clockProbes, func(asked, told, answered time.Time) {
		trip := answered.Sub(asked)
		readings = append(readings, record.TargetClock{
			AheadSeconds: told.Sub(asked.Add(trip / 2)).Seconds(), UncertaintySeconds: (trip / 2).Seconds(),
		})
	})
	if err != nil || len(readings) == 0 {
		return nil
	}
	best := slices.MinFunc(readings, func(a, b record.TargetClock) int {
		if a.UncertaintySeconds < b.UncertaintySeconds {
			return -1
		}
		return 1
	})
	return &best
}
