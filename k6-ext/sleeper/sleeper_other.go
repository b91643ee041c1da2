//go:build !linux

package sleeper

import (
	"sync"
	"time"
)

// Sleeper sleeps on the runtime's timers, where the precise way of Linux is not to be had. The zero value is ready. One goroutine
// sleeps; any may interrupt it.
type Sleeper struct {
	once       sync.Once
	interrupts chan struct{}
}

// Ticket is taken before the decision how long to sleep; an interrupt after it ends the sleep at once.
type Ticket struct{}

// OwnThread does nothing here.
func OwnThread() {}

func (s *Sleeper) channel() chan struct{} {
	s.once.Do(func() { s.interrupts = make(chan struct{}, 1) })
	return s.interrupts
}

// Ticket is for the next Sleep.
func (s *Sleeper) Ticket() Ticket { return Ticket{} }

// Sleep waits, or less if it is interrupted. It may return early; the caller looks at the clock again.
func (s *Sleeper) Sleep(_ Ticket, wait time.Duration) {
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(min(wait, Longest))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.channel():
	}
}

// Interrupt ends a sleep.
func (s *Sleeper) Interrupt() {
	select {
	case s.channel() <- struct{}{}:
	default:
	}
}
