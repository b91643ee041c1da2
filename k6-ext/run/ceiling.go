package run

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/noop"
	"github.com/dbmark/dbmark/k6-ext/engine"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// Rehearsal stands for k6 while the ceiling is measured: it takes what a run hands to k6 for each operation, and throws it away.
type Rehearsal interface {
	// Worker gives a worker its observer, and what is done at the end of each of its iterations. It is called by one goroutine.
	Worker() (observer engine.Observer, endIteration func())
	// Close ends it, when its workers are done.
	Close()
}

// rehearsed is what the loop did with the run's workload on a target that answers at once.
type rehearsed struct {
	operationsPerSecond float64
	workers, cores      int
	seconds             float64
}

// How the ceiling is measured. Workers beyond a few for each core add nothing where nobody waits for a reply.
const (
	ceilingWorkersPerCore = 4
	ceilingSamples        = 5
	// ceilingTime is the length of one sample; one more goes before them and does not count.
	ceilingTime = 60 * time.Millisecond
	// ceilingPressure is the rate of an open loop that cannot be kept up with, over what a closed loop did.
	ceilingPressure = 1.1
)

// rehearse measures what the loop can do: the same generators, mix, depth and way of counting, with sessions that are not the target's, a
// recorder that is thrown away, and, where the run has one, a past of its own. It touches nothing that the run will use.
func (r *Run) rehearse(ctx context.Context) (*rehearsed, error) {
	target, err := noop.New().Open(driver.Config{URL: "noop://ceiling"})
	if err != nil {
		return nil, err
	}
	operations := r.declared.DriverOperations()
	for i := range operations {
		for j := range operations[i].Steps {
			operations[i].Steps[j].Think = 0
		}
	}
	config := r.config
	config.Target, config.Stripe = target, pacing.WholeStripe()
	if config.Past != nil {
		config.Past = &generator.Past{}
	}
	if config.Program, err = target.Compile(operations); err != nil {
		return nil, err
	}
	cores := runtime.GOMAXPROCS(0)
	config.Workers = min(config.Workers, ceilingWorkersPerCore*cores)
	config.Schedule, config.Duration, config.Count, config.Loops, config.Staged = nil, endless, 0, 0, false
	config.Phases = []engine.PhaseSpan{{Phase: record.Measure}}

	if r.split() {
		defer takeTurn(ctx)()
	}
	started := time.Now()
	if r.config.Schedule != nil || r.config.Open {
		// An open loop claims its operations one by one. Its schedule has to be a little faster than it can be kept up with: much faster
		// would keep the dispatcher busy with what nobody takes.
		closed, err := r.perform(ctx, config, 1)
		if err != nil {
			return nil, err
		}
		rate := closed * ceilingPressure
		if config.Schedule, err = pacing.NewSchedule([]pacing.Segment{{Duration: time.Minute, From: rate, To: rate}}); err != nil {
			return nil, err
		}
	}
	// The memory of all this is not the run's.
	defer debug.FreeOSMemory()
	rate, err := r.perform(ctx, config, ceilingSamples)
	if err != nil {
		return nil, err
	}
	return &rehearsed{rate, config.Workers, min(cores, config.Workers), time.Since(started).Seconds()}, nil
}

// perform runs a configuration, and gives the median of some samples of its operations per second.
func (r *Run) perform(ctx context.Context, config engine.Config, samples int) (float64, error) {
	rehearsal := r.environment.rehearsal(r.declared.Operations)
	defer rehearsal.Close()
	e := engine.New(config)
	if err := e.OpenSessions(ctx); err != nil {
		return 0, err
	}
	defer e.Stop(context.Background())
	working, end := context.WithCancel(ctx)
	e.Begin()
	var group sync.WaitGroup
	for number := range config.Workers {
		observer, endIteration := rehearsal.Worker()
		worker := e.Worker(number, observer)
		group.Add(1)
		go func() {
			defer group.Done()
			for working.Err() == nil {
				r.performIteration(working, worker)
				endIteration()
			}
		}()
	}
	rates := make([]float64, 0, samples)
	last := time.Now()
	for i := 0; i <= samples && sleep(ctx, ceilingTime); i++ {
		now := time.Now()
		counts := e.Recorder().Roll(now).All()
		if i > 0 {
			rates = append(rates, float64(counts.Operations)/now.Sub(last).Seconds())
		}
		last = now
	}
	end()
	group.Wait()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return record.Median(rates), nil
}

// performIteration is an iteration as k6 starts it: with a context of its own.
func (r *Run) performIteration(ctx context.Context, worker *engine.Worker) {
	if limit := r.declaration.OperationsPerIteration; limit > 0 {
		iteration, end := context.WithCancel(ctx)
		worker.Slice(iteration, endless, limit)
		end()
		return
	}
	worker.Slice(ctx, endless, 0)
}

// ceiling is what is told of it at the end, when it is known what an iteration of k6 costs; nil: it could not be measured.
func (r *Run) ceiling(measured *record.PhaseTotals) *record.Ceiling {
	if r.rehearsed == nil {
		return nil
	}
	found := r.rehearsed
	c := &record.Ceiling{OperationsPerSecond: found.operationsPerSecond, Workers: found.workers, Seconds: found.seconds}
	if n := r.declaration.OperationsPerIteration; n > 0 {
		c.OperationsPerIteration = &n
		if between, known := r.betweenIterations(); known {
			ms := between.Seconds() * 1000
			c.BetweenIterations = &ms
			each := float64(found.cores)/found.operationsPerSecond + between.Seconds()/float64(n)
			c.OperationsPerSecond = float64(found.cores) / each
		}
	}
	used := r.highestRate(measured)
	if r.searcher != nil {
		used = r.searcher.highestReached()
	}
	if used > 0 && c.OperationsPerSecond > 0 {
		share := used / c.OperationsPerSecond
		c.Share = &share
	}
	return c
}

// highestRate is the operations per second of the measured phase or, where its load changes, those of its busiest second.
func (r *Run) highestRate(measured *record.PhaseTotals) float64 {
	if measured == nil || measured.Seconds <= 0 {
		return 0
	}
	rate := float64(measured.All.Operations) / measured.Seconds
	if !r.constantLoad() {
		for _, second := range r.engine.Recorder().Measured() {
			rate = max(rate, float64(second.Operations))
		}
	}
	return rate
}
