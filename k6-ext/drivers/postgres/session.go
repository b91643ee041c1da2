package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
	"github.com/jackc/pgx/v5/pgtype"
)

// session is one connection with a program's statements.
type session struct {
	target     *target
	wire       *wire
	operations []boundOperation

	// pending[first:] is what was submitted and not delivered, in order.
	pending []pending
	first   int
	// reply is what has come of the reply to pending[first].
	reply reply
	// status of the transaction, as the server said last: 'I' idle, 'T' in one, 'E' in one that failed.
	status byte
	// lost is set when the session is only good for Close.
	lost *driver.Error
	// scratch receives the completions of an operation's single steps.
	scratch []driver.Completion
	// simpleColumns describes the rows to come, in simple mode, where a step captures one.
	simpleColumns []column
	// typesOfSession is made by typeMap.
	typesOfSession *pgtype.Map

	// task is the one that the session waits as, if any.
	task *multiplex.Task
	// exchanging guards the wire's connection and watch where Close may meet their exchange by Multiplex.
	exchanging sync.Mutex

	closed    atomic.Bool
	closing   chan struct{}
	closeOnce sync.Once
}

type pending struct {
	tag          uint64
	deadline     int64
	bytesWritten int64
	operation    *boundOperation
	step         *boundStep
	parameters   []driver.Value
}

// reply is what has come of one reply.
type reply struct {
	rows, written, bytes int64
	captured             bool
	rolledBack           bool
	err                  *driver.Error
}

func newSession(t *target, c *wire, p *program) *session {
	s := &session{target: t, wire: c, status: 'I', closing: make(chan struct{})}
	if p != nil {
		s.bind(p)
	}
	return s
}

// Submit encodes the request into the send buffer.
func (s *session) Submit(_ context.Context, r *driver.Request) *driver.Error {
	if err := s.gone(); err != nil {
		return err
	}
	if r.Operation < 0 || r.Operation >= len(s.operations) {
		return driver.Usagef("there is no operation %d; the program has %d", r.Operation, len(s.operations))
	}
	o := &s.operations[r.Operation]
	if len(r.Parameters) != o.parameters {
		return driver.Usagef("operation %q has %d parameters, %d were given", o.name, o.parameters, len(r.Parameters))
	}
	p := pending{
		tag: r.Tag, deadline: watchdog.Deadline(s.target.timeout), operation: o, step: &o.steps[0], parameters: r.Parameters,
	}
	inFlight := len(s.pending) - s.first
	if inFlight > 0 && (o.alone || s.pending[s.first].operation.alone) {
		return driver.Usagef("operation %q takes several round trips: it cannot share the session with others in flight", o.name)
	}
	if inFlight >= maximumDepth {
		return driver.Usagef("%d requests are in flight; a session takes no more", inFlight)
	}
	if !o.alone {
		written, err := s.encode(p.step, r.Parameters)
		if err != nil {
			return err
		}
		p.bytesWritten = written
	}
	s.push(p)
	return nil
}

func (s *session) push(p pending) {
	if s.first > 0 && len(s.pending) == cap(s.pending) {
		s.pending = s.pending[:copy(s.pending, s.pending[s.first:])]
		s.first = 0
	}
	s.pending = append(s.pending, p)
}

// pop removes the oldest request.
func (s *session) pop() {
	s.first++
	if s.first == len(s.pending) {
		s.pending, s.first = s.pending[:0], 0
	}
	s.reply = reply{}
}

// Deliver flushes, and reads until at least one reply is complete.
func (s *session) Deliver(ctx context.Context, dst []driver.Completion) []driver.Completion {
	if s.first == len(s.pending) {
		return dst
	}
	head := &s.pending[s.first]
	if head.operation.alone {
		p := *head
		s.pop()
		return append(dst, s.run(ctx, &p))
	}
	dst, lost := s.wait(ctx, head.deadline, dst)
	if lost != nil {
		dst = s.failAll(dst, lost)
	}
	return dst
}

// failAll delivers everything in flight with the error that ended the session.
func (s *session) failAll(dst []driver.Completion, lost *driver.Error) []driver.Completion {
	for s.first < len(s.pending) {
		p, e := &s.pending[s.first], *lost
		dst = append(dst, driver.Completion{Tag: p.tag, BytesWritten: p.bytesWritten, Err: &e})
		s.pop()
	}
	return dst
}

// wait flushes and receives under the eyes of the watchdog. An error means that the session is lost, and that what is
// pending stays so.
func (s *session) wait(ctx context.Context, deadline int64, dst []driver.Completion) ([]driver.Completion, *driver.Error) {
	c := s.wire
	c.watch.Arm(ctx.Done(), deadline)
	err := c.flush()
	if err == nil {
		dst, err = s.receive(dst)
	} else if !errors.Is(err, os.ErrDeadlineExceeded) {
		// The server may have said why it went before it closed the connection.
		dst, _ = s.receive(dst)
	}
	reason := c.watch.Disarm()
	if err == nil {
		if reason == watchdog.None {
			return dst, nil
		}
		if reason == watchdog.Timeout || s.first == len(s.pending) {
			// The reply came in the same moment as the end of its time.
			_ = c.conn.SetDeadline(time.Time{})
			return dst, nil
		}
	}
	return dst, s.lose(reason, err)
}

// lose gives the session up, and says why.
func (s *session) lose(reason watchdog.Reason, err error) *driver.Error {
	e := s.reply.err
	switch {
	case reason == watchdog.Timeout:
		e = &driver.Error{
			Kind:    driver.KindTimeout,
			Message: fmt.Sprintf("no reply from %s within %v", s.wire.address, s.target.timeout),
			Err:     context.DeadlineExceeded,
		}
		s.target.cancelStatement(s.wire)
	case reason == watchdog.Canceled:
		e = &driver.Error{
			Kind:    driver.KindCanceled,
			Message: "the run ended while the request was in flight to " + s.wire.address,
			Err:     context.Canceled,
		}
		s.target.cancelStatement(s.wire)
	case e == nil || !e.SessionLost:
		e = lostError(s.wire.address, err)
	}
	e.SessionLost, e.OutcomeUnknown = true, true
	s.lost = e
	s.wire.abandon()
	return e
}

// gone is the error of whatever is asked of a session that was lost or closed; nil when it is neither.
func (s *session) gone() *driver.Error {
	if s.lost == nil {
		if !s.closed.Load() {
			return nil
		}
		return &driver.Error{Kind: driver.KindConnection, Message: "the session to " + s.wire.address + " is closed", SessionLost: true}
	}
	return &driver.Error{
		Kind:        driver.KindConnection,
		Message:     "the session was lost before: " + s.lost.Message,
		SessionLost: true,
		Err:         s.lost,
	}
}

// Close says goodbye and closes the connection. Whoever waits in Deliver, Query or a think time gets an error.
func (s *session) Close(ctx context.Context) error {
	s.closeOnce.Do(func() {
		s.closed.Store(true)
		close(s.closing)
		limit := time.Now().Add(goodbyeTimeout)
		if deadline, ok := ctx.Deadline(); ok && deadline.Before(limit) {
			limit = deadline
		}
		s.exchanging.Lock()
		defer s.exchanging.Unlock()
		s.wire.goodbye(limit)
	})
	return nil
}

// Multiplex takes the connection from Go's network poller at the first call, for good.
func (s *session) Multiplex(t *multiplex.Task) bool {
	conn, taken := s.wire.conn.(*multiplex.Conn)
	if !taken {
		if t == nil {
			return true
		}
		s.exchanging.Lock()
		defer s.exchanging.Unlock()
		if s.closed.Load() {
			return false
		}
		if conn, taken = multiplex.Take(s.wire.conn); !taken {
			return false
		}
		s.wire.replace(conn)
	}
	s.task = t
	conn.Use(t)
	return true
}
