//go:build unix

package run

import (
	"context"
	"os"
	"syscall"
	"time"
)

// turnLimit is how long an instance waits for its turn: others may hang, and what it measures is not worth more.
const turnLimit = 30 * time.Second

// takeTurn waits until no other process on this machine that runs the same program measures what it can do: side by side they would share the
// processors, and each would find a part of what one can do. Nobody is kept waiting for ever, and where the file cannot be locked, nobody waits.
func takeTurn(ctx context.Context) (endTurn func()) {
	path, err := os.Executable()
	if err != nil {
		return func() {}
	}
	return takeTurnAt(ctx, path, turnLimit)
}

func takeTurnAt(ctx context.Context, path string, limit time.Duration) (endTurn func()) {
	nothing := func() {}
	file, err := os.Open(path)
	if err != nil {
		return nothing
	}
	for deadline := time.Now().Add(limit); ; {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() } // which lets go
		}
		if (err != syscall.EWOULDBLOCK && err != syscall.EINTR) || time.Now().After(deadline) || !sleep(ctx, 5*time.Millisecond) {
			_ = file.Close()
			return nothing
		}
	}
}
