package sleeper

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Sleeper sleeps on a futex: as precise as nanosleep, and it can be interrupted. The zero value is ready. One goroutine
// sleeps; any may interrupt it.
type Sleeper struct{ interrupts atomic.Uint32 }

const (
	futexWaitPrivate = 0 | 128
	futexWakePrivate = 1 | 128
	prSetTimerSlack  = 29
)

// Ticket is taken before the decision how long to sleep; an interrupt after it ends the sleep at once.
type Ticket uint32

// OwnThread gives the calling goroutine an operating system thread for itself until it ends: for one that hands on nothing but
// signals, and need not wait for a thread.
func OwnThread() { runtime.LockOSThread() }

// Ticket is for the next Sleep.
func (s *Sleeper) Ticket() Ticket { return Ticket(s.interrupts.Load()) }

// Sleep waits, or less if it is interrupted after the ticket was taken. It may return early; the caller looks at the clock again.
func (s *Sleeper) Sleep(ticket Ticket, wait time.Duration) {
	if wait <= 0 {
		return
	}
	// The kernel may put a thread's timers together with others, by up to 50 µs. The one that this runs on now must not be.
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, 1, 0)
	timeout := syscall.NsecToTimespec(int64(min(wait, Longest)))
	_, _, _ = syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(&s.interrupts)), futexWaitPrivate,
		uintptr(ticket), uintptr(unsafe.Pointer(&timeout)), 0, 0)
}

// Interrupt ends a sleep.
func (s *Sleeper) Interrupt() {
	s.interrupts.Add(1)
	_, _, _ = syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(&s.interrupts)), futexWakePrivate, 1, 0, 0, 0)
}
