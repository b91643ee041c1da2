package resource

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// Processes is a process with all its descendants, such as PostgreSQL's postmaster with its backends.
type Processes struct {
	root    int
	started uint64
	label   string
	// next is when reading is cheap enough again.
	next time.Time
	// cpu is the most processor time that a reading gave.
	cpu time.Duration
}

// Watch follows a process and its descendants.
func Watch(pid int) (*Processes, error) {
	s, err := readStat(strconv.Itoa(pid))
	if err != nil {
		return nil, fmt.Errorf("process %d cannot be read: %w", pid, err)
	}
	return &Processes{root: pid, started: s.started, label: fmt.Sprintf("%s (process %d and its children)", wholeName(pid, s.name), pid)}, nil
}

// Label says which processes these are.
func (p *Processes) Label() string { return p.label }

// readingShare is the share of a processor that reading may take; a server with thousands of processes is read less often.
const readingShare = 0.01

// readings is how often a tree is read whose processes end while it is read.
const readings = 4

// Usage reads what the processes have used. CPU includes that of children that ended, and never falls. Memory counts what the processes
// share once, by the largest: private memory of all and shared memory of one. known is false
// when the server is gone, or when reading it again so soon would cost too much.
func (p *Processes) Usage() (usage Usage, known bool) {
	now := time.Now()
	if now.Before(p.next) {
		return unknown, false
	}
	// Of processor time and not of the clock's: where others want the processors, reading takes long and costs no more.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	// The time of a child that ends after its parent was read and before it is read itself is in neither. So it is at the end of a run,
	// when all connections are closed at once.
	for whole, reading := false, 0; !whole && reading < readings; reading++ {
		if usage, whole, known = p.read(); !known {
			return unknown, false
		}
	}
	// Where processes come and go all the time, what is missing is found by the next reading, and is not taken back by this one.
	usage.CPU = max(usage.CPU, p.cpu)
	p.cpu = usage.CPU
	p.next = now.Add(time.Duration(float64(threadTime()-before) / readingShare / 1.25))
	return usage, true
}

// threadTime is the processor time that the current thread has used.
func threadTime() time.Duration {
	const thisThread = 1 // RUSAGE_THREAD
	var usage syscall.Rusage
	if syscall.Getrusage(thisThread, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// read reads each process once. whole: none of them ended meanwhile.
func (p *Processes) read() (usage Usage, whole, known bool) {
	root, err := readStat(strconv.Itoa(p.root))
	if err != nil || root.started != p.started {
		return unknown, false, false
	}
	var private, shared int64
	usage.CPU = root.own + root.reaped
	add := func(pid string) {
		if m, err := readMemory(pid); err == nil {
			private += m.private
			shared = max(shared, m.shared)
		}
	}
	add(strconv.Itoa(p.root))
	whole = true
	for _, pid := range descendants(p.root) {
		s, err := readStat(pid)
		if err != nil {
			whole = false
			continue
		}
		usage.CPU += s.own + s.reaped
		add(pid)
	}
	usage.MemoryBytes = private + shared
	// A child may have ended before the list was made.
	again, err := readStat(strconv.Itoa(p.root))
	if err != nil || again.started != p.started {
		return unknown, false, false
	}
	return usage, whole && again.reaped == root.reaped, true
}

// descendants lists the processes below one.
func descendants(root int) []string {
	var found []string
	queue := []string{strconv.Itoa(root)}
	for len(queue) > 0 {
		children, ok := childrenOf(queue[0])
		if !ok {
			return descendantsByParent(root)
		}
		queue = append(queue[1:], children...)
		found = append(found, children...)
	}
	return found
}

// childrenOf reads the list that most kernels keep, for each thread; not ok where this one does not.
func childrenOf(pid string) (children []string, ok bool) {
	folder, err := os.Open("/proc/" + pid + "/task")
	if err != nil {
		return nil, os.IsNotExist(err)
	}
	threads, _ := folder.Readdirnames(-1)
	folder.Close()
	for _, thread := range threads {
		text, err := os.ReadFile("/proc/" + pid + "/task/" + thread + "/children")
		if err != nil {
			if _, gone := os.Stat("/proc/" + pid + "/task/" + thread); gone == nil {
				return nil, false
			}
			continue
		}
		for _, child := range bytes.Fields(text) {
			children = append(children, string(child))
		}
	}
	return children, true
}

// descendantsByParent looks at every process of the host.
func descendantsByParent(root int) []string {
	byParent := map[int][]int{}
	for _, pid := range processes() {
		if s, err := readStat(strconv.Itoa(pid)); err == nil {
			byParent[s.parent] = append(byParent[s.parent], pid)
		}
	}
	var found []string
	queue := []int{root}
	for len(queue) > 0 {
		for _, child := range byParent[queue[0]] {
			found = append(found, strconv.Itoa(child))
			queue = append(queue, child)
		}
		queue = queue[1:]
	}
	return found
}
