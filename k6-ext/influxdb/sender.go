package influxdb

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// patience is how long is waited between attempts, and at the end.
type patience struct {
	// first is the wait after the first attempt that failed; it doubles up to longest.
	first, longest time.Duration
	// refused is the wait after a refusal, which asking again does not change by itself.
	refused time.Duration
	// When the run is over, closing is how long a server that took points before and does not now is waited for, because it probably comes
	// back; stranger, how long one is that never took any; and closingAll, how long it may take all in all.
	closing, stranger, closingAll time.Duration
}

var usualPatience = patience{
	first: 250 * time.Millisecond, longest: 10 * time.Second, refused: 10 * time.Second,
	closing: 20 * time.Second, stranger: 5 * time.Second, closingAll: time.Minute,
}

// totals are what became of the points so far.
type totals struct {
	written, lost tally
	// reason why the last of those that were lost were; empty: none were.
	reason string
}

// sender takes batches from the queue to the server, one after another.
type sender struct {
	queue    *queue
	client   *client
	patience patience
	// failing and recovered tell that the server does not take points, and that it does again.
	failing   func(reason string)
	recovered func()

	// closing is closed, at closedAt, when nothing more is added to the queue.
	closing  chan struct{}
	closedAt time.Time
	ended    chan struct{}
	// wroteAt is when the server took something last.
	wroteAt time.Time

	mutex  sync.Mutex
	totals totals
}

func newSender(queue *queue, client *client, patience patience, failing func(string), recovered func()) *sender {
	return &sender{
		queue: queue, client: client, patience: patience, failing: failing, recovered: recovered,
		closing: make(chan struct{}), ended: make(chan struct{}),
	}
}

// run sends until close. It asks the server before there is anything to send, so that a mistake is told at once.
func (s *sender) run() {
	defer close(s.ended)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go s.limit(ctx, cancel)
	failed := false
	tell := func(a answer) {
		switch bad := a.verdict != written; {
		case bad && !failed:
			s.failing(a.reason)
		case !bad && failed:
			s.recovered()
		}
		failed = a.verdict != written
	}
	tell(s.client.probe(ctx))
	for b, ok := s.await(); ok; b, ok = s.await() {
		if a := s.deliver(ctx, b, tell); a.verdict == later || a.verdict == refused {
			s.forsake(b, a.reason)
			return
		}
	}
}

// await waits for a batch; false: there is none, and there will be none.
func (s *sender) await() (batch, bool) {
	for {
		if b, ok := s.queue.next(); ok {
			return b, true
		}
		select {
		case <-s.queue.filled:
		case <-s.closing:
			// What was added just before the end.
			return s.queue.next()
		}
	}
}

// limit ends what is under way when closing takes too long.
func (s *sender) limit(ctx context.Context, cancel context.CancelFunc) {
	select {
	case <-s.closing:
	case <-ctx.Done():
		return
	}
	// An attempt that fails in this time is the last by itself, with a better reason than that it was cut off.
	stranger := s.patience.stranger * 3 / 2
	select {
	case <-time.After(stranger):
	case <-ctx.Done():
		return
	}
	if !s.tookNothing() {
		select {
		case <-time.After(s.patience.closingAll - stranger):
		case <-ctx.Done():
		}
	}
	cancel()
}

// tookNothing says whether the server is one that never took any points.
func (s *sender) tookNothing() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.wroteAt.IsZero()
}

// deliver tries until the batch is written, or useless, or the run is over and the server was given its time.
func (s *sender) deliver(ctx context.Context, b batch, tell func(answer)) answer {
	var before answer
	for wait := s.patience.first; ; wait = min(2*wait, s.patience.longest) {
		a := s.client.write(ctx, b)
		if ctx.Err() != nil && before.reason != "" && a.verdict != written {
			// This attempt was cut off; what was wrong is what the one before said.
			return before
		}
		before = a
		s.count(b, a)
		// Points that a server takes and cannot use are told at the end, with their number.
		if a.verdict != useless {
			tell(a)
		}
		if a.verdict == written || a.verdict == useless || s.givesUp(ctx, a) {
			return a
		}
		s.pause(a, wait)
	}
}

// pause waits before the next attempt; the end of the run ends it, because what has changed since is to be found out at once.
func (s *sender) pause(a answer, wait time.Duration) {
	switch {
	case a.verdict == refused:
		wait = s.patience.refused
	case a.after > 0:
		wait = min(a.after, s.patience.longest)
	}
	// Senders that a server has lost at once do not all come back at once.
	wait = time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64()))
	if isClosed(s.closing) {
		time.Sleep(min(wait, s.patience.stranger/3))
		return
	}
	select {
	case <-time.After(wait):
	case <-s.closing:
	}
}

// givesUp says whether the run is over, and the server had its time since then, or since it took something last.
func (s *sender) givesUp(ctx context.Context, a answer) bool {
	if !isClosed(s.closing) {
		return false
	}
	since, limit := s.closedAt, s.patience.closing
	if s.tookNothing() {
		limit = s.patience.stranger
	}
	if s.wroteAt.After(since) {
		since = s.wroteAt
	}
	return a.verdict == refused || ctx.Err() != nil || time.Since(since) > limit
}

// count keeps the books of a batch that is done with.
func (s *sender) count(b batch, a answer) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch a.verdict {
	case written:
		s.wroteAt = time.Now()
		lost := tally{points: a.dropped}
		if a.dropped == b.points {
			lost.operations = b.operations
		}
		s.totals.written.add(tally{b.points - lost.points, b.operations - lost.operations})
		s.totals.lost.add(lost)
		if a.dropped > 0 {
			s.totals.reason = a.reason
		}
	case useless:
		s.totals.lost.add(b.tally)
		s.totals.reason = a.reason
	}
}

// lose counts points that never got as far as the server.
func (s *sender) lose(lost tally, reason string) {
	if lost == (tally{}) {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.totals.lost.add(lost)
	s.totals.reason = reason
}

// forsake gives up this batch and all that wait behind it.
func (s *sender) forsake(b batch, reason string) {
	for ok := true; ok; b, ok = s.queue.next() {
		s.lose(b.tally, reason)
	}
}

// close waits until what is in the queue is written, or given up, and gives the totals. Nothing may be added to the queue any more.
func (s *sender) close() totals {
	s.closedAt = time.Now()
	close(s.closing)
	<-s.ended
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.totals
}

func isClosed(channel chan struct{}) bool {
	select {
	case <-channel:
		return true
	default:
		return false
	}
}
