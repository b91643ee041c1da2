package watchdog

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// pair is a TCP connection with both its ends.
func pair(t testing.TB) (client, server net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err = net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

func TestAWaitOverItsDeadlineIsEndedInTimeAndNotEarly(t *testing.T) {
	client, _ := pair(t)
	w := New(client)
	defer w.Close()
	const timeout = 50 * time.Millisecond
	start := time.Now()
	w.Arm(nil, Deadline(timeout))
	_, err := client.Read(make([]byte, 1))
	took := time.Since(start)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("read returned %v, want a passed deadline", err)
	}
	if reason := w.Disarm(); reason != Timeout {
		t.Fatalf("reason is %d, want Timeout", reason)
	}
	if took < timeout || took > timeout+200*time.Millisecond {
		t.Fatalf("ended after %v, want %v and a little", took, timeout)
	}
}

func TestAWaitWhoseContextEndsIsEndedSoon(t *testing.T) {
	client, _ := pair(t)
	w := New(client)
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	start := time.Now()
	w.Arm(ctx.Done(), Forever)
	_, err := client.Read(make([]byte, 1))
	if err == nil || w.Disarm() != Canceled {
		t.Fatalf("want Canceled, got %v", err)
	}
	if took := time.Since(start); took > 300*time.Millisecond {
		t.Fatalf("ended after %v", took)
	}
}

func TestAContextThatEndedBeforeTheWaitEndsIt(t *testing.T) {
	client, _ := pair(t)
	w := New(client)
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	w.Arm(ctx.Done(), Forever)
	_, err := client.Read(make([]byte, 1))
	if err == nil || w.Disarm() != Canceled {
		t.Fatalf("want Canceled, got %v", err)
	}
}

func TestAWaitThatCompletedIsLeftAlone(t *testing.T) {
	client, server := pair(t)
	w := New(client)
	defer w.Close()
	w.Arm(nil, Deadline(20*time.Millisecond))
	if _, err := server.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if reason := w.Disarm(); reason != None {
		t.Fatalf("reason is %d, want None", reason)
	}
	time.Sleep(60 * time.Millisecond) // far over the deadline
	time.AfterFunc(20*time.Millisecond, func() { server.Write([]byte("y")) })
	if _, err := client.Read(make([]byte, 1)); err != nil {
		t.Fatalf("a completed wait was hit late: %v", err)
	}
}

// counter counts how often its deadline is set.
type counter struct{ fired atomic.Int64 }

func (c *counter) SetDeadline(time.Time) error { c.fired.Add(1); return nil }

func TestEveryFiringIsSeenByItsOwnWaitAndNoOther(t *testing.T) {
	var group sync.WaitGroup
	for worker := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			c := &counter{}
			w := New(c)
			defer w.Close()
			seen := int64(0)
			for end := time.Now().Add(150 * time.Millisecond); time.Now().Before(end); {
				// The deadline is already due: the watchdog fires as soon as it looks.
				w.Arm(nil, int64(worker))
				if w.Disarm() != None {
					seen++
				}
				if fired := c.fired.Load(); fired != seen {
					t.Errorf("fired %d times, seen %d times", fired, seen)
					return
				}
			}
		}()
	}
	group.Wait()
}

func TestWithNothingToWatchTheGoroutineEndsAndStartsAgain(t *testing.T) {
	stopped := func() bool {
		mutex.Lock()
		defer mutex.Unlock()
		return !running
	}
	for range 2 {
		c := &counter{}
		w := New(c)
		w.Arm(nil, Deadline(0))
		for end := time.Now().Add(2 * time.Second); c.fired.Load() == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the watchdog does not look")
			}
		}
		w.Disarm()
		w.Close()
		w.Close()
		for end := time.Now().Add(2 * time.Second); !stopped(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the watchdog does not end")
			}
		}
	}
}

func TestAWaitAllocatesNothing(t *testing.T) {
	w := New(&counter{})
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.Arm(ctx.Done(), Deadline(time.Hour))
	w.Disarm()
	if n := testing.AllocsPerRun(1000, func() { w.Arm(ctx.Done(), Deadline(time.Hour)); w.Disarm() }); n != 0 {
		t.Fatalf("%v allocations for each wait", n)
	}
}

func BenchmarkArmAndDisarm(b *testing.B) {
	w := New(&counter{})
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		w.Arm(ctx.Done(), Deadline(time.Hour))
		w.Disarm()
	}
}

func TestAClockThatStoodStillEndsNoWaitEarly(t *testing.T) {
	// The process was stopped for a second; then a request with half a second to go was made, of the old clock.
	const stopped, timeout = int64(time.Second), int64(500 * time.Millisecond)
	conn := &counter{}
	w := &Watch{conn: conn}
	w.Arm(nil, timeout)
	for now := stopped; now < stopped+timeout; now += timeout / 5 {
		stoodStill := int64(0)
		if now == stopped {
			stoodStill = stopped
		}
		w.check(now, stoodStill)
		if conn.fired.Load() != 0 {
			t.Fatalf("ended %v after it began", time.Duration(now-stopped))
		}
	}
	w.check(stopped+timeout, 0)
	if w.Disarm() != Timeout {
		t.Error("not ended at its deadline")
	}
}
