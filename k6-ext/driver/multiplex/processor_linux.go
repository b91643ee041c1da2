package multiplex

import (
	"math/bits"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// noProcessor stands for one that is not known, or for none.
const noProcessor = -1

// processorSet is a set as the kernel has it, for up to 1,024 processors.
type processorSet [16]uint64

// only is the set of one processor.
func only(processor int) (set processorSet) {
	set[processor/64] = 1 << (processor % 64)
	return set
}

// allowedProcessors are those on which this process may run; none where the kernel does not say.
func allowedProcessors() (numbers []int) {
	for word, rest := range affinity() {
		for ; rest != 0; rest &= rest - 1 {
			numbers = append(numbers, 64*word+bits.TrailingZeros64(rest))
		}
	}
	return numbers
}

// affinity is the set of processors on which this thread may run.
func affinity() (set processorSet) {
	_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_GETAFFINITY, 0, unsafe.Sizeof(set), uintptr(unsafe.Pointer(&set)))
	return set
}

// bind has this thread run on these processors alone, and says whether the kernel agreed.
func bind(set *processorSet) bool {
	_, _, failure := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(*set), uintptr(unsafe.Pointer(set)))
	return failure == 0
}

// incomingCPU is SO_INCOMING_CPU of socket(7), which package syscall does not have.
const incomingCPU = 49

// incomingProcessor is the processor on which the last bytes for a socket were received: on loopback, the one on which they were sent.
func incomingProcessor(descriptor int) int {
	processor, err := syscall.GetsockoptInt(descriptor, syscall.SOL_SOCKET, incomingCPU)
	if err != nil {
		return noProcessor
	}
	return processor
}

// stay keeps a loop's thread on its processor for as long as it has hardly anything to wait for. A thread that mostly waits is
// the operating system's to place: kept, it would wait for its processor while another is idle.
type stay struct {
	processor    int
	polls, waits int // since the last review
	anywhere     processorSet
	kept         atomic.Bool
}

// reviewedAfter is the number of polls that say something.
const reviewedAfter = 32

// begin is called by the thread, before anything else.
func (s *stay) begin() {
	if s.processor == noProcessor {
		return
	}
	s.anywhere = affinity()
	s.keep()
}

// review decides, when tasks arrive (of a run, once a second), whether the thread goes on staying. A loop that waits in less than half of its polls is
// busy: there, waits are a tenth; with a server that takes milliseconds, nearly all.
func (s *stay) review() {
	if s.processor == noProcessor || s.polls < reviewedAfter {
		return
	}
	busy := 2*s.waits <= s.polls
	s.polls, s.waits = 0, 0
	if busy && !s.kept.Load() {
		s.keep()
	} else if !busy && s.kept.Load() {
		bind(&s.anywhere)
		s.kept.Store(false)
	}
}

func (s *stay) keep() {
	own := only(s.processor)
	s.kept.Store(bind(&own))
}

// on is where the loop stays; noProcessor: wherever the operating system has it.
func (s *stay) on() int {
	if !s.kept.Load() {
		return noProcessor
	}
	return s.processor
}
