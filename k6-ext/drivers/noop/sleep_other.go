//go:build !linux

package noop

import "time"

// sleeper sleeps on the runtime's timers, which may be a millisecond late.
type sleeper struct{ interrupts chan struct{} }

func precise() {}

func (s *sleeper) prepare() {
	if s.interrupts == nil {
		s.interrupts = make(chan struct{}, 1)
	}
}

func (*sleeper) ticket() struct{} { return struct{}{} }

func (s *sleeper) sleep(_ struct{}, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.interrupts:
	}
}

func (s *sleeper) interrupt() {
	select {
	case s.interrupts <- struct{}{}:
	default:
	}
}
