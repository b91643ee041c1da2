//go:build unix

package resource

import (
	"syscall"
	"time"
)

// Self is what this process has used. Where /proc does not tell the memory of now, it is the peak so far.
func Self() Usage {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return unknown
	}
	return Usage{
		CPU:         time.Duration(usage.Utime.Nano() + usage.Stime.Nano()),
		MemoryBytes: selfMemory(&usage),
	}
}
