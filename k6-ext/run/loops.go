package run

import (
	"runtime"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// longIteration is the number of operations from which it pays to bring a worker to its loop and back.
const longIteration = 100

// mostOnLoop is the number of workers for each processor up to which a loop is faster than goroutines. Measured
// with selects on PostgreSQL on two processors: at 13 a loop did 1.15 of what goroutines did, at 16 as much with less of the processor, at 32 0.9 of it.
const mostOnLoop = 16

// loops is the number of loops that the workers run on: one for each processor where more workers than processors do one
// operation after another, each on its own session, or any number where the program says that loops are better. In an open loop workers wait for what is
// due rather than for replies; a search has all kinds of loads, and compares them on goroutines.
func (r *Run) loops() int {
	d := r.declaration
	processors := runtime.GOMAXPROCS(0)
	if d.Executors || r.config.Schedule != nil || r.config.Staged || r.config.PoolSize > 0 {
		return 0
	}
	if program, says := r.config.Program.(driver.Looping); says {
		if !program.Loops(r.config.Depth) {
			return 0
		}
	} else if r.config.Workers <= processors || r.config.Workers > mostOnLoop*processors {
		return 0
	}
	if d.OperationsPerIteration > 0 && d.OperationsPerIteration < longIteration {
		return 0
	}
	return processors
}
