package resource

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Processes is a process with all its descendants, such as PostgreSQL's postmaster with its backends.
type Processes struct {
	root    int
	started uint64
	label   string
	// next is when reading is cheap enough again.
	next time.Time
}

// Watch follows a process and its descendants.
func Watch(pid int) (*Processes, error) {
	s, err := readStat(strconv.Itoa(pid))
	if err != nil {
		return nil, fmt.Errorf("process %d cannot be read: %w", pid, err)
	}
	return &Processes{root: pid, started: s.started, label: fmt.Sprintf("%s (process %d and its children)", s.name, pid)}, nil
}

// Label says which processes these are.
func (p *Processes) Label() string { return p.label }

// readingShare is the share of a processor that reading may take; a server with thousands of processes is read less often.
const readingShare = 0.01

// Usage reads what the processes have used. CPU includes that of children that ended. Memory counts what the processes
// share once, by the largest: private memory of all and shared memory of one. known is false
// when the server is gone, or when reading it again so soon would cost too much.
func (p *Processes) Usage() (usage Usage, known bool) {
	now := time.Now()
	if now.Before(p.next) {
		return unknown, false
	}
	root, err := readStat(strconv.Itoa(p.root))
	if err != nil || root.started != p.started {
		return unknown, false
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
	for _, pid := range descendants(p.root) {
		// A child that ends meanwhile is in its parent's reaped time the next time.
		if s, err := readStat(pid); err == nil {
			usage.CPU += s.own + s.reaped
			add(pid)
		}
	}
	usage.MemoryBytes = private + shared
	p.next = now.Add(time.Duration(float64(time.Since(now)) / readingShare / 1.25))
	return usage, true
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
