package spacetimedb

import (
	"context"
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// proceed does what an operation has to do at this end: to think, or to connect anew.
func (s *session) proceed(ctx context.Context, f *flight, dst []driver.Completion) []driver.Completion {
	if f.thinkUntil > 0 {
		if failure := s.think(ctx, f); failure != nil {
			return s.abandon(failure, dst)
		}
		f.thinkUntil = 0
		return s.nextStep(f, dst)
	}
	f.reconnects = false
	step := &f.operation.steps[f.step]
	if failure := s.reconnect(ctx, f, step); failure != nil {
		return s.abandon(failure, dst)
	}
	return s.advance(f, step, nil, dst)
}

// thinkStep is how long a connection that thinks is not looked at.
const thinkStep = 20 * time.Millisecond

// think waits until its time, and takes what the connection's subscriptions send meanwhile.
func (s *session) think(ctx context.Context, f *flight) *driver.Error {
	for {
		if failure := s.ended(ctx, f); failure != nil {
			return failure
		}
		if err := s.look(); err != nil {
			return s.cause(ctx, err, watchdog.None)
		}
		left := time.Duration(f.thinkUntil - now())
		if left <= 0 {
			return nil
		}
		s.pause(min(left, thinkStep))
	}
}

// ended says why an operation must not go on at this end.
func (s *session) ended(ctx context.Context, f *flight) *driver.Error {
	switch {
	case s.closed.Load():
		return s.cause(ctx, nil, watchdog.None)
	case ctx.Err() != nil:
		return s.cause(ctx, nil, watchdog.Canceled)
	case s.left(f) <= 0:
		return s.cause(ctx, nil, watchdog.Timeout)
	}
	return nil
}

// left is the time that an operation has.
func (s *session) left(f *flight) time.Duration {
	return time.Duration(f.deadline - watchdog.Deadline(0))
}

func (s *session) pause(wait time.Duration) {
	if s.task != nil {
		s.task.Sleep(wait)
		return
	}
	time.Sleep(wait)
}

// reconnect ends the connection, with a goodbye or without, and opens another one with the same identity.
func (s *session) reconnect(ctx context.Context, f *flight, step *step) *driver.Error {
	if step.goodbye {
		s.writeNow(appendFrame(nil, opClose, goodbye, randomKey()))
	} else {
		s.meter.drops.Add(1)
	}
	s.dropped, s.subscriptions = true, nil
	s.link.close()
	limited, cancel := context.WithTimeout(ctx, max(0, s.left(f)))
	defer cancel()
	s.exchanging.Lock()
	s.interrupt = cancel
	s.exchanging.Unlock()
	for attempt := 0; ; attempt++ {
		if failure := s.ended(ctx, f); failure != nil {
			return failure
		}
		s.meter.reconnects.Add(1)
		l, err := s.target.connect(limited, s.link.token)
		if err == nil {
			return s.adopt(ctx, l)
		}
		s.meter.connectionErrors.Add(1)
		failure := s.target.connectError(ctx, err)
		if attempt >= s.target.retries || !failure.Retryable {
			told := *failure
			told.SessionLost = true
			told.Message = fmt.Sprintf("%s: connecting anew failed %d times: %s", step.label, attempt+1, failure.Message)
			return &told
		}
		s.wait(ctx, f, s.target.retryDelay)
	}
}

// wait waits, and no longer than the operation may.
func (s *session) wait(ctx context.Context, f *flight, delay time.Duration) {
	for ; delay > 0 && s.ended(ctx, f) == nil; delay -= thinkStep {
		s.pause(min(delay, thinkStep))
	}
}

// adopt takes a new connection into the session.
func (s *session) adopt(ctx context.Context, l *link) *driver.Error {
	s.meter.connections.Add(1)
	s.meter.received.Add(1)
	s.exchanging.Lock()
	defer s.exchanging.Unlock()
	s.interrupt = nil
	if s.closed.Load() {
		l.close()
		return s.cause(ctx, nil, watchdog.None)
	}
	s.link, s.dropped, s.out = l, false, s.out[:0]
	return nil
}
