package noop

import (
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/sleeper"
)

// alarm wakes sessions at the instants they ask for, from a thread of its own: the runtime's timers are
// late by up to a millisecond when the process is busy with its network, this is late by some 50 µs. It
// runs while sessions are open and somebody has asked for an instant.
type alarm struct {
	mutex    sync.Mutex
	sessions int
	running  bool
	queue    alarms
	sleeper  sleeper.Sleeper
}

// join and leave count the open sessions.
func (a *alarm) join() {
	a.mutex.Lock()
	a.sessions++
	a.mutex.Unlock()
}

func (a *alarm) leave() {
	a.mutex.Lock()
	a.sessions--
	if a.sessions == 0 && a.running {
		a.sleeper.Interrupt()
	}
	a.mutex.Unlock()
}

// set asks for a session to be woken at an instant.
func (a *alarm) set(s *session, instant int64) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	earliest := len(a.queue) == 0 || instant < a.queue[0].instant
	a.queue.push(entry{session: s, instant: instant})
	if !a.running {
		a.running = true
		go a.run()
	} else if earliest {
		a.sleeper.Interrupt()
	}
}

func (a *alarm) run() {
	sleeper.OwnThread()
	for {
		a.mutex.Lock()
		instant := now()
		for len(a.queue) > 0 && a.queue[0].instant <= instant {
			e := a.queue.pop()
			select {
			case e.session.wake <- struct{}{}:
			default: // it has been told already
			}
		}
		if a.sessions == 0 {
			a.running, a.queue = false, nil
			a.mutex.Unlock()
			return
		}
		wait := time.Second
		if len(a.queue) > 0 {
			wait = min(wait, timeUntil(a.queue[0].instant))
		}
		ticket := a.sleeper.Ticket()
		a.mutex.Unlock()
		a.sleeper.Sleep(ticket, wait)
	}
}

// entry is a session's wish.
type entry struct {
	session *session
	instant int64
}

// alarms is a heap of wishes, the earliest first. container/heap would allocate for each.
type alarms []entry

func (q *alarms) push(e entry) {
	*q = append(*q, e)
	h := *q
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if h[parent].instant <= h[i].instant {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

func (q *alarms) pop() entry {
	h := *q
	first, last := h[0], len(h)-1
	h[0], h[last] = h[last], entry{}
	h = h[:last]
	*q = h
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return first
		}
		if child+1 < last && h[child+1].instant < h[child].instant {
			child++
		}
		if h[i].instant <= h[child].instant {
			return first
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
