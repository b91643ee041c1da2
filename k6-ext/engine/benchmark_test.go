package engine

import (
	"context"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func TestParametersKeepTheirBuffersWhenOperationsAlternate(t *testing.T) {
	values := resize(nil, 3)
	copy(values[2].Grow(driver.Bytes, 100), "something")
	before := cap(values)
	for _, n := range []int{1, 3, 0, 2, 3} {
		values = resize(values, n)
	}
	if cap(values) != before || cap(values[2].Bytes) < 100 {
		t.Errorf("capacity went from %d to %d, and the buffer to %d", before, cap(values), cap(values[2].Bytes))
	}
}

// BenchmarkLoop is the whole loop on a target that answers at once: an operation's share of the harness.
func BenchmarkLoop(b *testing.B) {
	t := &testing.T{}
	e := prepare(t, "noop://benchmark", func(c *Config) { c.Workers, c.Count = 1, int64(b.N) })
	e.Begin()
	worker := e.Worker(0, nil)
	b.ReportAllocs()
	b.ResetTimer()
	worker.Slice(context.Background(), time.Hour, 0)
}

// BenchmarkShortestSlice is the same with one operation a slice, each with a context of its own, as k6 lends it to an iteration.
func BenchmarkShortestSlice(b *testing.B) {
	t := &testing.T{}
	e := prepare(t, "noop://benchmark", func(c *Config) { c.Workers, c.Count = 1, int64(b.N) })
	e.Begin()
	worker := e.Worker(0, nil)
	run, end := context.WithCancel(context.Background())
	defer end()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		ctx, cancel := context.WithCancel(run)
		worker.Slice(ctx, time.Hour, 1)
		cancel()
	}
}
