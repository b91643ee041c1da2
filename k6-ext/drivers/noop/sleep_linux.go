package noop

import (
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// sleeper sleeps on a futex: as precise as nanosleep, and it can be interrupted.
type sleeper struct{ interrupts atomic.Uint32 }

const (
	futexWaitPrivate = 0 | 128
	futexWakePrivate = 1 | 128
	prSetTimerSlack  = 29
)

// precise asks the kernel not to put this thread's timers together with others (50 µs by default).
func precise() { _, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, 1, 0) }

func (*sleeper) prepare() {}

// ticket is taken before the decision how long to sleep; an interrupt after it ends the sleep at once.
func (s *sleeper) ticket() uint32 { return s.interrupts.Load() }

func (s *sleeper) sleep(ticket uint32, wait time.Duration) {
	if wait <= 0 {
		return
	}
	timeout := syscall.NsecToTimespec(int64(wait))
	_, _, _ = syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(&s.interrupts)), futexWaitPrivate,
		uintptr(ticket), uintptr(unsafe.Pointer(&timeout)), 0, 0)
}

func (s *sleeper) interrupt() {
	s.interrupts.Add(1)
	_, _, _ = syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(&s.interrupts)), futexWakePrivate, 1, 0, 0, 0)
}
