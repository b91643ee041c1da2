package resource

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of times in /proc/<pid>/stat: USER_HZ, which is 100 on every architecture that Go
// and Linux share.
const clockTick = 10 * time.Millisecond

var pageSize = int64(os.Getpagesize())

// stat is what /proc/<pid>/stat says, as far as it matters here.
type stat struct {
	name   string
	parent int
	// own is the processor time of the process, the larger of what its ticks and its main thread tell; reaped is that of its children that
	// ended and were waited for.
	own, reaped time.Duration
	// started is in clock ticks since the boot: with the process id it names a process for good.
	started uint64
}

// readStat reads a process. The name stands in parentheses and may hold spaces and parentheses itself.
func readStat(pid string) (s stat, err error) {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return s, err
	}
	opening, closing := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if opening < 0 || closing < opening {
		return s, fmt.Errorf("/proc/%s/stat has no name", pid)
	}
	s.name = string(text[opening+1 : closing])
	// fields[0] is the third field of proc(5), the state.
	fields := bytes.Fields(text[closing+1:])
	if len(fields) < 20 {
		return s, fmt.Errorf("/proc/%s/stat has %d fields", pid, len(fields)+2)
	}
	number := func(i int) uint64 {
		n, parseErr := strconv.ParseUint(string(fields[i-3]), 10, 64)
		if parseErr != nil {
			err = parseErr
		}
		return n
	}
	s.parent = int(number(4))
	s.own = max(time.Duration(number(14)+number(15))*clockTick, scheduled(pid))
	s.reaped = time.Duration(number(16)+number(17)) * clockTick
	s.started = number(22)
	return s, err
}

// longestName is what the kernel keeps of a process's name, in bytes.
const longestName = 15

// wholeName gives the name of a process whose kernel name may be cut off: that of the program it was started as, where it begins the same.
func wholeName(pid int, name string) string {
	if len(name) < longestName {
		return name
	}
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return name
	}
	program, _, _ := bytes.Cut(text, []byte{0})
	if whole := filepath.Base(string(program)); strings.HasPrefix(whole, name) {
		return whole
	}
	return name
}

// scheduled is the processor time of a process's main thread to the nanosecond; 0 where the kernel does not tell. Ticks alone would lose
// most of what a hundred backends use that each work for a millisecond in a second.
func scheduled(pid string) time.Duration {
	text, err := os.ReadFile("/proc/" + pid + "/schedstat")
	if err != nil {
		return 0
	}
	first, _, _ := bytes.Cut(text, []byte(" "))
	nanoseconds, err := strconv.ParseInt(string(first), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(nanoseconds)
}

// memory in bytes.
type memory struct{ private, shared int64 }

// readMemory reads /proc/<pid>/statm: size, resident and shared in pages.
func readMemory(pid string) (m memory, err error) {
	text, err := os.ReadFile("/proc/" + pid + "/statm")
	if err != nil {
		return m, err
	}
	fields := bytes.Fields(text)
	if len(fields) < 3 {
		return m, fmt.Errorf("/proc/%s/statm has %d fields", pid, len(fields))
	}
	resident, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return m, err
	}
	shared, err := strconv.ParseInt(string(fields[2]), 10, 64)
	return memory{private: (resident - shared) * pageSize, shared: shared * pageSize}, err
}

// processes lists the ids of all processes.
func processes() []int {
	folder, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
