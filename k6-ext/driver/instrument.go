package driver

import "github.com/dbmark/dbmark/k6-ext/histogram"

// Instrumented is a Target that counts, or times, more than the run's operations: messages, connections, updates of subscriptions.
type Instrumented interface {
	Target
	// Instruments are the same, in the same order, at every call, from Open on: k6's metrics are made of them before anything is connected to.
	Instruments() []Instrument
}

// Instrument is one thing that a target counts or times. Exactly one of Count and Times is set.
type Instrument struct {
	// Name is that of the k6 metric: "spacetime_reducer_calls_total"; of one with Times it ends in "_ms".
	Name string
	// Description is one sentence.
	Description string
	// Count gives the total since the target was opened. Any goroutine may call it, at any time.
	Count func() int64
	// Times adds what was timed since the last call, in nanoseconds, to a histogram. One goroutine calls it, once a second.
	Times func(into *histogram.Interval)
}
