package spacetimedb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// session is one WebSocket connection.
type session struct {
	target  *target
	program *program
	meter   *shard
	binary  bool

	// owned: somebody uses the connection: from a request's Submit to its delivery the session's goroutine, otherwise for moments the keeper.
	owned atomic.Bool
	// exchanging guards link and side, where Close may meet their exchange.
	exchanging sync.Mutex
	link       *link
	// side is the HTTP connection of queries; nil: none was needed yet.
	side *lane
	// task is the one that the session waits as, if any.
	task *multiplex.Task

	// out is what has not been sent yet. queued counts the bytes ever appended to it, sent those that were written: they tell which
	// requests may have reached the server.
	out          []byte
	payload      []byte
	scratch      []byte
	queued, sent int64
	keys         *rand.ChaCha8

	// waiting holds the messages in flight, from first on; its length is a power of two. Their request ids follow each other.
	waiting      []pending
	first, count int
	number       uint64 // of the message that is sent next
	// inFlight is the number of operations, and alone the one that takes several round trips: there is no other then.
	inFlight int
	alone    *flight
	spare    []*flight
	// subscriptions are the query ids of those that the connection has.
	subscriptions []uint32

	// lost is why the session is only good for Close; dropped: it has had no connection since a step dropped it.
	lost    *driver.Error
	dropped bool
	// interrupt ends connecting anew; guarded by exchanging.
	interrupt context.CancelFunc

	closed    atomic.Bool
	closeOnce sync.Once
}

// flight is an operation in flight.
type flight struct {
	operation  *operation
	parameters []driver.Value
	deadline   int64
	start      int64 // queued before its first byte
	step       int
	// unanswered messages, of those that were sent; committed calls.
	unanswered, committed int
	// thinkUntil is the time to go on, of the clock of now; 0: it does not think.
	thinkUntil int64
	// reconnects: the step is one for this end alone.
	reconnects bool
	completion driver.Completion
}

// pending is a message in flight.
type pending struct {
	flight *flight // nil: answered
	step   *step
	start  int64 // queued before its first byte
	sentAt int64
}

var (
	errClosed    = &driver.Error{Kind: driver.KindConnection, Message: "the session is closed", SessionLost: true}
	errNoProgram = driver.Usagef("the session was opened without a program; it answers queries only")
	errBadIndex  = driver.Usagef("the request does not fit the program: its operation is unknown or it has too few parameters")
	errTooDeep   = driver.Usagef("the session has as many requests in flight as its program allows")
)

func (t *target) openSocket(ctx context.Context, p *program) (driver.Session, error) {
	if err := t.prepare(ctx, p); err != nil {
		return nil, err
	}
	shard := t.meters.shard()
	l, err := t.connect(ctx, t.token)
	if err != nil {
		shard.connectionErrors.Add(1)
		return nil, err
	}
	shard.connections.Add(1)
	shard.received.Add(1) // the greeting
	s := &session{target: t, program: p, meter: shard, binary: t.mode == modeBSATN, link: l, keys: newKeys()}
	t.keeper.add(s)
	return s, nil
}

// acquire waits for the moment in which the keeper has the connection.
func (s *session) acquire() {
	for !s.owned.CompareAndSwap(false, true) {
		runtime.Gosched()
	}
}

func (s *session) release() { s.owned.Store(false) }

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
	if s.inFlight == 0 {
		s.acquire()
	}
	err := s.submit(ctx, r)
	if s.inFlight == 0 {
		s.release()
	}
	return err
}

func (s *session) submit(ctx context.Context, r *driver.Request) *driver.Error {
	if err := s.refusal(ctx); err != nil {
		return err
	}
	if err := s.program.refusal(r, s.inFlight); err != nil {
		return err
	}
	o := &s.program.operations[r.Operation]
	f := s.newFlight()
	f.operation, f.parameters, f.start, f.deadline = o, r.Parameters, s.queued, watchdog.Deadline(s.target.timeout)
	f.completion.Tag = r.Tag
	before, count, number := len(s.out), s.count, s.number
	var mistake *driver.Error
	if o.together {
		for i := range o.steps {
			if mistake = s.send(f, &o.steps[i]); mistake != nil {
				break
			}
		}
	} else {
		mistake = s.send(f, &o.steps[0])
	}
	if mistake != nil {
		for s.count > count {
			s.count--
			*s.at(s.count) = pending{}
		}
		s.out, s.number, s.queued = s.out[:before], number, f.start
		s.free(f)
		return mistake
	}
	if len(o.steps) > 1 && !o.together || f.reconnects || o.steps[0].think > 0 {
		s.alone = f
	}
	s.inFlight++
	return nil
}

func (s *session) newFlight() *flight {
	if n := len(s.spare); n > 0 {
		f := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return f
	}
	return &flight{}
}

func (s *session) free(f *flight) {
	*f = flight{}
	s.spare = append(s.spare, f)
}

// at is the i-th oldest message in flight.
func (s *session) at(i int) *pending { return &s.waiting[(s.first+i)&(len(s.waiting)-1)] }

func (s *session) push(p pending) {
	if s.count == len(s.waiting) {
		grown := make([]pending, max(16, 2*len(s.waiting)))
		for i := range s.count {
			grown[i] = *s.at(i)
		}
		s.waiting, s.first = grown, 0
	}
	s.count++
	*s.at(s.count - 1) = p
}

// ids is the number of request ids: zero is none.
const ids = 1<<32 - 1

// idOf is the request id of the n-th message of a connection.
func idOf(number uint64) uint32 { return uint32(number%ids) + 1 }

// find gives the message in flight with a request id; nil: there is none.
func (s *session) find(id uint32) *pending {
	if id == 0 || s.count == 0 {
		return nil
	}
	oldest := idOf(s.number - uint64(s.count))
	offset := (uint64(id) + ids - uint64(oldest)) % ids
	if offset >= uint64(s.count) {
		return nil
	}
	if p := s.at(int(offset)); p.flight != nil {
		return p
	}
	return nil
}

func (s *session) flush() error {
	if len(s.out) == 0 {
		return nil
	}
	_, err := s.link.conn.Write(s.out)
	s.sent += int64(len(s.out)) // of a write that failed, too, nobody knows for sure how much has left
	s.out = s.out[:0]
	if cap(s.out) > largestKept {
		s.out = nil
	}
	return err
}

// largestKept is what a buffer may have to be used again.
const largestKept = 4 << 20

// Close says goodbye when nothing is in flight, and closes the connection.
func (s *session) Close(context.Context) error {
	s.closed.Store(true)
	s.exchanging.Lock()
	defer s.exchanging.Unlock()
	if s.interrupt != nil {
		s.interrupt()
	}
	if s.owned.CompareAndSwap(false, true) {
		if s.lost == nil {
			s.writeNow(appendFrame(nil, opClose, goodbye, randomKey()))
		}
		defer s.release()
	}
	s.disconnect()
	return nil
}

// goodbye is the code 1000: a normal end.
var goodbye = []byte{1000 >> 8, 1000 & 0xFF}

// writeNow writes a few bytes without waiting, where it can: for what is not in flight.
func (s *session) writeNow(frame []byte) {
	if conn, multiplexed := s.link.conn.(*multiplex.Conn); multiplexed {
		conn.TryWrite(frame)
		return
	}
	_ = s.link.conn.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	_, _ = s.link.conn.Write(frame)
	_ = s.link.conn.SetWriteDeadline(time.Time{})
}

// disconnect must be called with exchanging held.
func (s *session) disconnect() {
	s.closeOnce.Do(func() {
		s.target.keeper.remove(s)
		s.link.close()
		if s.side != nil {
			s.side.close()
		}
	})
}

func (l *link) close() {
	l.watch.Close()
	_ = l.conn.Close()
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
