package run

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/engine"
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
	// searchLook is how often a step that goes on is looked at.
	searchLook = 20 * time.Millisecond
	// lostShare of a step's operations that have waited beyond every limit make it hopeless.
	lostShare = 0.1
	// restAfterMiss is what the target gets to recover in when a step was too much, besides the next one's warm-up.
	restAfterMiss = 500 * time.Millisecond
	// shortestDrain and longestDrain bound how long what is due may still be started after a step's end.
	shortestDrain = time.Second
	longestDrain  = 10 * time.Second
	// ceilingShare of what the harness alone can do is more than it can be asked to send.
	ceilingShare = record.HarnessCPULimit
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

// startSearch begins the first step; nil where the profile does not search.
func (r *Run) startSearch() *searcher {
	declared := r.declaration.Profile.Search
	if declared == nil {
		return nil
	}
	s := &searcher{run: r, declared: declared}
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
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.stopped.Add(1)
	go func() {
		defer s.stopped.Done()
		s.perform(ctx)
	}()
	return s
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
	if purpose == findmax.Grow || purpose == findmax.Shrink {
		return base / 2
	}
	if !s.declared.open() {
		return base
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
	return min(max(base, seconds(1.1*longest)), longerAtMost*base)
}

// step makes one, from its warm-up until nothing of it is in flight.
func (s *searcher) step(ctx context.Context, load float64, purpose findmax.Purpose, length time.Duration) record.Step {
	e := s.run.engine
	stage := engine.Stage{Workers: s.run.config.Workers, Warmup: seconds(s.declared.WarmupSeconds), Measure: length}
	if s.declared.open() {
		stage.Rate = load
	} else {
		stage.Workers = int(load)
	}
	s.begin(load)
	s.run.environment.Events.Send(newStepEvent(s.declared.Of, "started", len(s.steps)+1, load, nil, string(purpose)))
	measured, err := e.BeginStage(stage)
	if err != nil {
		s.reason = err.Error()
		s.finish()
		return record.Step{Search: &record.SearchStep{Outcome: record.StepCutShort}}
	}
	end := measured + length
	s.waitUntil(ctx, measured)
	s.enter(record.Measure)
	early := s.measure(ctx, measured, end)
	ended := min(e.Elapsed(), end)
	backlog, _ := e.StageLeft()
	s.enter(record.Cooldown)
	drained := s.drain(ctx, early)
	trial := s.finish()

	conditions := report.Conditions{
		Seconds: max(0, ended-measured).Seconds(), Open: s.declared.open(), Workers: stage.Workers, Cores: s.run.setup.Host.Cores,
	}
	if s.ceiling > 0 && load > s.ceiling*0.999 {
		conditions.Beyond = s.ceilingText()
	}
	step := trial.Judge(conditions)
	step.Name, step.StartSecond = fmt.Sprintf("step %d", len(s.steps)+1), measured.Seconds()
	if s.declared.open() {
		step.Offered = &load
	}
	found := step.Search
	found.Number, found.Load, found.Purpose = len(s.steps)+1, load, string(purpose)
	found.WarmupSeconds, found.DrainSeconds, found.Early, found.Backlog = stage.Warmup.Seconds(), drained.Seconds(), early, backlog
	if s.interrupted(ctx) {
		found.Outcome, found.Broke, step.Met = record.StepCutShort, nil, nil
		step.Reasons = []string{"the search was ended while it went on"}
	}
	s.warmupSeconds += stage.Warmup.Seconds()
	s.measuredSeconds += conditions.Seconds
	s.run.environment.Events.Send(newStepEvent(s.declared.Of, found.Outcome, found.Number, load, &step, string(purpose)))
	if !s.run.environment.Events.Listening() {
		s.run.environment.Log("%s", stepText(s.declared.Of, &step))
	}
	return step
}

// interrupted: the search is to end, or the workers have been told to.
func (s *searcher) interrupted(ctx context.Context) bool {
	return ctx.Err() != nil || s.run.engine.Interrupted()
}

// waitUntil a time since the run's start, or the end of the search.
func (s *searcher) waitUntil(ctx context.Context, until time.Duration) {
	for left := until - s.run.engine.Elapsed(); left > 0 && !s.interrupted(ctx); left = until - s.run.engine.Elapsed() {
		sleep(ctx, min(left, searchLook))
	}
}

// measure waits for the end of the measured part; early: the step is hopeless before.
func (s *searcher) measure(ctx context.Context, from, to time.Duration) (early bool) {
	e := s.run.engine
	lost := s.limit + time.Duration(lostShare*float64(to-from))
	for e.Elapsed() < to && !s.interrupted(ctx) {
		s.waitUntil(ctx, min(to, e.Elapsed()+searchLook))
		// What is measured and has waited beyond every limit has missed it, whatever follows: too many of a step's operations have.
		if _, oldest := e.StageLeft(); s.limit > 0 && oldest > lost && e.Elapsed()-oldest >= from && e.Elapsed() < to {
			return true
		}
	}
	return false
}

// drain lets what is due be started as long as that can still keep a limit, lets nothing more, and waits until nothing is in flight.
func (s *searcher) drain(ctx context.Context, early bool) (took time.Duration) {
	e := s.run.engine
	started := e.Elapsed()
	patience := min(max(s.limit, shortestDrain), longestDrain, max(seconds(s.run.declaration.GracefulStopSeconds), 0))
	if !early {
		for !s.interrupted(ctx) && e.Elapsed()-started < patience {
			if left, _ := e.StageLeft(); left == 0 {
				break
			}
			sleep(ctx, searchLook)
		}
	}
	by := e.Elapsed()
	e.CloseStage()
	for e.StageBusy() {
		time.Sleep(time.Millisecond)
	}
	e.EndStage(by)
	return e.Elapsed() - started
}

// begin, enter and finish tell the collector what the next rolls belong to. What was recorded until then is rolled before.
func (s *searcher) begin(load float64) {
	s.run.collector.rollNow()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.trial, s.number, s.load, s.phase = report.NewTrial(s.names, s.slos), len(s.steps)+1, load, record.Warmup
}

func (s *searcher) enter(phase record.Phase) {
	s.run.collector.rollNow()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.phase = phase
}

func (s *searcher) finish() *report.Trial {
	s.run.collector.rollNow()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	trial := s.trial
	s.trial, s.number, s.load, s.phase = nil, 0, 0, record.Warmup
	return trial
}

// current is the step that goes on, for a window; number 0: none.
func (s *searcher) current() (number int, load float64, phase record.Phase) {
	if s == nil {
		return 0, 0, record.Measure
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.number, s.load, s.phase
}

// workers that the step which goes on wants.
func (s *searcher) workers() int {
	number, load, _ := s.current()
	switch {
	case number == 0:
		return 0
	case s.declared.open():
		return s.run.config.Workers
	default:
		return int(load)
	}
}

// add takes a roll to the step that goes on.
func (s *searcher) add(rolled *record.Rolled, harnessCPU, serverCPU *float64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.trial == nil {
		return
	}
	s.trial.Add(rolled)
	if s.phase == record.Measure {
		s.trial.AddMeasured(rolled, harnessCPU, serverCPU)
	}
}

func (s *searcher) ceilingText() string {
	return fmt.Sprintf("it cannot send more here: alone, on a target that answers at once, it does %s operations/s at most, and %s %% of that is what it can be asked for",
		record.Figure(s.run.rehearsed.operationsPerSecond), record.Figure(ceilingShare*100))
}

// stepText is a step in a line.
func stepText(of string, step *record.Step) string {
	unit := "operations/s"
	if of == record.SearchWorkers {
		unit = "workers"
	}
	text := fmt.Sprintf("step %d: %s %s %s", step.Search.Number, record.Figure(step.Search.Load), unit, step.Search.Outcome)
	if len(step.Reasons) > 0 {
		text += ": " + step.Reasons[0]
	}
	return text
}

// report is what the search came to.
func (s *searcher) report() *record.SearchReport {
	result := s.search.Result()
	known := func(load float64) *float64 {
		if load == 0 {
			return nil
		}
		return &load
	}
	report := &record.SearchReport{
		Kind: record.ReportFindmax, Of: s.declared.Of, Conclusion: string(result.Conclusion),
		Highest: known(result.Highest), Lowest: known(result.Lowest), Fixed: known(s.declared.Fixed), Reason: s.reason,
	}
	if s.declared.Fixed == 0 {
		report.Precision = known(s.declared.Precision)
	}
	if result.Conclusion == findmax.Ceiling && s.capped {
		report.Conclusion, report.Reason = string(findmax.HarnessLimit), "harness: "+s.ceilingText()
	}
	if result.Conclusion == findmax.Unfinished && report.Reason == "" {
		report.Reason = "it was interrupted"
	}
	var reached []float64
	for i := range s.steps {
		step := &s.steps[i]
		switch {
		case step.Search.Load == result.Highest && step.Search.Outcome == record.StepHeld && step.Reached != nil:
			reached = append(reached, *step.Reached)
		case step.Search.Load == result.Lowest && step.Search.Broke != nil:
			report.Broke = step.Search.Broke
		}
	}
	if len(reached) > 0 {
		sum := 0.0
		for _, one := range reached {
			sum += one
		}
		sum /= float64(len(reached))
		report.Reached = &sum
	}
	return report
}

// highestReached is the highest of the steps' operations per second.
func (s *searcher) highestReached() (highest float64) {
	for i := range s.steps {
		if reached := s.steps[i].Reached; reached != nil {
			highest = max(highest, *reached)
		}
	}
	return highest
}

// verdicts are those of the last step that decided: at the highest load that held or, where none did, at the one that did not.
func (s *searcher) verdicts() []record.Verdict {
	result := s.search.Result()
	decided, outcome := result.Highest, record.StepHeld
	if decided == 0 {
		decided, outcome = result.Lowest, record.StepMissed
	}
	for _, step := range slices.Backward(s.steps) {
		if step.Search.Load == decided && step.Search.Outcome == outcome {
			return step.SLO
		}
	}
	return []record.Verdict{}
}
