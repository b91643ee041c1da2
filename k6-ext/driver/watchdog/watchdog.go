// Package watchdog ends waits of network sessions that last too long or whose context ended, at the
// price of two atomic operations for each wait.
//
// Timers and context.AfterFunc cost a microsecond and an allocation or two for each operation, and setting a
// deadline on a connection takes the poller's lock. Here, one goroutine looks at every armed session each
// Interval. Where a wait is over its time, it sets the connection's deadline in the past, which makes the
// blocked read or write return. It does so only after it has won the session's state from the
// session itself, so an operation that completed is never hit late.
package watchdog

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Interval is the time between two looks at the sessions: the precision of timeouts and cancellations.
const Interval = 5 * time.Millisecond

// Reason says why a wait was ended.
type Reason uint8

// The reasons.
const (
	// None: the wait was not ended by the watchdog.
	None Reason = iota
	// Timeout: the deadline passed.
	Timeout
	// Canceled: the done channel was closed.
	Canceled
)

// Deadliner is the part of net.Conn that the watchdog uses.
type Deadliner interface {
	SetDeadline(time.Time) error
}

// Forever is a deadline that never passes.
const Forever int64 = 1<<63 - 1

// The states of a watch: the low bits of Watch.state; the rest counts the waits, so that the
// watchdog cannot take one wait for another.
const (
	idle uint64 = iota
	armed
	firing
	firedTimeout
	firedCanceled

	stateMask uint64 = 7
	nextWait  uint64 = stateMask + 1
)

// Watch guards one connection. Arm and Disarm belong to the goroutine that uses the connection.
type Watch struct {
	state    atomic.Uint64
	deadline atomic.Int64
	done     atomic.Pointer[doneChannel]
	conn     Deadliner
	// lastDone is what done was last set to; only the session's goroutine uses it.
	lastDone <-chan struct{}
	// seen is the state of the wait that was looked at last, and grace what its deadline is short of; only the watchdog uses them.
	seen  uint64
	grace int64
	_     [64]byte // no two sessions' states in one cache line
}

type doneChannel struct{ c <-chan struct{} }

var (
	started = time.Now()
	// clock is the time of the last look, in nanoseconds since started.
	clock atomic.Int64

	mutex   sync.Mutex
	watches = map[*Watch]struct{}{}
	// list is what the running goroutine looks at: a copy of watches, made anew after each change.
	list    []*Watch
	changed bool
	running bool
)

// New registers a connection. The watch must be closed.
func New(conn Deadliner) *Watch {
	w := &Watch{conn: conn}
	mutex.Lock()
	defer mutex.Unlock()
	watches[w] = struct{}{}
	changed = true
	if !running {
		running = true
		clock.Store(int64(time.Since(started)))
		go look()
	}
	return w
}

// Close ends the watch. It must not be armed again. Close may be called more than once, and by any goroutine.
func (w *Watch) Close() {
	mutex.Lock()
	defer mutex.Unlock()
	if _, known := watches[w]; known {
		delete(watches, w)
		changed = true
	}
}

// Deadline is the instant, for Arm, at which a request submitted now has taken timeout. It is read from a clock
// that ticks once an Interval, because reading the real one costs more than all the rest; one Interval is added
// so that nothing is ended early.
func Deadline(timeout time.Duration) int64 {
	now := clock.Load()
	if timeout >= time.Duration(Forever-now)-Interval {
		return Forever
	}
	return now + int64(timeout) + int64(Interval)
}

// Arm starts a wait, which is ended at the deadline (Forever for none) or when done is closed (nil for never).
func (w *Watch) Arm(done <-chan struct{}, deadline int64) {
	if done != w.lastDone {
		w.lastDone = done
		w.done.Store(&doneChannel{done}) // once per context, not per operation
	}
	w.deadline.Store(deadline)
	w.state.Store(w.state.Load()&^stateMask + nextWait + armed)
}

// Disarm ends the wait. A reason other than None means that the watchdog was faster: the connection's deadline is in the
// past, and whatever came of the wait, the connection should be given up.
func (w *Watch) Disarm() Reason {
	state := w.state.Load()
	if state&stateMask == armed && w.state.CompareAndSwap(state, state&^stateMask+idle) {
		return None
	}
	for {
		switch w.state.Load() & stateMask {
		case firedTimeout:
			return Timeout
		case firedCanceled:
			return Canceled
		case firing:
			runtime.Gosched() // the watchdog is between winning the state and setting the deadline
		default:
			return None
		}
	}
}

// look is the one goroutine. It ends when nothing is left to look at.
func look() {
	ticker := time.NewTicker(Interval)
	defer ticker.Stop()
	for range ticker.C {
		now := int64(time.Since(started))
		// A process that was stopped, or had no processor, made its deadlines from a clock that stood still.
		stoodStill := max(0, now-clock.Load()-int64(Interval))
		clock.Store(now)
		mutex.Lock()
		if changed {
			changed = false
			list = list[:0]
			for w := range watches {
				list = append(list, w)
			}
			clear(list[len(list):cap(list)])
		}
		if len(list) == 0 {
			running = false
			mutex.Unlock()
			return
		}
		mutex.Unlock()
		for _, w := range list {
			w.check(now, stoodStill)
		}
	}
}

// inThePast makes every read and write return at once.
var inThePast = time.Unix(1, 0)

// check ends a wait that is over. A wait that is new began since the last look, in which time the clock stood still for so long.
func (w *Watch) check(now, stoodStill int64) {
	state := w.state.Load()
	if state&stateMask != armed {
		return
	}
	if state != w.seen {
		w.seen, w.grace = state, stoodStill
	}
	outcome := idle
	if deadline := w.deadline.Load(); deadline <= now-w.grace {
		outcome = firedTimeout
	} else if done := w.done.Load(); done != nil {
		select {
		case <-done.c:
			outcome = firedCanceled
		default:
		}
	}
	if outcome == idle {
		return
	}
	// The deadline and the channel may already be those of a later wait: then the state has
	// changed too, and this fails.
	if w.state.CompareAndSwap(state, state&^stateMask+firing) {
		_ = w.conn.SetDeadline(inThePast)
		w.state.Store(state&^stateMask + outcome)
	}
}
