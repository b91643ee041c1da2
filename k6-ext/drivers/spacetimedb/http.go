package spacetimedb

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// httpSession is a set of HTTP connections: as many as requests were ever in flight at once, because one connection carries one at a time. A request
// that is alone is exchanged by the goroutine that delivers it; of several, each has a goroutine.
type httpSession struct {
	target  *target
	program *program
	meter   *shard
	token   string

	// held are requests that wait for Deliver: only then is it known whether one is alone.
	held     []*httpFlight
	inFlight int
	spare    []*httpFlight

	// task is the one that a request which is alone waits as, if any.
	task *multiplex.Task

	// ctx ends what the carriers do; its cause, an *driver.Error, says why.
	ctx    context.Context
	cancel context.CancelCauseFunc

	mutex    sync.Mutex
	idle     []*carrier
	carriers map[*carrier]struct{}
	finished []driver.Completion
	signal   chan struct{}

	lost   atomic.Pointer[driver.Error]
	closed atomic.Bool
}

// httpFlight is an operation in flight.
type httpFlight struct {
	operation  *operation
	number     int // of the operation
	parameters []driver.Value
	deadline   int64

	mutex sync.Mutex // calls that were sent together end side by side
	// unanswered and committed steps, of those that were sent together.
	unanswered, committed int
	completion            driver.Completion
}

func (t *target) openHTTP(ctx context.Context, p *program) (driver.Session, error) {
	token, err := t.guestToken(ctx)
	if err != nil {
		return nil, err
	}
	first, err := t.openLane(ctx)
	if err != nil {
		return nil, err
	}
	if err := t.admit(ctx, first, token, p); err != nil {
		first.close()
		return nil, err
	}
	s := &httpSession{target: t, program: p, meter: t.meters.shard(), token: token,
		carriers: map[*carrier]struct{}{}, signal: make(chan struct{}, 1)}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	c := &carrier{session: s, lane: first}
	s.carriers[c] = struct{}{}
	s.idle = append(s.idle, c)
	return s, nil
}

// admit asks for the database's schema, which shows that it is there and that we are let in, and binds the program to it.
func (t *target) admit(ctx context.Context, l *lane, token string, p *program) error {
	a, failure := l.do(ctx, watchdog.Deadline(t.connectTimeout), t.appendRequest(nil, http.MethodGet, t.path("/schema?version=9"), token, "", nil))
	if failure != nil {
		return t.unreached(ctx, failure)
	}
	if a.status != http.StatusOK {
		return t.connectError(ctx, t.judge(ctx, &a))
	}
	if t.knownSchema() == nil {
		read, err := readSchema(a.body)
		if err != nil {
			return t.notSpacetime(err.Error(), err)
		}
		t.mutex.Lock()
		t.schema = read
		t.mutex.Unlock()
	}
	return t.prepare(ctx, p)
}

// refusal says why the session takes no requests.
func (s *httpSession) refusal(ctx context.Context) *driver.Error {
	lost := s.lost.Load()
	switch {
	case s.closed.Load():
		return errClosed
	case lost != nil:
		return lost
	case ctx.Err() != nil:
		return &driver.Error{Kind: endedKind(ctx), Message: "the context was over before the request was sent", Err: ctx.Err()}
	}
	return nil
}

func (s *httpSession) Submit(ctx context.Context, r *driver.Request) *driver.Error {
	if err := s.refusal(ctx); err != nil {
		return err
	}
	if err := s.program.refusal(r, s.inFlight); err != nil {
		return err
	}
	f := &httpFlight{}
	if n := len(s.spare); n > 0 {
		f, s.spare = s.spare[n-1], s.spare[:n-1]
	}
	f.operation, f.number, f.parameters = &s.program.operations[r.Operation], r.Operation, r.Parameters
	f.deadline = watchdog.Deadline(s.target.timeout)
	f.committed, f.completion = 0, driver.Completion{Tag: r.Tag}
	s.inFlight++
	s.held = append(s.held, f)
	return nil
}

// dispatch hands an operation to a carrier or, where its steps are sent together, each step to one.
func (s *httpSession) dispatch(f *httpFlight) {
	if !f.operation.together {
		go s.carrier().carry(job{f, -1})
		return
	}
	f.unanswered = len(f.operation.steps)
	for i := range f.operation.steps {
		go s.carrier().carry(job{f, i})
	}
}

// carrier gives an idle one, or makes one.
func (s *httpSession) carrier() *carrier {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if n := len(s.idle); n > 0 {
		c := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return c
	}
	c := &carrier{session: s}
	s.carriers[c] = struct{}{}
	return c
}

func (s *httpSession) Deliver(ctx context.Context, dst []driver.Completion) []driver.Completion {
	if s.inFlight == 0 {
		return dst
	}
	if s.inFlight == 1 && len(s.held) == 1 && !s.held[0].operation.together {
		f := s.held[0]
		s.held = s.held[:0]
		c := s.carrier()
		c.waitAs(s.task)
		c.perform(ctx, job{f, -1})
		s.mutex.Lock()
		s.idle = append(s.idle, c)
		s.mutex.Unlock()
		s.inFlight--
		dst = append(dst, f.completion)
		s.spare = append(s.spare, f)
		return dst
	}
	for _, f := range s.held {
		s.dispatch(f)
	}
	s.held = s.held[:0]
	done := ctx.Done()
	for {
		s.mutex.Lock()
		n := len(s.finished)
		dst = append(dst, s.finished...)
		s.finished = s.finished[:0]
		s.mutex.Unlock()
		s.inFlight -= n
		if n > 0 {
			return dst
		}
		select {
		case <-s.signal:
		case <-done:
			// Everything in flight ends soon now, and tells so.
			s.lose(&driver.Error{Kind: endedKind(ctx), Message: "the context was over while the request was in flight", Err: ctx.Err(), SessionLost: true})
			done = nil
		}
	}
}

// finish gives an operation to Deliver.
func (s *httpSession) finish(f *httpFlight) {
	s.mutex.Lock()
	s.finished = append(s.finished, f.completion)
	s.mutex.Unlock()
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

// lose marks the session as lost. What is in flight on its other connections ends with it, unless this one was only too slow.
func (s *httpSession) lose(cause *driver.Error) {
	later := *cause
	later.Kind, later.Message, later.SessionLost = driver.KindConnection, "the session was given up: "+cause.Message, true
	if s.lost.CompareAndSwap(nil, &later) && !s.closed.Load() && cause.Kind != driver.KindCanceled {
		s.meter.drops.Add(1)
		s.target.missing.Add(1)
	}
	if cause.Kind != driver.KindTimeout || cause.Err != nil {
		s.cancel(cause)
	}
}

// givenUp is what a request says that ended because its session did; nil: it did not.
func (s *httpSession) givenUp() *driver.Error {
	var cause *driver.Error
	if !errors.As(context.Cause(s.ctx), &cause) {
		return nil
	}
	told := *cause
	told.OutcomeUnknown, told.SessionLost = true, true
	return &told
}

// Query runs one statement of SQL, or CALL. It takes the target's timeout at most.
func (s *httpSession) Query(ctx context.Context, statement driver.Statement) (*driver.ResultSet, error) {
	if s.inFlight > 0 {
		return nil, driver.Usagef("a query while %d requests are in flight; deliver them first", s.inFlight)
	}
	if err := s.refusal(ctx); err != nil {
		return nil, err
	}
	request, reducer, err := s.target.queryRequest(statement, s.token)
	if err != nil {
		return nil, err
	}
	c := s.carrier()
	c.waitAs(s.task)
	l, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	result, err := s.target.query(ctx, l, request, reducer)
	var failure *driver.Error
	if errors.As(err, &failure) && failure.SessionLost {
		s.lose(failure)
	}
	s.mutex.Lock()
	s.idle = append(s.idle, c)
	s.mutex.Unlock()
	return result, err
}

// Close closes the connections: HTTP has no goodbye.
func (s *httpSession) Close(context.Context) error {
	if s.closed.Swap(true) {
		return nil
	}
	s.cancel(&driver.Error{Kind: driver.KindCanceled, Message: "the session was closed while the request was in flight"})
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for c := range s.carriers {
		c.close()
	}
	return nil
}
