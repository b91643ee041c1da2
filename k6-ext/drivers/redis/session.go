package redis

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// session is one connection. Replies come in the order of the commands, so what is in flight is a ring.
type session struct {
	target  *target
	program *program
	conn    net.Conn
	from    *source
	reader  reader
	watch   *watchdog.Watch
	// task is the one that the session waits as, if any.
	task *multiplex.Task
	// exchanging guards conn and watch where Close may meet their exchange by Multiplex.
	exchanging sync.Mutex

	// out is what has not been sent yet. queued counts the bytes ever appended to it, sent those the
	// connection took: they tell which requests may have reached the server.
	out          []byte
	scratch      []byte
	queued, sent int64

	// ring holds the requests in flight, from first on; its length is a power of two.
	ring         []flight
	first, count int

	// lost is why the session is only good for Close.
	lost *driver.Error

	closed    atomic.Bool
	closing   chan struct{}
	closeOnce sync.Once
}

// flight is a request in flight.
type flight struct {
	operation  *operation
	parameters []driver.Value
	deadline   int64
	start      int64 // queued before its first byte
	// next is the index of the reply that comes next: with a transaction, 0 is MULTI's, and the last EXEC's.
	next       int
	completion driver.Completion
}

var (
	errClosed    = &driver.Error{Kind: driver.KindConnection, Message: "the session is closed", SessionLost: true}
	errNoProgram = driver.Usagef("the session was opened without a program; it answers queries only")
	errBadIndex  = driver.Usagef("the request does not fit the program: its operation is unknown or it has too few parameters")
	errTooDeep   = driver.Usagef("the session has as many requests in flight as its program allows")
)

var multi, exec = appendCommand(nil, "MULTI"), appendCommand(nil, "EXEC")

// refusal says why the session takes no requests.
func (s *session) refusal(ctx context.Context) *driver.Error {
	switch {
	case s.closed.Load():
		return errClosed
	case s.lost != nil:
		return s.lost
	case ctx.Err() != nil:
		return &driver.Error{Kind: endedKind(ctx), Message: "the context was over before the request was sent", Err: ctx.Err()}
	}
	return nil
}

func (s *session) Submit(ctx context.Context, r *driver.Request) *driver.Error {
	if err := s.refusal(ctx); err != nil {
		return err
	}
	if s.program == nil {
		return errNoProgram
	}
	if r.Operation < 0 || r.Operation >= len(s.program.operations) ||
		len(r.Parameters) < len(s.program.operations[r.Operation].parameters) {
		return errBadIndex
	}
	if s.count >= s.program.depth {
		return errTooDeep
	}
	o := &s.program.operations[r.Operation]
	before := len(s.out)
	f := flight{operation: o, parameters: r.Parameters, start: s.queued, deadline: watchdog.Deadline(s.target.timeout)}
	f.completion.Tag = r.Tag
	if o.transaction {
		s.out = append(s.out, multi...)
	}
	for i := range o.steps {
		if null := s.encode(&f, i); null != noNull {
			s.out = s.out[:before]
			return driver.Usagef("operation %q: parameter %q is null, but Redis has no null", o.name, o.parameters[null])
		}
		if o.oneByOne {
			break
		}
	}
	if o.transaction && !o.oneByOne {
		s.out = append(s.out, exec...)
	}
	s.queued += int64(len(s.out) - before)
	s.push(&f)
	return nil
}

// encode appends one step of a request to what will be sent.
func (s *session) encode(f *flight, index int) (null int) {
	var payload int64
	s.out, s.scratch, payload, null = f.operation.steps[index].encode(s.out, s.scratch, f.parameters)
	f.completion.BytesWritten += payload
	return null
}

func (s *session) push(f *flight) {
	if s.count == len(s.ring) {
		grown := make([]flight, max(16, 2*len(s.ring)))
		for i := range s.count {
			grown[i] = *s.at(i)
		}
		s.ring, s.first = grown, 0
	}
	s.count++
	*s.at(s.count - 1) = *f
}

// at is the i-th oldest request in flight.
func (s *session) at(i int) *flight { return &s.ring[(s.first+i)&(len(s.ring)-1)] }

func (s *session) Deliver(ctx context.Context, dst []driver.Completion) []driver.Completion {
	if s.count == 0 {
		return dst
	}
	delivered := len(dst)
	s.watch.Arm(ctx.Done(), s.at(0).deadline)
	dst, err := s.exchange(ctx, dst, delivered)
	reason := s.watch.Disarm()
	if reason != watchdog.None && err == nil && s.count == 0 {
		// All replies were there before the watchdog: the connection is in step, only its deadline is to be undone.
		err = s.conn.SetDeadline(time.Time{})
		reason = watchdog.None
	}
	if err != nil || reason != watchdog.None {
		dst = s.abandon(s.cause(ctx, err, reason), dst)
	}
	return dst
}

// exchange sends what was kept back and reads until one request is complete and no whole reply is left in the buffer.
func (s *session) exchange(ctx context.Context, dst []driver.Completion, delivered int) ([]driver.Completion, error) {
	if err := s.flush(); err != nil {
		return dst, err
	}
	for s.count > 0 && (len(dst) == delivered || s.reader.ready()) {
		f := s.at(0)
		done, err := s.advance(ctx, f)
		if err != nil {
			return dst, err
		}
		if done {
			dst = append(dst, f.completion)
			*f = flight{}
			s.first = (s.first + 1) & (len(s.ring) - 1)
			s.count--
		}
	}
	return dst, nil
}

func (s *session) flush() error {
	if len(s.out) == 0 {
		return nil
	}
	n, err := s.conn.Write(s.out)
	s.sent += int64(n)
	s.out = s.out[:0]
	return err
}

// cause finds out why an exchange ended early.
func (s *session) cause(ctx context.Context, err error, reason watchdog.Reason) *driver.Error {
	switch {
	case s.closed.Load():
		return &driver.Error{Kind: driver.KindCanceled, Message: "the session was closed while the request was in flight", SessionLost: true}
	case reason == watchdog.Timeout:
		return &driver.Error{Kind: driver.KindTimeout, SessionLost: true, Retryable: true,
			Message: fmt.Sprintf("no reply within %v", s.target.timeout)}
	case reason == watchdog.Canceled:
		return &driver.Error{Kind: endedKind(ctx), Message: "the context was over while the request was in flight", SessionLost: true, Err: ctx.Err()}
	default:
		return connectionError(err)
	}
}

// endedKind is the kind of error of a context that is over.
func endedKind(ctx context.Context) driver.ErrorKind {
	if ctx.Err() == context.DeadlineExceeded {
		return driver.KindTimeout
	}
	return driver.KindCanceled
}

// abandon gives the session up: replies that are still to come could not be told from later ones. Everything in flight
// is delivered with the cause.
func (s *session) abandon(cause *driver.Error, dst []driver.Completion) []driver.Completion {
	later := *cause
	later.Kind, later.Message = driver.KindConnection, "the session was given up: "+cause.Message
	s.lost = &later
	unknown := *cause
	unknown.OutcomeUnknown = true
	for ; s.count > 0; s.count-- {
		f := s.at(0)
		f.completion.Err = cause
		if f.start < s.sent {
			f.completion.Err = &unknown
		}
		f.completion.RowsRead, f.completion.RowsWritten = 0, 0
		dst = append(dst, f.completion)
		*f = flight{}
		s.first = (s.first + 1) & (len(s.ring) - 1)
	}
	s.out = nil
	s.disconnect()
	return dst
}

// Close closes the connection. Redis needs no goodbye.
func (s *session) Close(context.Context) error {
	s.closed.Store(true)
	s.exchanging.Lock()
	defer s.exchanging.Unlock()
	s.disconnect()
	return nil
}

func (s *session) disconnect() {
	s.closeOnce.Do(func() {
		close(s.closing)
		s.watch.Close()
		_ = s.conn.Close()
	})
}
