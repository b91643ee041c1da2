package engine

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
)

// onLoops is the faulty driver with sessions that wait for each reply as tasks, for as long as it says.
type onLoops struct {
	*faulty
	latency time.Duration
	// unable: the sessions say that they cannot be multiplexed.
	unable bool
	// asTasks counts the replies that were awaited as tasks.
	asTasks atomic.Int64
}

func (o *onLoops) OpenSession(ctx context.Context, program driver.Program) (driver.Session, error) {
	session, err := o.faulty.OpenSession(ctx, program)
	if err != nil {
		return nil, err
	}
	return &sessionOnLoops{faultySession: session.(*faultySession), driver: o}, nil
}

type sessionOnLoops struct {
	*faultySession
	driver *onLoops
	task   *multiplex.Task
}

func (s *sessionOnLoops) Multiplex(t *multiplex.Task) bool {
	if s.driver.unable {
		return false
	}
	s.task = t
	return true
}

func (s *sessionOnLoops) Deliver(ctx context.Context, dst []driver.Completion) []driver.Completion {
	if s.task == nil {
		time.Sleep(s.driver.latency)
	} else {
		s.driver.asTasks.Add(1)
		s.task.Sleep(s.driver.latency)
	}
	return s.faultySession.Deliver(ctx, dst)
}

func requireLoops(t *testing.T) {
	t.Helper()
	loop, err := multiplex.NewLoop()
	if err != nil {
		t.Skip(err) // another operating system: workers run on the goroutines they are lent
	}
	loop.Close()
}

func TestWorkersOnOneLoopDoNotWaitForEachOther(t *testing.T) {
	requireLoops(t)
	o := &onLoops{faulty: &faulty{answer: func(int64) *driver.Error { return nil }}, latency: 20 * time.Millisecond}
	e := prepareWith(t, o, "faulty://", func(c *Config) { c.Target, c.Workers, c.Count, c.Loops = o, 50, 500, 1 })
	started := time.Now()
	runAll(context.Background(), e, 0)
	took := time.Since(started)
	outcome, total := finish(e)
	if total.Operations != 500 || !outcome.Complete {
		t.Errorf("%d operations, %+v", total.Operations, outcome)
	}
	// One after another they would take ten seconds; side by side, 0.2.
	if took > 5*time.Second {
		t.Errorf("500 operations of 20 ms by 50 workers took %v", took)
	}
	if asTasks := o.asTasks.Load(); asTasks < 400 {
		t.Errorf("%d of 500 replies were awaited on the loop", asTasks)
	}
}

func TestOnALoopTooALostSessionEndsWhatWasInFlightAndIsReplaced(t *testing.T) {
	requireLoops(t)
	for _, depth := range []int{1, 8} {
		f := &faulty{answer: func(request int64) *driver.Error {
			if request%100 == 50 {
				return &driver.Error{Kind: driver.KindConnection, SessionLost: true, OutcomeUnknown: true, Message: "cut"}
			}
			return nil
		}}
		o := &onLoops{faulty: f}
		e := prepareWith(t, o, "faulty://", func(c *Config) { c.Target, c.Workers, c.Depth, c.Count, c.Loops = o, 5, depth, 1000, 2 })
		runAll(context.Background(), e, 0)
		outcome, total := finish(e)
		if total.Operations != 1000 || outcome.Reconnects == 0 || !outcome.Complete {
			t.Errorf("depth %d: %d operations, %+v", depth, total.Operations, outcome)
		}
		failed := total.Errors.Map()[string(driver.KindConnection)]
		if failed < uint64(outcome.Reconnects) || failed > uint64(10*depth) || total.Unknown != failed {
			t.Errorf("depth %d: %d connection errors, %d unknown, %d reconnects", depth, failed, total.Unknown, outcome.Reconnects)
		}
		if f.opened.Load() != f.closed.Load() {
			t.Errorf("depth %d: %d sessions opened, %d closed", depth, f.opened.Load(), f.closed.Load())
		}
	}
}

func TestOnALoopTooRetriesAreCountedAndWhatLostItsSessionIsTriedAgainOnANewOne(t *testing.T) {
	requireLoops(t)
	f := &faulty{answer: func(request int64) *driver.Error {
		switch request % 4 {
		case 1:
			return &driver.Error{Kind: driver.KindSerialization, Retryable: true, Message: "try again"}
		case 3:
			return &driver.Error{Kind: driver.KindConnection, Retryable: true, SessionLost: true, Message: "cut"}
		}
		return nil
	}}
	o := &onLoops{faulty: f}
	e := prepareWith(t, o, "faulty://", func(c *Config) {
		c.Target, c.Workers, c.Count, c.Loops = o, 1, 100, 1
		for i := range c.Operations {
			c.Operations[i].Retry = Retry{Attempts: 3, Backoff: 100 * time.Microsecond, MaximumBackoff: time.Millisecond}
		}
	})
	runAll(context.Background(), e, 0)
	outcome, total := finish(e)
	if total.Operations != 100 || total.Failed != 0 || total.Attempts != 200 || outcome.Retries != 100 || outcome.Reconnects != 50 {
		t.Errorf("%d operations, %d failed, %d attempts, %d retries, %d reconnects; want 100, 0, 200, 100, 50",
			total.Operations, total.Failed, total.Attempts, outcome.Retries, outcome.Reconnects)
	}
}

func TestSessionsThatCannotBeMultiplexedRunAsBefore(t *testing.T) {
	requireLoops(t)
	o := &onLoops{faulty: &faulty{answer: func(int64) *driver.Error { return nil }}, unable: true}
	e := prepareWith(t, o, "faulty://", func(c *Config) { c.Target, c.Workers, c.Count, c.Loops = o, 4, 1000, 2 })
	runAll(context.Background(), e, 0)
	if outcome, total := finish(e); total.Operations != 1000 || !outcome.Complete {
		t.Errorf("%d operations, %+v", total.Operations, outcome)
	}
}

func TestAnEndedContextEndsWorkersOnLoops(t *testing.T) {
	requireLoops(t)
	o := &onLoops{faulty: &faulty{answer: func(int64) *driver.Error { return nil }}, latency: time.Millisecond}
	e := prepareWith(t, o, "faulty://", func(c *Config) { c.Target, c.Workers, c.Duration, c.Loops = o, 10, time.Hour, 2 })
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	runAll(ctx, e, 0)
	if outcome, total := finish(e); !outcome.Interrupted || total.Operations == 0 {
		t.Errorf("%d operations, %+v", total.Operations, outcome)
	}
}

func TestWhatWaitsToBeTriedAgainDoesNotHoldUpTheRepliesOfOthers(t *testing.T) {
	// Every tenth request is to be tried again after a second; the others are answered at once.
	f := &faulty{answer: func(request int64) *driver.Error {
		if request%10 == 0 {
			return &driver.Error{Kind: driver.KindSerialization, Retryable: true, Message: "try again"}
		}
		return nil
	}}
	e := prepareWith(t, f, "faulty://", func(c *Config) {
		c.Workers, c.Depth, c.Count = 1, 64, 200
		for i := range c.Operations {
			c.Operations[i].Retry = Retry{Attempts: 10, Backoff: time.Second, MaximumBackoff: time.Second}
		}
	})
	runAll(context.Background(), e, 0)
	outcome, total := finish(e)
	if total.Operations != 200 || total.Failed != 0 || outcome.Retries == 0 {
		t.Fatalf("%d operations, %d failed, %d retries", total.Operations, total.Failed, outcome.Retries)
	}
	if median := time.Duration(total.Service.Percentile(50)); median > 250*time.Millisecond {
		t.Errorf("the median service time is %v, though the target answers at once", median)
	}
}
