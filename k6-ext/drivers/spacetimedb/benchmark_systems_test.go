//go:build systems

package spacetimedb

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/drivers/spacetimedb/spacetimedbtest"
)

// BenchmarkIncrement calls a reducer in each mode, alone and with 20 in flight on one session. Client CPU a call is this process's; the server
// has its own.
func BenchmarkIncrement(b *testing.B) {
	server := spacetimedbtest.Start(b, spacetimedbtest.Options{})
	for _, mode := range modes {
		for _, depth := range []int{1, 20} {
			b.Run(fmt.Sprintf("%s/%d", mode, depth), func(b *testing.B) { benchmarkIncrement(b, server, mode, depth, nil) })
			if mode != modeHTTP || depth == 1 {
				b.Run(fmt.Sprintf("%s/%d/loop", mode, depth), func(b *testing.B) {
					loop, err := multiplex.NewLoop()
					if err != nil {
						b.Fatal(err)
					}
					defer loop.Close()
					loop.Run(func(task *multiplex.Task) { benchmarkIncrement(b, server, mode, depth, task) })
				})
			}
		}
	}
}

func benchmarkIncrement(b *testing.B, server *spacetimedbtest.Server, mode string, depth int, task *multiplex.Task) {
	s := openSession(b, server.URL(), mode, driver.Operation{Name: "increment", Kind: driver.Write, Parameters: []string{"id"},
		Steps: []driver.Step{{Statement: "CALL increment($1, 1)", Parameters: []string{"id"}}}})
	if task != nil {
		s.(driver.Multiplexed).Multiplex(task)
		defer s.(driver.Multiplexed).Multiplex(nil)
	}
	names := make([]string, 100)
	for i := range names {
		names[i] = strings.Repeat("c", 12) + fmt.Sprint(i)
	}
	requests := make([]driver.Request, depth)
	for i := range requests {
		requests[i].Tag, requests[i].Parameters = uint64(i), make([]driver.Value, 1)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var done []driver.Completion
	submitted, delivered := 0, 0
	submit := func(r *driver.Request) {
		r.Parameters[0].SetText(names[submitted%len(names)])
		if err := s.Submit(ctx, r); err != nil {
			b.Fatal(err)
		}
		submitted++
	}
	b.ReportAllocs()
	b.ResetTimer()
	cpu := processorTime(b)
	for i := range requests {
		if submitted < b.N {
			submit(&requests[i])
		}
	}
	for delivered < b.N {
		done = s.Deliver(ctx, done[:0])
		for i := range done {
			if done[i].Err != nil {
				b.Fatal(done[i].Err)
			}
			delivered++
			if submitted < b.N {
				submit(&requests[done[i].Tag])
			}
		}
	}
	b.ReportMetric(float64(processorTime(b)-cpu)/float64(b.N), "cpu-ns/call")
}

// processorTime is what this process has used, in nanoseconds.
func processorTime(t testing.TB) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// openSession opens a session in a mode; it is closed with the test.
func openSession(t testing.TB, url, mode string, operations ...driver.Operation) driver.Session {
	t.Helper()
	_, s := openTarget(t, driver.Config{URL: url, Mode: mode}, operations...)
	return s
}

func openTarget(t testing.TB, config driver.Config, operations ...driver.Operation) (*target, driver.Session) {
	t.Helper()
	opened, err := New().Open(config)
	if err != nil {
		t.Fatal(err)
	}
	program, err := opened.Compile(operations)
	if err != nil {
		t.Fatal(err)
	}
	s, err := opened.OpenSession(context.Background(), program)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return opened.(*target), s
}
