package engine

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// Stage is a stretch of constant load in a run that decides its load while it goes on: one stage after another, each begun when nothing of the
// one before is in flight any more.
type Stage struct {
	// Rate is operations per second of an open loop; 0: a closed loop.
	Rate float64
	// Workers that take part, the first ones.
	Workers int
	// Warmup comes first, and is of that phase; what is due, or sent, in Measure is of the measured one.
	Warmup, Measure time.Duration
}

// stage is one that was begun. Its instants are since the run's start.
type stage struct {
	Stage
	start, measured, end time.Duration
	// pacer of an open loop; its clock and its indexes count from the stage's own start, the latter from first.
	pacer  *pacing.Pacer
	first  int64
	cancel context.CancelFunc
	closed atomic.Bool
	// inside is the number of workers that may have operations of the stage in flight.
	inside atomic.Int64
}

func (s *stage) phaseAt(at time.Duration) record.Phase {
	if at < s.measured {
		return record.Warmup
	}
	return record.Measure
}

// hasMore says whether a worker may find something to start.
func (s *stage) hasMore(now time.Duration) bool {
	switch {
	case s.closed.Load():
		return false
	case s.pacer != nil:
		return !s.pacer.Exhausted()
	default:
		return now < s.end
	}
}

// noStage is where a staged run is before, between and after its stages.
var noStage = func() *stage {
	s := &stage{measured: math.MaxInt64, cancel: func() {}}
	s.closed.Store(true)
	return s
}()

// stages are those of a run; the current one is never nil.
type stages struct {
	current atomic.Pointer[stage]
	// begun is closed and replaced when a stage begins, or when there will be no more.
	begun atomic.Pointer[chan struct{}]
	over  atomic.Bool
	next  int64 // the index of the next stage's first operation
}

func newStages() *stages {
	s := &stages{}
	s.current.Store(noStage)
	begun := make(chan struct{})
	s.begun.Store(&begun)
	return s
}

func (s *stages) tell() {
	begun := make(chan struct{})
	close(*s.begun.Swap(&begun))
}

// BeginStage begins a stage now, and gives the time since the run's start at which its measured part begins. Only one goroutine decides on stages, and
// only when the last one was ended.
func (e *Engine) BeginStage(declared Stage) (measured time.Duration, err error) {
	now := e.Elapsed()
	s := &stage{
		Stage: declared, start: now, measured: now + declared.Warmup, end: now + declared.Warmup + declared.Measure,
		first: e.stages.next, cancel: func() {},
	}
	if declared.Rate > 0 {
		schedule, err := pacing.NewSchedule([]pacing.Segment{{Duration: declared.Warmup + declared.Measure, From: declared.Rate, To: declared.Rate}})
		if err != nil {
			return 0, err
		}
		ctx, cancel := context.WithCancel(context.Background())
		s.cancel = cancel
		s.pacer = pacing.NewPacer(schedule, pacing.WholeStripe(), declared.Workers, func() time.Duration { return e.Elapsed() - s.start })
		go s.pacer.Dispatch(ctx)
	}
	e.stages.current.Store(s)
	e.stages.tell()
	return s.measured, nil
}

// Interrupt says that the run is ended before its search is over.
func (e *Engine) Interrupt() { e.noticeInterrupt() }

// Interrupted says whether the run was told to end while there was still something to start.
func (e *Engine) Interrupted() bool { return e.interruptedAt.Load() > 0 }

// CloseStage lets nothing more of the stage be started.
func (e *Engine) CloseStage() {
	s := e.stages.current.Load()
	if s.closed.Swap(true) {
		return
	}
	if s.pacer != nil {
		s.pacer.Close()
	}
}

// StageBusy says whether something of the stage may be in flight.
func (e *Engine) StageBusy() bool { return e.stages.current.Load().inside.Load() > 0 }

// StageLeft says, of an open loop, how many operations are due and not started, and for how long the first of them has been.
func (e *Engine) StageLeft() (backlog int64, oldest time.Duration) {
	s := e.stages.current.Load()
	if s.pacer == nil {
		return 0, 0
	}
	return s.pacer.Backlog(), s.pacer.Waiting()
}

// EndStage ends a stage that is closed and not busy: what was due by a time since the run's start and was never started is recorded as undone, with
// the time it had waited until then.
func (e *Engine) EndStage(by time.Duration) (undone int64) {
	s := e.stages.current.Load()
	s.cancel()
	if at := e.interruptedAt.Load(); at > 0 {
		by = min(by, time.Duration(at))
	}
	if s.pacer != nil {
		s.pacer.Unclaimed(min(by, s.end)-s.start, func(index int64, due time.Duration) {
			undone++
			due += s.start
			e.recorder.Undone(e.config.Mix.Pick(uint64(s.first+index)), s.phaseAt(due), by-due)
		})
		// What was never started has left no trace: the next stage's operations are those with its indexes.
		e.stages.next = s.first + s.pacer.Claimed()
	}
	e.stages.current.Store(noStage)
	return undone
}

// EndStages says that no stage will begin any more: the run is finished.
func (e *Engine) EndStages() {
	e.stages.over.Store(true)
	e.stages.tell()
}

// EnterStage waits for a stage that wants this worker. False: the run is over, or the context. A worker that entered leaves.
func (e *Engine) EnterStage(ctx context.Context, number int) bool {
	for {
		begun := *e.stages.begun.Load()
		s := e.stages.current.Load()
		if number < s.Workers && s.hasMore(e.Elapsed()) {
			s.inside.Add(1)
			// One that closed meanwhile may have been found to be idle.
			if !s.closed.Load() {
				return true
			}
			s.inside.Add(-1)
		}
		if e.stages.over.Load() {
			return false
		}
		select {
		case <-begun:
		case <-ctx.Done():
			e.noticeInterrupt()
			return false
		}
	}
}

// LeaveStage is the end of what EnterStage began: nothing of the worker's is in flight. The stage is still the same, because it is not ended while a worker is
// in it.
func (e *Engine) LeaveStage() { e.stages.current.Load().inside.Add(-1) }

// StageEnd is when the stage's schedule, or its time, ends, since the run's start.
func (e *Engine) StageEnd() time.Duration { return e.stages.current.Load().end }
