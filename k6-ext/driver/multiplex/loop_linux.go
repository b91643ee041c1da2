package multiplex

import (
	"encoding/binary"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Loop runs tasks, one at a time, on a thread of its own.
type Loop struct {
	poller int // an epoll descriptor
	bell   int // an eventfd that ends the poller's wait

	// watching holds, by descriptor, the task that registered it; only the loop's goroutine uses it and the next two.
	watching []*Task
	sleeping []*Task // few, in no order
	events   [128]syscall.EpollEvent

	// waiting: the loop does not look at what follows before something happens at a descriptor, so the bell has to be rung.
	waiting atomic.Bool
	mutex   sync.Mutex
	arrived []*Task
	woken   []int // descriptors
	closed  bool
	freed   bool

	stay stay
}

// Task is a body that runs on a loop. Its methods are for that body alone.
type Task struct {
	loop  *Loop
	body  func(*Task)
	next  func() (struct{}, bool)
	yield func(struct{}) bool
	ended chan struct{}

	descriptor int  // what it has registered; none: -1
	happened   bool // something, at the descriptor, since the last await
	hungUp     bool // its other end has closed, or it is broken
	awaiting   bool
	wakeAt     time.Time
	// processor is the one on which the last bytes for the descriptor arrived, when the task has ended; below zero: not known.
	processor int
}

// NewLoop starts a loop, which must be closed. While it waits in the kernel it keeps one of Go's processors (GOMAXPROCS), for giving it
// back and getting it again costs more than the wait; so there is one processor more as long as the loop lives.
func NewLoop() (*Loop, error) { return newLoopOn(noProcessor) }

// newLoopOn starts a loop that stays on a processor while it is busy, or on none.
func newLoopOn(processor int) (*Loop, error) {
	poller, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	bell, _, failure := syscall.Syscall(syscall.SYS_EVENTFD2, 0, syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if failure != 0 {
		_ = syscall.Close(poller)
		return nil, failure
	}
	l := &Loop{poller: poller, bell: int(bell), stay: stay{processor: processor}}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(l.bell)}
	if err := syscall.EpollCtl(poller, syscall.EPOLL_CTL_ADD, l.bell, &event); err != nil {
		l.free()
		return nil, err
	}
	changeProcessors(+1)
	go l.run()
	return l, nil
}

// Close ends the loop as soon as its last task has ended. Run must not be called again.
func (l *Loop) Close() {
	l.mutex.Lock()
	l.closed = true
	l.mutex.Unlock()
	l.ring()
}

func (l *Loop) free() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.freed = true
	_ = syscall.Close(l.poller)
	_ = syscall.Close(l.bell)
}

var processors sync.Mutex

func changeProcessors(by int) {
	processors.Lock()
	defer processors.Unlock()
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + by)
}

// Run runs a body on the loop, and returns when it has returned.
func (l *Loop) Run(body func(*Task)) { l.perform(body) }

// perform is Run, and gives the task that has ended.
func (l *Loop) perform(body func(*Task)) *Task {
	t := &Task{loop: l, body: body, ended: make(chan struct{}), descriptor: -1, processor: noProcessor}
	l.mutex.Lock()
	l.arrived = append(l.arrived, t)
	l.mutex.Unlock()
	l.ring()
	<-t.ended
	return t
}

// wake makes the wait for a descriptor return, if a task waits for it. Any goroutine may call it.
func (l *Loop) wake(descriptor int) {
	l.mutex.Lock()
	l.woken = append(l.woken, descriptor)
	l.mutex.Unlock()
	l.ring()
}

// ring ends the poller's wait. A loop that does not wait looks before it does.
func (l *Loop) ring() {
	if !l.waiting.Load() {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if !l.freed { // its number may be another descriptor's by now
		_, _ = syscall.Write(l.bell, binary.NativeEndian.AppendUint64(nil, 1))
	}
}

// await returns when something has happened at the descriptor since the last call: something to read, room to write, its end (hungUp). It
// may return for nothing. A task awaits one descriptor at a time; another one takes its place.
func (t *Task) await(descriptor int) (hungUp bool, err error) {
	if t.descriptor != descriptor {
		if err := t.register(descriptor); err != nil {
			return false, err
		}
	}
	if !t.happened {
		t.awaiting = true
		t.yield(struct{}{})
		t.awaiting = false
	}
	t.happened = false
	return t.hungUp, nil
}

// Sleep returns after the time, up to a millisecond later.
func (t *Task) Sleep(duration time.Duration) {
	t.wakeAt = time.Now().Add(duration)
	t.loop.sleeping = append(t.loop.sleeping, t)
	t.yield(struct{}{})
}

// edgeTriggered is syscall.EPOLLET, which is a negative number there. What happens is told once: where nobody waits for it, it
// is remembered, and no wait returns at once for ever because of bytes that nobody wants yet.
const edgeTriggered = 1 << 31

func (t *Task) register(descriptor int) error {
	t.unregister()
	l := t.loop
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | edgeTriggered, Fd: int32(descriptor)}
	if err := syscall.EpollCtl(l.poller, syscall.EPOLL_CTL_ADD, descriptor, &event); err != nil {
		return err
	}
	if missing := descriptor + 1 - len(l.watching); missing > 0 {
		l.watching = append(l.watching, make([]*Task, missing)...)
	}
	l.watching[descriptor] = t
	t.descriptor = descriptor
	return nil
}

func (t *Task) unregister() {
	if t.descriptor < 0 {
		return
	}
	l := t.loop
	// The descriptor may have been closed, which has removed it here, and may be another task's now.
	if l.watching[t.descriptor] == t {
		l.watching[t.descriptor] = nil
		_ = syscall.EpollCtl(l.poller, syscall.EPOLL_CTL_DEL, t.descriptor, nil)
	}
	t.descriptor, t.happened, t.hungUp = -1, false, false
}

// run is the loop.
func (l *Loop) run() {
	defer changeProcessors(-1)
	defer l.free()
	// The thread is not unlocked, so that it ends with the goroutine: nobody else gets one that is bound to a processor.
	runtime.LockOSThread()
	l.stay.begin()
	tasks := 0
	for {
		l.waiting.Store(true)
		l.mutex.Lock()
		arrived, woken, closed := l.arrived, l.woken, l.closed
		l.arrived, l.woken = nil, nil
		l.mutex.Unlock()
		tasks += len(arrived)
		if len(arrived) > 0 {
			l.stay.review()
		}
		for _, t := range arrived {
			// Here, because a coroutine belongs to the thread that made it where that is locked.
			t.next, _ = iter.Pull(func(yield func(struct{}) bool) {
				t.yield = yield
				t.body(t)
			})
			tasks -= l.step(t)
		}
		for _, descriptor := range woken {
			tasks -= l.happen(descriptor, 0)
		}
		tasks -= l.wakeSleepers()
		if closed && tasks == 0 {
			return
		}
		n := l.poll()
		l.waiting.Store(false)
		for i := range n {
			tasks -= l.happen(int(l.events[i].Fd), l.events[i].Events)
		}
	}
}

// happen tells the task that registered the descriptor what happened there. It returns the number of tasks that ended.
func (l *Loop) happen(descriptor int, what uint32) int {
	if descriptor == l.bell {
		var count [8]byte
		_, _ = syscall.Read(l.bell, count[:])
		return 0
	}
	if descriptor >= len(l.watching) || l.watching[descriptor] == nil {
		return 0
	}
	t := l.watching[descriptor]
	t.happened = true
	if what&(syscall.EPOLLRDHUP|syscall.EPOLLHUP|syscall.EPOLLERR) != 0 {
		t.hungUp = true
	}
	if !t.awaiting {
		return 0
	}
	return l.step(t)
}

// step lets a task run until it waits again. It returns the number of tasks that ended.
func (l *Loop) step(t *Task) int {
	if _, waits := t.next(); waits {
		return 0
	}
	if t.descriptor >= 0 {
		t.processor = incomingProcessor(t.descriptor)
	}
	t.unregister()
	close(t.ended)
	return 1
}

// wakeSleepers steps the tasks whose time has come, and returns the number of those that ended.
func (l *Loop) wakeSleepers() int {
	if len(l.sleeping) == 0 {
		return 0
	}
	now := time.Now()
	var due []*Task
	l.sleeping = slices.DeleteFunc(l.sleeping, func(t *Task) bool {
		over := !t.wakeAt.After(now)
		if over {
			due = append(due, t)
		}
		return over
	})
	ended := 0
	for _, t := range due {
		ended += l.step(t)
	}
	return ended
}

// keptFor is how long a wait keeps Go's processor: replies of a database that is worth such a loop come sooner.
const keptFor = time.Millisecond

// yields is how often a loop with nothing to do lets others run before it waits.
const yields = 3

// poll waits until something happens or the next sleeper is to wake, and returns the number of events.
func (l *Loop) poll() int {
	timeout := time.Duration(-1)
	if len(l.sleeping) > 0 {
		first := slices.MinFunc(l.sleeping, func(a, b *Task) int { return a.wakeAt.Compare(b.wakeAt) })
		timeout = max(0, time.Until(first.wakeAt))
	}
	// A server on the same machine may only wait for this processor: let it run, and the reply is there without anybody being put to sleep and woken.
	l.stay.polls++
	for range yields {
		if n := l.ask(0); n > 0 {
			return n
		}
		_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
	}
	l.stay.waits++
	kept := keptFor
	if timeout >= 0 {
		kept = min(kept, timeout)
	}
	if n := l.ask(kept); n > 0 || kept == timeout {
		return n
	}
	if timeout > 0 {
		timeout -= kept
	}
	events, err := syscall.EpollWait(l.poller, l.events[:], int(milliseconds(timeout)))
	if err != nil { // interrupted
		return 0
	}
	return events
}

// ask waits for events without telling Go's scheduler, which would have another thread take the processor after 20 us, and would have to find
// one again. To stop the world, Go interrupts the wait by a signal.
func (l *Loop) ask(timeout time.Duration) int {
	n, _, failure := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(l.poller), uintptr(unsafe.Pointer(&l.events[0])), uintptr(len(l.events)),
		milliseconds(timeout), 0, 0)
	if failure != 0 {
		return 0
	}
	return int(n)
}

// milliseconds rounds up; what is below zero stays so.
func milliseconds(duration time.Duration) uintptr {
	if duration < 0 {
		return ^uintptr(0)
	}
	return uintptr((duration + time.Millisecond - 1) / time.Millisecond)
}
