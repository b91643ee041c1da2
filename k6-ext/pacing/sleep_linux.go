package pacing

import (
	"runtime"
	"syscall"
	"time"
)

// sleeper sleeps on an operating system thread of its own. Go's timers are rounded to a millisecond by
// the network poller while connections are busy; nanosleep is not.
type sleeper struct{}

func newSleeper() sleeper {
	runtime.LockOSThread()
	return sleeper{}
}

func (sleeper) close() { runtime.UnlockOSThread() }

func (sleeper) sleep(d time.Duration) {
	if d <= 0 {
		return
	}
	request := syscall.NsecToTimespec(int64(d))
	// An interrupted sleep is short; the caller looks at the clock again.
	_ = syscall.Nanosleep(&request, nil)
}
