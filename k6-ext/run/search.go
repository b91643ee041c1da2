package run

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/findmax"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/report"
)

// Search is what a profile says of the highest load that is to be found (Search in lib/profile.ts). Loads are operations per second, or workers.
type Search struct {
	Of        string  `json:"of"`
	Start     float64 `json:"start"`
	Minimum   float64 `json:"minimum"`
	Maximum   float64 `json:"maximum"`
	Precision float64 `json:"precision"`
	// Fixed is the one load that is tried; 0: the highest is searched.
	Fixed float64 `json:"fixed,omitempty"`
	// StepSeconds is the measured part of a step, WarmupSeconds what comes before it.
	StepSeconds   float64 `json:"stepSeconds"`
	WarmupSeconds float64 `json:"warmupSeconds"`
}

const (
	// longerAtMost is how many times its length a step may take where operations are rare.
	longerAtMost = 3
	// leastOperations are due in every step of an open loop that has the time for them: with one or two, hardly any limit can be missed, and a load
	// would be said to hold of which nothing is known.
	leastOperations = 10
	// searchLook is how often a step that goes on is looked at.
	searchLook = 20 * time.Millisecond
	// lostShare of a step's operations that have waited beyond every limit make it hopeless.
	lostShare = 0.1
	// restAfterMiss is what the target gets to recover in when a step was too much, besides the next one's warm-up.
	restAfterMiss = 500 * time.Millisecond
	// shortestDrain and longestDrain bound how long what is due may still be started after a step's end.
	shortestDrain = time.Second
	longestDrain  = 10 * time.Second
	// ceilingShare of what the harness alone can do is more than it can be asked to send, and beyond doubtfulShare of it, what is missed may be the
	// harness's own doing.
	ceilingShare  = record.HarnessCPULimit
	doubtfulShare = record.HarnessCeilingLimit
)

func (s *Search) open() bool { return s.Of == record.SearchRate }

func (s *Search) plan() findmax.Plan {
	return findmax.Plan{
		Start: s.Start, Minimum: s.Minimum, Maximum: s.Maximum, Precision: s.Precision, Whole: !s.open(), Fixed: s.Fixed,
	}
}

// checkSearch refuses a search that could not be made.
func (d *Declaration) checkSearch() error {
	s := d.Profile.Search
	if s == nil {
		return nil
	}
	name := d.Profile.Name
	switch {
	case s.Of != record.SearchRate && s.Of != record.SearchWorkers:
		return driver.Usagef("profile %q searches for %q; expected rate or workers", name, s.Of)
	case s.open() != (d.Profile.Loop == "open"):
		return driver.Usagef("profile %q searches for %s in a loop that is %s; expected rate in an open one, workers in a closed one", name, s.Of, d.Profile.Loop)
	case s.StepSeconds <= 0 || s.WarmupSeconds < 0:
		return driver.Usagef("profile %q has steps of %v s after %v s of warm-up; expected more than 0, and 0 or more", name, s.StepSeconds, s.WarmupSeconds)
	case len(d.Profile.Segments) != 1 || d.Profile.Segments[0].Phase != record.Measure.String() || d.Profile.Report != "":
		return driver.Usagef("profile %q searches, and has %d segments or a report; expected one measured segment, as long as the search may take", name, len(d.Profile.Segments))
	case d.OperationCount > 0 || d.OperationsPerIteration > 0:
		return driver.Usagef("profile %q searches, and operationCount or operationsPerIteration would end it in the middle; expected neither", name)
	}
	if most := d.workers(); s.Of == record.SearchWorkers && s.Maximum > float64(most) {
		return driver.Usagef("profile %q searches up to %v workers, and has %d workers; expected as many", name, s.Maximum, most)
	}
	if err := s.plan().Validate(); err != nil {
		return driver.Usagef("profile %q: %v", name, err)
	}
	return nil
}

// checkSearchable refuses a search without anything to be judged by.
func (r *Run) checkSearchable() error {
	if r.declaration.Profile.Search == nil {
		return nil
	}
	if r.split() {
		return driver.Usagef("profile %q cannot be split into instances (--execution-segment): each of its steps depends on what all of the load came to, and no instance "+
			"sees more than its own part", r.declaration.Profile.Name)
	}
	for i := range r.declared.Operations {
		if slo := r.sloOf(i); slo != nil && (slo.P95Milliseconds != nil || slo.P99Milliseconds != nil || slo.ErrorRate != nil) {
			return nil
		}
	}
	return driver.Usagef("profile %q searches for the highest load at which every SLO holds, and workload %q has none; set one, for example with "+
		"SLO_P95=50ms, SLO_P99=100ms or SLO_ERROR_RATE=0.001", r.declaration.Profile.Name, r.declared.Name)
}

// searcher makes the steps of a search, one after another, on a goroutine of its own.
type searcher struct {
	run      *Run
	declared *Search
	search   *findmax.Search
	names    []string
	slos     []*record.SLO
	// limit is the longest limit of the response time; 0: there is none.
	limit time.Duration
	// ceiling is the highest load that the harness can send; 0: not known. capped: it is below the profile's maximum.
	ceiling float64
	capped  bool

	cancel  context.CancelFunc
	stopped sync.WaitGroup
	steps   []record.Step
	// warmupSeconds and measuredSeconds are sums over steps.
	warmupSeconds, measuredSeconds float64
	// reason why it ended before it was sure; empty: it did not, or was interrupted.
	reason string

	// mutex guards what the collector asks.
	mutex  sync.Mutex
	trial  *report.Trial
	number int
	load   float64
	phase  record.Phase
}

// newSearcher prepares a search; nil where the profile does not search.
func (r *Run) newSearcher() *searcher {
	declared := r.declaration.Profile.Search
	if declared == nil {
		return nil
	}
	s := &searcher{run: r, declared: declared, steps: []record.Step{}}
	plan := declared.plan()
	if declared.open() && r.rehearsed != nil {
		s.ceiling = ceilingShare * r.rehearsed.operationsPerSecond
		if s.ceiling < plan.Maximum && plan.Fixed == 0 {
			s.capped = true
			plan.Maximum = max(s.ceiling, plan.Minimum)
			plan.Start = min(plan.Start, plan.Maximum)
		}
	}
	s.search = findmax.New(plan)
	for i := range r.declared.Operations {
		slo := r.sloOf(i)
		s.names, s.slos = append(s.names, r.declared.Operations[i].Name), append(s.slos, slo)
		if slo == nil {
			continue
		}
		for _, limit := range []*float64{slo.P95Milliseconds, slo.P99Milliseconds} {
			if limit != nil {
				s.limit = max(s.limit, milliseconds(*limit))
			}
		}
	}
	return s
}

// start lets the search begin; on nil it does nothing.
func (s *searcher) start() {
	if s == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.stopped.Add(1)
	go func() {
		defer s.stopped.Done()
		s.perform(ctx)
	}()
}

// stop ends the search where it is. Steps are complete when it returns.
func (s *searcher) stop() {
	s.cancel()
	s.stopped.Wait()
}

func (s *searcher) perform(ctx context.Context) {
	defer func() {
		if _, _, more := s.search.Next(); more && s.reason == "" {
			s.run.engine.Interrupt()
		}
		s.run.engine.EndStages()
	}()
	latest := seconds(s.run.declaration.Profile.Segments[0].Seconds)
	for !s.interrupted(ctx) {
		load, purpose, more := s.search.Next()
		if !more {
			return
		}
		length := s.length(load, purpose)
		if s.run.engine.Elapsed()+length+seconds(s.declared.WarmupSeconds) > latest {
			s.reason = fmt.Sprintf("the search has taken %s s, and may take %s s (FINDMAX_TIME_LIMIT)",
				record.Figure(s.run.engine.Elapsed().Seconds()), record.Figure(latest.Seconds()))
			return
		}
		step := s.step(ctx, load, purpose, length)
		s.steps = append(s.steps, step)
		switch step.Search.Outcome {
		case record.StepHeld:
			s.search.Note(findmax.Held)
			continue
		case record.StepMissed:
			s.search.Note(findmax.Missed)
		case record.StepHarness:
			s.search.Note(findmax.Harness)
		default:
			return
		}
		sleep(ctx, restAfterMiss)
	}
}

// length of a step's measured part: half as long where it only has to find the bracket, longer where operations with a limit are rare.
func (s *searcher) length(load float64, purpose findmax.Purpose) time.Duration {
	base := seconds(s.declared.StepSeconds)
	shortest := base
	if purpose == findmax.Grow || purpose == findmax.Shrink {
		shortest /= 2
	}
	if !s.declared.open() {
		return shortest
	}
	shortest = min(max(shortest, seconds(leastOperations/load)), longerAtMost*base)
	if purpose == findmax.Grow || purpose == findmax.Shrink {
		return shortest
	}
	weights := 0.0
	for i := range s.run.declared.Operations {
		weights += s.run.declared.Operations[i].Weight
	}
	longest := 0.0
	for i, slo := range s.slos {
		weight := s.run.declared.Operations[i].Weight
		if slo == nil || weight == 0 {
			continue
		}
		needed := 0.0
		if slo.P95Milliseconds != nil {
			needed = report.OperationsFor(95)
		}
		if slo.P99Milliseconds != nil {
			needed = report.OperationsFor(99)
		}
		longest = max(longest, needed/(load*weight/weights))
	}
	// A mix is random: a tenth more makes sure of the number.
	return min(max(shortest, seconds(1.1*longest)), longerAtMost*base)
}
