//go:build unix

package run

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestInstancesOnOneMachineTakeTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	var inside, together, turns atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			endTurn := takeTurnAt(t.Context(), path, time.Minute)
			if inside.Add(1) > 1 {
				together.Add(1)
			}
			time.Sleep(3 * time.Millisecond)
			inside.Add(-1)
			turns.Add(1)
			endTurn()
		})
	}
	group.Wait()
	if together.Load() > 0 || turns.Load() != 8 {
		t.Errorf("%d of %d turns were not alone", together.Load(), turns.Load())
	}
}

func TestATurnIsNotWaitedForLongerThanItIsWorth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	defer takeTurnAt(t.Context(), path, time.Minute)()
	done := make(chan struct{})
	go func() {
		defer close(done)
		takeTurnAt(t.Context(), path, time.Millisecond)()
		ended, end := context.WithCancel(t.Context())
		end()
		takeTurnAt(ended, path, time.Hour)()
		takeTurnAt(t.Context(), filepath.Join(path, "nowhere"), time.Hour)()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Error("it waits for a turn that does not come")
	}
}
