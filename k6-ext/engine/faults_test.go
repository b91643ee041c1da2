package engine

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// faulty is a driver whose sessions answer as the test says: nil is a success. It counts what it is asked.
type faulty struct {
	answer   func(request int64) *driver.Error
	refuse   func(opened int64) error
	requests atomic.Int64
	opened   atomic.Int64
	closed   atomic.Int64
}

func (*faulty) System() string                              { return "faulty" }
func (*faulty) Schemes() []string                           { return []string{"faulty"} }
func (*faulty) Library() driver.Library                     { return driver.Library{} }
func (f *faulty) Open(driver.Config) (driver.Target, error) { return f, nil }
func (*faulty) URL() string                                 { return "faulty://" }
func (*faulty) Close() error                                { return nil }
func (*faulty) Describe(context.Context) (driver.Server, error) {
	return driver.Server{}, nil
}
func (*faulty) Compile([]driver.Operation) (driver.Program, error) { return anyDepth{}, nil }

type anyDepth struct{}

func (anyDepth) MaximumDepth() int { return 100 }

func (f *faulty) OpenSession(context.Context, driver.Program) (driver.Session, error) {
	n := f.opened.Add(1)
	if f.refuse != nil {
		if err := f.refuse(n); err != nil {
			return nil, err
		}
	}
	return &faultySession{driver: f}, nil
}

type faultySession struct {
	driver *faulty
	tags   []uint64
	lost   *driver.Error
}

func (s *faultySession) Submit(_ context.Context, request *driver.Request) *driver.Error {
	if s.lost != nil {
		return s.lost
	}
	s.tags = append(s.tags, request.Tag)
	return nil
}

func (s *faultySession) Deliver(_ context.Context, dst []driver.Completion) []driver.Completion {
	if len(s.tags) == 0 {
		return dst
	}
	if s.lost == nil {
		if failure := s.driver.answer(s.driver.requests.Add(1)); failure != nil && failure.SessionLost {
			s.lost = failure
		} else {
			dst = append(dst, driver.Completion{Tag: s.tags[0], Err: failure})
			s.tags = s.tags[1:]
			return dst
		}
	}
	// One at a time: a session may take several calls to deliver what it owes.
	dst = append(dst, driver.Completion{Tag: s.tags[0], Err: s.lost})
	s.tags = s.tags[1:]
	return dst
}

func (*faultySession) Query(context.Context, driver.Statement) (*driver.ResultSet, error) {
	return nil, errors.New("not here")
}

func (s *faultySession) Close(context.Context) error {
	s.driver.closed.Add(1)
	return nil
}

func TestALostSessionEndsWhatWasInFlightAndIsReplaced(t *testing.T) {
	for _, depth := range []int{1, 8} {
		f := &faulty{answer: func(request int64) *driver.Error {
			if request == 50 {
				return &driver.Error{Kind: driver.KindConnection, SessionLost: true, OutcomeUnknown: true, Message: "cut"}
			}
			return nil
		}}
		e := prepareWith(t, f, "faulty://", func(c *Config) { c.Workers, c.Depth, c.Count = 1, depth, 1000 })
		runAll(context.Background(), e, 0)
		outcome, total := finish(e)
		if total.Operations != 1000 || outcome.Reconnects != 1 {
			t.Errorf("depth %d: %d operations, %d reconnects", depth, total.Operations, outcome.Reconnects)
		}
		failed := total.Errors.Map()[string(driver.KindConnection)]
		if failed == 0 || failed > uint64(depth) || total.Unknown != failed {
			t.Errorf("depth %d: %d connection errors, %d unknown", depth, failed, total.Unknown)
		}
		if f.opened.Load() != f.closed.Load() {
			t.Errorf("depth %d: %d sessions opened, %d closed", depth, f.opened.Load(), f.closed.Load())
		}
	}
}

func TestAServerThatStaysAwayFailsOperationsWithoutSpinning(t *testing.T) {
	gone := &driver.Error{Kind: driver.KindUnreachable, Message: "nobody listens"}
	f := &faulty{
		answer: func(request int64) *driver.Error {
			if request > 10 {
				return &driver.Error{Kind: driver.KindConnection, SessionLost: true, Message: "cut"}
			}
			return nil
		},
		refuse: func(opened int64) error {
			if opened > 2 {
				return gone
			}
			return nil
		},
	}
	e := prepareWith(t, f, "faulty://", func(c *Config) { c.Workers, c.Duration = 2, 500*time.Millisecond })
	runAll(context.Background(), e, 0)
	_, total := finish(e)
	errorsByKind := total.Errors.Map()
	if errorsByKind[string(driver.KindConnection)] != 2 || errorsByKind[string(driver.KindUnreachable)] == 0 {
		t.Errorf("errors are %v; each of two workers loses its session once and cannot reconnect", errorsByKind)
	}
	if f.opened.Load() > 30 {
		t.Errorf("%d connects in half a second: that is a storm", f.opened.Load())
	}
}

func TestARunWhoseTargetIsGoneForGoodDoesNotDrainToTheEndOfItsGracefulStop(t *testing.T) {
	const graceful = time.Minute
	for _, comesBack := range []bool{false, true} {
		f := &faulty{answer: func(request int64) *driver.Error {
			if request == 10 || request == 11 {
				return &driver.Error{Kind: driver.KindConnection, SessionLost: true, OutcomeUnknown: true, Message: "cut"}
			}
			return nil
		}}
		var e *Engine
		f.refuse = func(opened int64) error {
			if opened > 2 && !(comesBack && e.Elapsed() > e.end+time.Second) {
				return &driver.Error{Kind: driver.KindUnreachable, SessionLost: true, Message: "nobody listens"}
			}
			return nil
		}
		schedule, err := pacing.NewSchedule([]pacing.Segment{{Duration: 500 * time.Millisecond, From: 1000, To: 1000}})
		if err != nil {
			t.Fatal(err)
		}
		e = prepareWith(t, f, "faulty://", func(c *Config) { c.Workers, c.Schedule, c.GracefulStop = 2, schedule, graceful })
		runAll(context.Background(), e, 0)
		ended := e.Elapsed()
		outcome, total := finish(e)
		if ended >= graceful {
			t.Errorf("comes back %v: the run ended after %v", comesBack, ended)
		}
		if total.Operations+total.Undone != 500 || (total.Undone == 0) != comesBack || outcome.Complete != comesBack || outcome.Interrupted {
			t.Errorf("comes back %v: %d operations, %d undone, %+v", comesBack, total.Operations, total.Undone, outcome)
		}
		if total.Unknown != 2 {
			t.Errorf("comes back %v: %d of unknown outcome, want the 2 that were in flight", comesBack, total.Unknown)
		}
	}
}

func TestOperationsAreNotTriedAgainBeyondTheGracefulStop(t *testing.T) {
	f := &faulty{answer: func(int64) *driver.Error {
		return &driver.Error{Kind: driver.KindDeadlock, Retryable: true, Message: "deadlock"}
	}}
	e := prepareWith(t, f, "faulty://", func(c *Config) {
		c.Workers, c.Duration, c.GracefulStop = 2, 100*time.Millisecond, 100*time.Millisecond
		for i := range c.Operations {
			c.Operations[i].Retry = Retry{Attempts: 1 << 30, Backoff: time.Millisecond, MaximumBackoff: time.Millisecond}
		}
	})
	runAll(context.Background(), e, 0)
	outcome, total := finish(e)
	if total.Operations != 2 || total.Failed != 2 || total.Attempts != 2+uint64(outcome.Retries) || outcome.Retries == 0 {
		t.Errorf("%d operations, %d failed, %d attempts, %d retries; want one operation for each worker, given up in the end",
			total.Operations, total.Failed, total.Attempts, outcome.Retries)
	}
}

func TestTheWaitBeforeAnotherAttemptDoublesUpToItsMaximum(t *testing.T) {
	f := &faulty{answer: func(int64) *driver.Error {
		return &driver.Error{Kind: driver.KindDeadlock, Retryable: true, Message: "deadlock"}
	}}
	e := prepareWith(t, f, "faulty://", func(c *Config) {
		c.Workers, c.Count = 1, 1
		for i := range c.Operations {
			c.Operations[i].Retry = Retry{Attempts: 5, Backoff: 20 * time.Millisecond, MaximumBackoff: 60 * time.Millisecond}
		}
	})
	runAll(context.Background(), e, 0)
	_, total := finish(e)
	// 20, 40, 60 and 60 ms, each at least half of it: jitter shortens them, never below.
	if least := 90 * time.Millisecond; total.Service.Max() < int64(least) || total.Attempts != 5 {
		t.Errorf("%d attempts in %v; the waits between five are at least %v", total.Attempts, time.Duration(total.Service.Max()), least)
	}
}

func TestAnOperationForWhichNoConnectionCouldBeMadeIsNotOfUnknownOutcome(t *testing.T) {
	f := &faulty{
		answer: func(request int64) *driver.Error {
			if request == 10 {
				return &driver.Error{Kind: driver.KindConnection, SessionLost: true, OutcomeUnknown: true, Message: "cut"}
			}
			return nil
		},
		refuse: func(opened int64) error {
			if opened == 2 { // let in, and thrown out while it prepares its statements
				return &driver.Error{Kind: driver.KindConnection, SessionLost: true, OutcomeUnknown: true, Message: "terminated"}
			}
			return nil
		},
	}
	e := prepareWith(t, f, "faulty://", func(c *Config) { c.Workers, c.Count = 1, 20 })
	runAll(context.Background(), e, 0)
	_, total := finish(e)
	if total.Failed != 2 || total.Unknown != 1 {
		t.Errorf("%d failed, %d of unknown outcome; only the one that was in flight was sent", total.Failed, total.Unknown)
	}
}

func TestARetryableErrorIsTriedAgainUpToItsLimitAndCountedApart(t *testing.T) {
	retryable := &driver.Error{Kind: driver.KindSerialization, Retryable: true, Message: "try again"}
	f := &faulty{answer: func(request int64) *driver.Error {
		if request%2 == 1 {
			return retryable
		}
		return nil
	}}
	retry := func(attempts int) func(*Config) {
		return func(c *Config) {
			c.Workers, c.Count = 1, 100
			for i := range c.Operations {
				c.Operations[i].Retry = Retry{Attempts: attempts, Backoff: 100 * time.Microsecond, MaximumBackoff: time.Millisecond}
			}
		}
	}
	e := prepareWith(t, f, "faulty://", retry(3))
	runAll(context.Background(), e, 0)
	outcome, total := finish(e)
	if total.Operations != 100 || total.Failed != 0 || total.Attempts != 200 || outcome.Retries != 100 {
		t.Errorf("%d operations, %d failed, %d attempts, %d retries", total.Operations, total.Failed, total.Attempts, outcome.Retries)
	}
	always := &faulty{answer: func(int64) *driver.Error { return retryable }}
	e = prepareWith(t, always, "faulty://", retry(3))
	runAll(context.Background(), e, 0)
	_, total = finish(e)
	if total.Failed != 100 || total.Attempts != 300 || total.Errors.Map()[string(driver.KindSerialization)] != 100 {
		t.Errorf("%d failed, %d attempts, errors %v", total.Failed, total.Attempts, total.Errors.Map())
	}
}

// persistent is a faulty target that says how often to try to connect anew.
type persistent struct {
	*faulty
	retries int
	delay   time.Duration
}

func (p *persistent) Open(driver.Config) (driver.Target, error)      { return p, nil }
func (p *persistent) Reconnects() (retries int, delay time.Duration) { return p.retries, p.delay }

func TestALostSessionIsOpenedAgainAsOftenAsItsTargetSays(t *testing.T) {
	const refusals = 3
	for _, test := range []struct {
		retries   int
		retryable bool
		failed    uint64 // the one that was in flight, and those for which there was no session
	}{{refusals, true, 1}, {refusals - 1, true, 2}, {0, true, 1 + refusals}, {100, false, 1 + refusals}} {
		f := &faulty{
			answer: func(request int64) *driver.Error {
				if request == 10 {
					return &driver.Error{Kind: driver.KindConnection, SessionLost: true, OutcomeUnknown: true, Message: "cut"}
				}
				return nil
			},
			refuse: func(opened int64) error {
				if opened > 1 && opened <= 1+refusals {
					return &driver.Error{Kind: driver.KindUnreachable, Retryable: test.retryable, Message: "nobody listens"}
				}
				return nil
			},
		}
		p := &persistent{f, test.retries, 30 * time.Millisecond}
		e := prepareWith(t, p, "faulty://", func(c *Config) { c.Workers, c.Count = 1, 100 })
		runAll(context.Background(), e, 0)
		outcome, total := finish(e)
		if total.Operations != 100 || total.Failed != test.failed || outcome.Reconnects != 1 || f.opened.Load() != 2+refusals {
			t.Errorf("%d retries, retryable %v: %d operations, %d failed, expected %d; %d reconnects, %d attempts in all", test.retries, test.retryable,
				total.Operations, total.Failed, test.failed, outcome.Reconnects, f.opened.Load())
		}
		if waited := time.Duration(total.Service.Max()); test.failed == 1 && waited < refusals*p.delay {
			t.Errorf("the operation took %v with %d waits of %v", waited, refusals, p.delay)
		}
	}
}

func TestSessionsAreOpenedBeforeTheRunOrNotAtAll(t *testing.T) {
	refused := &driver.Error{Kind: driver.KindTooManyConnections, Message: "full"}
	f := &faulty{refuse: func(opened int64) error {
		if opened == 5 {
			return refused
		}
		return nil
	}}
	config := Config{Target: f, Workers: 20, Depth: 1, Phases: []PhaseSpan{{Phase: record.Measure}}}
	err := New(config).OpenSessions(context.Background())
	if !errors.Is(err, refused) {
		t.Fatalf("got %v", err)
	}
	if open := f.opened.Load() - 1 - f.closed.Load(); open > int64(openingAtOnce) {
		t.Errorf("%d sessions stayed open", open)
	}
}
