//go:build systems

package spacetimedb

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/spacetimedb/spacetimedbtest"
)

func TestALockIsHeldByOneAtATime(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	var holders, turns atomic.Int64
	var all sync.WaitGroup
	for i := range 6 {
		target, err := New().Open(driver.Config{URL: server.URL(), Mode: modes[i%len(modes)]})
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			unlock, err := target.(driver.Locker).Lock(context.Background(), "")
			if err != nil {
				t.Error(err)
				return
			}
			if n := holders.Add(1); n != 1 {
				t.Errorf("%d hold the lock", n)
			}
			server.Call(t, "increment", "held", 1)
			turns.Add(1)
			holders.Add(-1)
			unlock()
		})
	}
	all.Wait()
	if turns.Load() != 6 {
		t.Errorf("%d had their turn, of 6", turns.Load())
	}
}

func TestALockIsWaitedForUntilTheContextEnds(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	target, session := openTarget(t, driver.Config{URL: server.URL()}, call("CALL increment($1, 1)", "id"))
	unlock, err := target.Lock(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	// A lock is no connection of what is measured.
	if n := counted(target, "spacetime_ws_connections_total"); n != 1 {
		t.Errorf("%d connections, expected that of the session alone", n)
	}
	if c := perform(t, session, 0, texts("while-locked")); c.Err != nil {
		t.Error(c.Err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	failed := make(chan error)
	go func() {
		_, err := target.Lock(ctx, "")
		failed <- err
	}()
	cancel()
	if err := <-failed; driver.KindOf(err) != driver.KindCanceled {
		t.Errorf("kind %s, expected canceled: %v", driver.KindOf(err), err)
	}
	unlock()
	again, err := target.Lock(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	again()
}
