package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/generator"
)

// submit hands a prepared operation to the session. Where there is none and none can be had, or the session refuses,
// the operation ends with that error.
func (w *Worker) submit(s *slot) {
	s.attempts++
	failure := w.haveSession()
	if failure == nil {
		if w.engine.config.PoolSize > 0 && s.attempts == 1 {
			// Waiting for the pool is response time, not service time.
			s.sent = w.engine.Elapsed()
		}
		failure = w.session.Submit(w.calls, &s.request)
		if failure != nil && failure.SessionLost && w.inFlight() == 1 {
			// With others in flight, their deliveries will say the same.
			w.loseSession()
		}
	}
	if failure != nil {
		w.finish(s, &driver.Completion{Tag: s.request.Tag, Err: failure}, w.engine.Elapsed())
	}
}

// The wait between connects that fail doubles from the first to the last.
const (
	firstReconnectWait = 50 * time.Millisecond
	lastReconnectWait  = time.Second
)

// haveSession makes sure that the worker holds a session: its own, or one of the shared pool, connected anew when it was lost.
func (w *Worker) haveSession() *driver.Error {
	if w.session != nil {
		return nil
	}
	sessions := w.engine.sessions
	if !w.acquired {
		if failure := w.acquire(sessions); failure != nil || w.session != nil {
			return failure
		}
	}
	if w.failures > 0 {
		wait := min(lastReconnectWait, firstReconnectWait<<min(w.failures-1, 10))
		if !w.pause(wait) {
			return canceled()
		}
	}
	session, failure := w.connect(sessions)
	if failure != nil {
		w.failures++
		w.engine.giveUpDraining()
		return failure
	}
	w.session, w.failures = session, 0
	return nil
}

// connect connects anew, as often as the target says.
func (w *Worker) connect(sessions *sessions) (driver.Session, *driver.Error) {
	retries, delay := 0, time.Duration(0)
	if target, persistent := w.engine.config.Target.(driver.Persistent); persistent {
		retries, delay = target.Reconnects()
	}
	for ; ; retries-- {
		session, failure := sessions.reconnect(w.calls)
		if failure == nil || !failure.Retryable || retries <= 0 || w.engine.over() {
			return session, failure
		}
		if !w.pause(delay) {
			return nil, canceled()
		}
	}
}

// acquire takes a place: from the shared pool, waiting for it, or the worker's own. The session may be nil: then it is to be connected.
func (w *Worker) acquire(sessions *sessions) *driver.Error {
	if w.engine.config.PoolSize == 0 {
		select {
		case w.session = <-sessions.free:
		default: // more workers than the profile asked for, by a user's own executor
		}
		w.acquired = true
		return nil
	}
	started := w.engine.Elapsed()
	select {
	case w.session = <-sessions.free:
		w.acquired = true
	case <-w.calls.Done():
		return canceled()
	}
	sessions.wait.add(w.engine.Elapsed() - started)
	return nil
}

func canceled() *driver.Error {
	return &driver.Error{Kind: driver.KindCanceled, Message: "the run was ended before the operation was sent"}
}

// pause waits, unless the run ends meanwhile; it tells whether it waited to the end.
func (w *Worker) pause(wait time.Duration) bool {
	const step = 20 * time.Millisecond
	for wait > 0 {
		if w.stop.Load() || w.calls.Err() != nil {
			return false
		}
		w.sleep(min(step, wait))
		wait -= step
	}
	return true
}

// sleep waits, and lets others use the thread.
func (w *Worker) sleep(wait time.Duration) {
	if w.task != nil {
		w.task.Sleep(wait)
	} else {
		time.Sleep(wait)
	}
}

// release gives a session of the shared pool back. A worker's own session stays with it.
func (w *Worker) release() {
	if w.engine.config.PoolSize == 0 || !w.acquired {
		return
	}
	// A nil keeps the place of a session that was lost: whoever takes it connects anew.
	w.engine.sessions.free <- w.session
	w.session, w.acquired = nil, false
}

func (w *Worker) loseSession() {
	w.engine.sessions.discard(w.session)
	w.session = nil
}

// mayRetry says whether an operation that failed is to be tried again.
func (w *Worker) mayRetry(s *slot, failure *driver.Error) bool {
	retry := &w.engine.config.Operations[s.request.Operation].Retry
	return failure != nil && failure.Retryable && int(s.attempts) < retry.Attempts && !w.stop.Load() && !w.engine.over()
}

// backoff is how long an operation that failed waits before it is submitted again.
func (w *Worker) backoff(s *slot) time.Duration {
	retry := &w.engine.config.Operations[s.request.Operation].Retry
	if retry.Backoff <= 0 {
		return 0
	}
	wait := retry.Backoff << min(s.attempts-1, 20)
	if retry.MaximumBackoff > 0 {
		wait = min(wait, retry.MaximumBackoff)
	}
	// Jitter from the index and the attempt, so that two that collided do not collide again.
	random := generator.HashNumber(uint64(s.request.Index), uint64(s.attempts)) >> 11
	return wait/2 + time.Duration(float64(wait/2)*float64(random)/(1<<53))
}

// retryAgain submits the operations whose time has come, with the same parameters. It waits for the first of them only when the session has
// nothing: replies of others must not be read late.
func (w *Worker) retryAgain() {
	if len(w.again) == 0 {
		return
	}
	now := w.engine.Elapsed()
	if w.submitted() == 0 {
		first := slices.MinFunc(w.again, func(a, b *slot) int { return cmp.Compare(a.again, b.again) })
		w.pause(first.again - now)
		now = max(w.engine.Elapsed(), first.again)
	}
	due := w.due[:0]
	waiting := w.again[:0]
	for _, s := range w.again {
		if s.again <= now || w.stop.Load() {
			due = append(due, s)
		} else {
			waiting = append(waiting, s)
		}
	}
	w.again, w.due = waiting, due
	for _, s := range due {
		w.engine.retries.Add(1)
		w.submit(s)
	}
}
