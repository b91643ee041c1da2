//go:build !linux

package pacing

import "time"

// sleeper uses Go's own timers where the precise sleep of Linux is not to be had.
type sleeper struct{}

func newSleeper() sleeper { return sleeper{} }

func (sleeper) close() {}

func (sleeper) sleep(d time.Duration) { time.Sleep(d) }
