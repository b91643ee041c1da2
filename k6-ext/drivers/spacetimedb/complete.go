package spacetimedb

import (
	"fmt"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// complete ends an operation. Where calls that were sent together did not all succeed, it says how many did.
func (s *session) complete(f *flight, dst []driver.Completion) []driver.Completion {
	f.completion.Err = f.partly(f.completion.Err)
	dst = append(dst, f.completion)
	if s.alone == f {
		s.alone = nil
	}
	s.inFlight--
	s.free(f)
	return dst
}

// partly tells of an error of calls that were sent together how many of them were committed all the same.
func (f *flight) partly(err *driver.Error) *driver.Error {
	if err == nil || !f.operation.together {
		return err
	}
	told := *err
	told.Message = fmt.Sprintf("operation %q: %d of its %d calls were committed, and then: %s", f.operation.name, f.committed, len(f.operation.steps), err.Message)
	return &told
}

// abandon gives the session up: replies that are still to come could not be told from later ones. Everything in flight is delivered with the cause.
func (s *session) abandon(cause *driver.Error, dst []driver.Completion) []driver.Completion {
	s.lose(cause)
	unknown := *cause
	unknown.OutcomeUnknown = true
	for ; s.count > 0; s.count-- {
		p := s.at(0)
		if f := p.flight; f != nil {
			s.countLost(p.step)
			f.completion.Err = cause
			if f.start < s.sent {
				f.completion.Err = &unknown
			}
			if f.unanswered--; f.unanswered == 0 {
				if !f.operation.together {
					f.completion.RowsRead, f.completion.RowsWritten = 0, 0
				}
				dst = s.complete(f, dst)
			}
		}
		*p = pending{}
		s.first = (s.first + 1) & (len(s.waiting) - 1)
	}
	if f := s.alone; f != nil { // it was thinking, or reconnecting
		f.completion.Err = cause
		if f.start < s.sent && f.step > 0 {
			f.completion.Err = &unknown
		}
		dst = s.complete(f, dst)
	}
	return dst
}

// countLost counts a request that will not be answered.
func (s *session) countLost(step *step) {
	switch step.verb {
	case verbCall:
		s.meter.calls.Add(1)
		s.meter.callErrors.Add(1)
	case verbSubscribe:
		s.meter.subscriptionErrors.Add(1)
	}
}

// lose marks the session as lost, and disconnects.
func (s *session) lose(cause *driver.Error) {
	later := *cause
	later.Kind, later.Message = driver.KindConnection, "the session was given up: "+cause.Message
	later.SessionLost = true
	s.lost = &later
	if !s.closed.Load() && cause.Kind != driver.KindCanceled {
		s.target.missing.Add(1)
		if !s.dropped {
			s.meter.drops.Add(1)
		}
	}
	s.out = nil
	s.exchanging.Lock()
	s.disconnect()
	s.exchanging.Unlock()
}
