//go:build unix

package record

import (
	"os/signal"
	"sync"
	"syscall"
)

// tolerateSizeLimit lets a write beyond the limit on the size of files (ulimit -f) fail like one to a full disk. Without it, the
// signal that the system sends ends the process in the middle of a run.
var tolerateSizeLimit = sync.OnceFunc(func() { signal.Ignore(syscall.SIGXFSZ) })
