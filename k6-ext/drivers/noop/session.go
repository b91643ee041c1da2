package noop

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

type session struct {
	target  *target
	program *program

	// ready is what is complete, inFlight what is not, in no order.
	ready    []driver.Completion
	inFlight []flight
	// wake is told by the alarm that the time of the first in flight has come.
	wake chan struct{}

	closed    atomic.Bool
	closing   chan struct{}
	closeOnce sync.Once
	// written counts the rows written by operation. Only the session's goroutine writes it.
	written []atomic.Int64
}

// flight is a request that is done at an instant.
type flight struct {
	operation  int
	done       int64
	completion driver.Completion
}

// Errors are made once: a failing request allocates no more than any other.
var (
	errClosed     = &driver.Error{Kind: driver.KindConnection, Message: "the session is closed", SessionLost: true}
	errAborted    = &driver.Error{Kind: driver.KindCanceled, Message: "the session was closed while the request was in flight", SessionLost: true, OutcomeUnknown: true}
	errAskedFor   = &driver.Error{Kind: driver.KindStatement, Code: "NOOP", Message: "an error that the option errors asks for"}
	errTimeout    = &driver.Error{Kind: driver.KindTimeout, Message: "no reply within the timeout", OutcomeUnknown: true}
	errCanceled   = &driver.Error{Kind: driver.KindCanceled, Message: "canceled while the request was in flight", OutcomeUnknown: true, Err: context.Canceled}
	errPastEnd    = &driver.Error{Kind: driver.KindTimeout, Message: "the time given for it was over while the request was in flight", OutcomeUnknown: true, Err: context.DeadlineExceeded}
	errTooDeep    = driver.Usagef("more than %d requests in flight on one session", maximumDepth)
	errNoProgram  = driver.Usagef("the session was opened without a program; it answers queries only")
	errBadRequest = driver.Usagef("the request does not fit the program: its operation is unknown or it has too few parameters")
)

func validationMessage(operation string, step int, rows int64, expected *driver.RowRange) string {
	return fmt.Sprintf("operation %q, step %d: %d rows, expected %d to %d", operation, step+1, rows, expected.Minimum, expected.Maximum)
}

func (s *session) Submit(ctx context.Context, r *driver.Request) *driver.Error {
	if s.closed.Load() {
		return errClosed
	}
	if s.program == nil {
		return errNoProgram
	}
	if r.Operation < 0 || r.Operation >= len(s.program.operations) ||
		len(r.Parameters) < s.program.operations[r.Operation].parameters {
		return errBadRequest
	}
	if len(s.ready)+len(s.inFlight) >= maximumDepth {
		return errTooDeep
	}
	a := &s.program.operations[r.Operation]
	for _, i := range a.captured {
		r.Parameters[i].SetInt(0)
	}
	c := driver.Completion{Tag: r.Tag, BytesWritten: a.bytesText + payload(r.Parameters)}
	if a.err != nil {
		c.Err, c.RowsRead, c.RowsWritten, c.BytesRead = a.err, a.rowsRead, a.rowsWritten, a.bytesRead
	} else if s.target.fails() {
		c.Err = errAskedFor
	} else {
		c.RowsRead, c.RowsWritten, c.BytesRead = a.rowsRead, a.rowsWritten, a.bytesRead
	}
	if a.service == 0 && s.target.options.stallFor == 0 && s.target.options.capacity == 0 {
		s.complete(r.Operation, c)
		return nil
	}
	sent := now()
	done := s.target.completion(s.target.served(sent), a.service)
	if limit := sent + int64(s.target.timeout); done > limit {
		done = limit
		c = driver.Completion{Tag: r.Tag, BytesWritten: c.BytesWritten, Err: errTimeout}
	}
	s.inFlight = append(s.inFlight, flight{operation: r.Operation, done: done, completion: c})
	return nil
}

// payload is the size of parameters, each number counted as 8 bytes.
func payload(parameters []driver.Value) (size int64) {
	for i := range parameters {
		if parameters[i].Kind >= driver.Text {
			size += int64(len(parameters[i].Bytes))
		} else if parameters[i].Kind != driver.Null {
			size += 8
		}
	}
	return size
}

func (s *session) complete(operation int, c driver.Completion) {
	if c.RowsWritten > 0 && c.Err == nil {
		counter := &s.written[operation]
		counter.Store(counter.Load() + c.RowsWritten) // one writer: cheaper than Add
	}
	s.ready = append(s.ready, c)
}

func (s *session) Deliver(ctx context.Context, dst []driver.Completion) []driver.Completion {
	for {
		if len(s.inFlight) > 0 {
			s.land()
		}
		if len(s.ready) > 0 || len(s.inFlight) == 0 {
			dst = append(dst, s.ready...)
			s.ready = s.ready[:0]
			return dst
		}
		s.target.alarm.set(s, s.next())
		var err *driver.Error
		select {
		case <-s.wake:
			continue
		case <-ctx.Done():
			err = errCanceled
			if ctx.Err() == context.DeadlineExceeded {
				err = errPastEnd
			}
		case <-s.closing:
			err = errAborted
		}
		for _, f := range s.inFlight {
			dst = append(dst, driver.Completion{Tag: f.completion.Tag, BytesWritten: f.completion.BytesWritten, Err: err})
		}
		s.inFlight = s.inFlight[:0]
		return dst
	}
}

// land completes what is done by now.
func (s *session) land() {
	if s.closed.Load() {
		for _, f := range s.inFlight {
			s.ready = append(s.ready, driver.Completion{Tag: f.completion.Tag, Err: errAborted})
		}
		s.inFlight = s.inFlight[:0]
		return
	}
	instant := now()
	kept := s.inFlight[:0]
	for _, f := range s.inFlight {
		if f.done <= instant {
			s.complete(f.operation, f.completion)
		} else {
			kept = append(kept, f)
		}
	}
	s.inFlight = kept
}

// next is when the first request in flight is done.
func (s *session) next() int64 {
	first := s.inFlight[0].done
	for _, f := range s.inFlight[1:] {
		first = min(first, f.done)
	}
	return first
}

func (s *session) Query(ctx context.Context, statement driver.Statement) (*driver.ResultSet, error) {
	if s.closed.Load() {
		return nil, errClosed
	}
	if err := contextError(ctx); err != nil {
		return nil, err
	}
	return s.target.memory.query(statement)
}

func (s *session) Close(context.Context) error {
	s.closeOnce.Do(func() {
		s.closed.Store(true)
		close(s.closing)
		s.target.memory.leave(s)
		s.target.alarm.leave()
	})
	return nil
}

// timeUntil is how long it is until an instant of the package's clock.
func timeUntil(instant int64) time.Duration { return time.Duration(instant - now()) }
