// Package engine is the loop that runs a workload: workers claim operations, make their
// parameters, hand them to a driver's session, and record what came of it. It knows nothing of k6,
// which lends it a goroutine per worker, a slice of time after another.
package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// Operation is what the loop needs to know of one operation.
type Operation struct {
	Name       string
	Generators []generator.Generator
	// Inserts: each success adds a row above the data set, which `latest` distributions count.
	Inserts bool
	Retry   Retry
}

// Retry limits how often an operation with a retryable error is tried, and how long it waits before: Backoff before the
// second attempt, doubled for each one after, up to MaximumBackoff, times a random factor between one half and one.
type Retry struct {
	Attempts                int
	Backoff, MaximumBackoff time.Duration
}

// PhaseSpan is a phase from its start (since the run's) to the next phase's.
type PhaseSpan struct {
	Phase    record.Phase
	Start    time.Duration
	Duration time.Duration
}

// Config is a run, ready to go.
type Config struct {
	Target     driver.Target
	Program    driver.Program
	Operations []Operation
	Mix        *generator.Mix
	// Past is nil where no parameter depends on it.
	Past   *generator.Past
	Seed   uint64
	Phases []PhaseSpan
	// Schedule of an open loop; nil in a closed one.
	Schedule *pacing.Schedule
	Stripe   pacing.Stripe
	// Duration of a closed loop; zero with a Count.
	Duration time.Duration
	// Count ends a closed loop after exactly so many operations (of all instances); zero: none.
	Count int64
	// GracefulStop is how long due work may drain after the schedule's end.
	GracefulStop time.Duration
	Workers      int
	Depth        int
	// PoolSize is the number of sessions that workers share; zero: each has its own.
	PoolSize int
	Shards   int
	// Executors: the script's own executors say when operations run, and until when.
	Executors bool
	// Loops on which workers run, where the sessions can be multiplexed; zero: each runs on the goroutine it is lent. For a closed loop
	// with a session for each worker, and slices that are long compared to an operation.
	Loops int
	// Staged: the load is decided while the run goes on, by BeginStage, in place of Schedule, Duration and Count; Open: its stages have rates.
	Staged, Open bool
}

// Engine is a run in progress. Open sessions first, then Begin, then let each worker run its slices.
type Engine struct {
	config  Config
	names   []string
	begin   sync.Once
	began   atomic.Bool
	start   time.Time
	end     time.Duration // of the schedule; 0: by count alone
	pacer   *pacing.Pacer
	indexes *pacing.Indexes
	// stages is nil where the load is known beforehand.
	stages   *stages
	recorder *record.Recorder
	examples *record.ErrorExamples
	sessions *sessions
	loops    *multiplex.Loops
	cancel   context.CancelFunc

	digest   atomic.Uint64
	executed atomic.Int64
	retries  atomic.Int64
	// lastEnded is when the last operation so far ended, since the start.
	lastEnded atomic.Int64
	// interruptedAt is the time of an end before the schedule's; 0: none.
	interruptedAt atomic.Int64
}

// New makes an engine of a configuration that was checked.
func New(config Config) *Engine {
	e := &Engine{config: config}
	for i := range config.Operations {
		e.names = append(e.names, config.Operations[i].Name)
	}
	e.examples = record.NewErrorExamples(e.names)
	e.sessions = newSessions(&e.config)
	if config.Staged {
		e.stages = newStages()
	} else if config.Schedule != nil {
		e.end = config.Schedule.Duration()
	} else {
		e.end = config.Duration
	}
	return e
}

// OpenSessions connects every session that the run needs, a few at a time, and starts its loops, before anything is measured.
func (e *Engine) OpenSessions(ctx context.Context) error {
	if err := e.sessions.openAll(ctx); err != nil {
		return err
	}
	e.openLoops()
	return nil
}

// Begin sets the run's start to now, at its first call.
func (e *Engine) Begin() {
	e.begin.Do(func() {
		e.start = time.Now()
		e.recorder = record.NewRecorder(e.names, e.config.Shards, e.start)
		ctx, cancel := context.WithCancel(context.Background())
		e.cancel = cancel
		if e.config.Schedule != nil {
			e.pacer = pacing.NewPacer(e.config.Schedule, e.config.Stripe, e.config.Workers, e.Elapsed)
			go e.pacer.Dispatch(ctx)
		} else {
			e.indexes = pacing.NewIndexes(e.config.Stripe, e.config.Count, e.config.Workers)
		}
		e.began.Store(true)
	})
}

// Began says whether the run has started.
func (e *Engine) Began() bool { return e.began.Load() }

// Start is the instant at which the run began.
func (e *Engine) Start() time.Time { return e.start }

// Elapsed is the time since the run began.
func (e *Engine) Elapsed() time.Duration { return time.Since(e.start) }

// Recorder holds what was measured; nil before Begin.
func (e *Engine) Recorder() *record.Recorder { return e.recorder }

// ErrorExamples holds what was said when operations failed.
func (e *Engine) ErrorExamples() *record.ErrorExamples { return e.examples }

// Backlog is the number of operations that are due and not claimed; always 0 in a closed loop.
func (e *Engine) Backlog() int64 {
	if e.stages != nil {
		backlog, _ := e.StageLeft()
		return backlog
	}
	if e.pacer == nil {
		return 0
	}
	return e.pacer.Backlog()
}

// Finished says whether nothing is left to start.
func (e *Engine) Finished() bool {
	if !e.began.Load() {
		return false
	}
	if e.stages != nil {
		return e.stages.over.Load()
	}
	if e.pacer != nil {
		return e.pacer.Exhausted() || e.Elapsed() >= e.end+e.config.GracefulStop
	}
	if e.indexes.Exhausted() {
		return true
	}
	return e.end > 0 && e.Elapsed() >= e.end
}

// over says whether even work that was due may not go on any more.
func (e *Engine) over() bool { return e.end > 0 && e.Elapsed() >= e.end+e.config.GracefulStop }

// goneAfter is how long a target may be away after the schedule's end before the work that is left is given up.
const goneAfter = 5 * time.Second

// giveUpDraining ends the draining of a run whose target is gone: for goneAfter, since the schedule was over, there has been no session and
// nobody could connect, as the caller has just found once more. What is left is undone, as it would be at the end of the graceful stop.
func (e *Engine) giveUpDraining() {
	if e.Draining() && min(e.sessions.noneFor(), e.Elapsed()-e.end) >= goneAfter {
		e.pacer.Close()
	}
}

// Draining says whether the schedule of an open loop is over: what is left is work that was due.
func (e *Engine) Draining() bool { return e.pacer != nil && e.Elapsed() >= e.end }

// openLoop says whether operations are due on a schedule.
func (e *Engine) openLoop() bool { return e.config.Schedule != nil || e.config.Staged && e.config.Open }

// PhaseAt is the phase at a time since the start; after the last phase's end it stays the last. In a staged run it is asked only of times within
// the current stage.
func (e *Engine) PhaseAt(at time.Duration) record.Phase {
	if e.stages != nil {
		return e.stages.current.Load().phaseAt(at)
	}
	for i := len(e.config.Phases) - 1; i > 0; i-- {
		if at >= e.config.Phases[i].Start {
			return e.config.Phases[i].Phase
		}
	}
	return e.config.Phases[0].Phase
}

// noticeInterrupt remembers when the run was first told to end while there was still something to start.
func (e *Engine) noticeInterrupt() {
	if e.began.Load() && !e.Finished() && !e.config.Executors {
		e.interruptedAt.CompareAndSwap(0, int64(e.Elapsed()))
	}
}

// noticeEnd remembers the end of the last operation.
func (e *Engine) noticeEnd(at time.Duration) {
	for {
		last := e.lastEnded.Load()
		if int64(at) <= last || e.lastEnded.CompareAndSwap(last, int64(at)) {
			return
		}
	}
}

// Outcome is what a run leaves besides its recorder.
type Outcome struct {
	// Digest is the sum over (index, operation, parameters) of every operation that was started.
	Digest uint64
	// Executed is the number of those.
	Executed int64
	// Complete: exactly the first Executed indexes ran, so that the digest can be compared.
	Complete bool
	// Interrupted: the run was ended before its schedule was.
	Interrupted bool
	// LastEnded is when the last operation ended, since the start.
	LastEnded  time.Duration
	Retries    int64
	Reconnects int64
	PoolWait   PoolWait
	// LastIndex is beyond every index that ran.
	LastIndex int64
}

// Stop ends the run: closes sessions, and records as undone what was due and never started. It is called once, after the last slice.
func (e *Engine) Stop(ctx context.Context) Outcome {
	outcome := Outcome{}
	if e.began.Load() {
		now := e.Elapsed()
		e.noticeInterrupt()
		outcome.Interrupted = e.interruptedAt.Load() > 0
		switch {
		case e.stages != nil:
			outcome.LastIndex = max(e.stages.next, 1)
			if !e.config.Open {
				outcome.LastIndex = e.indexes.End() + 1
			}
		case e.pacer != nil:
			undone := e.recordUndone(now)
			e.pacer.Close()
			outcome.Complete = undone == 0 && e.pacer.Claimed() == e.config.Stripe.Count(e.config.Schedule.Total())
			outcome.LastIndex = e.config.Stripe.Index(e.pacer.Claimed()) + 1
		default:
			outcome.Complete = e.config.Count > 0 && e.indexes.Exhausted()
			outcome.LastIndex = e.config.Stripe.Index(e.indexes.End()) + 1
		}
		e.cancel()
	}
	outcome.Digest, outcome.Executed = e.digest.Load(), e.executed.Load()
	outcome.Retries, outcome.LastEnded = e.retries.Load(), time.Duration(e.lastEnded.Load())
	e.closeLoops()
	e.sessions.closeAll(ctx)
	outcome.Reconnects, outcome.PoolWait = e.sessions.reconnects.Load(), e.sessions.wait.read()
	return outcome
}

// recordUndone enters each operation that was due and that nobody started into the response times, with the
// time it had waited until now: at least that long its user would have waited.
func (e *Engine) recordUndone(now time.Duration) int64 {
	var undone int64
	by := min(now, e.end)
	if at := e.interruptedAt.Load(); at > 0 {
		by = min(by, time.Duration(at))
	}
	e.pacer.Unclaimed(by, func(index int64, due time.Duration) {
		undone++
		e.recorder.Undone(e.config.Mix.Pick(uint64(index)), e.PhaseAt(due), now-due)
	})
	return undone
}
