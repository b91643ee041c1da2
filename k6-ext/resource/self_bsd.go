//go:build unix && !linux

package resource

import (
	"runtime"
	"syscall"
)

// selfMemory is the peak resident size: bytes on macOS, kibibytes elsewhere.
func selfMemory(usage *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) * 1024
}
