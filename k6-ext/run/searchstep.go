package run

import (
	"context"
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/engine"
	"github.com/dbmark/dbmark/k6-ext/findmax"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/report"
)

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
	if s.ceiling > 0 && load > doubtfulShare/ceilingShare*s.ceiling {
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
