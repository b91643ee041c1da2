package run

import (
	"time"

	"github.com/dbmark/dbmark/k6-ext/record"
)

// Iterations measures how long k6 takes from the end of one iteration of a worker to the start of its next, in
// which it does its own bookkeeping. It belongs to the worker's goroutine.
type Iterations struct {
	count int64
	left  time.Time
	every int64
	kept  []time.Duration
}

// A worker looks at every 16th pause, more seldom when it has seen many, and keeps at most 256.
const (
	lookAtEvery = 16
	keepPauses  = 256
)

// Iterations makes a worker's meter; nil where an iteration is a slice of time, in which the pauses are nothing.
func (r *Run) Iterations() *Iterations {
	if r.declaration.OperationsPerIteration == 0 {
		return nil
	}
	it := &Iterations{every: lookAtEvery}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.iterations = append(r.iterations, it)
	return it
}

// Begin is the start of an iteration.
func (it *Iterations) Begin() {
	if it == nil || it.left.IsZero() {
		return
	}
	if len(it.kept) == keepPauses {
		// Every second one stays, so that what is kept is spread over the whole run.
		for i := range keepPauses / 2 {
			it.kept[i] = it.kept[2*i]
		}
		it.kept, it.every = it.kept[:keepPauses/2], 2*it.every
	}
	it.kept = append(it.kept, time.Since(it.left))
	it.left = time.Time{}
}

// End is the end of one.
func (it *Iterations) End() {
	if it == nil {
		return
	}
	if it.count++; it.count%it.every == 0 {
		it.left = time.Now()
	}
}

// betweenIterations is the median pause of all workers. The median, because the pauses in which a worker waited for a processor are long and
// few: they say nothing of what an iteration costs.
func (r *Run) betweenIterations() (pause time.Duration, known bool) {
	var all []float64
	for _, it := range r.iterations {
		for _, kept := range it.kept {
			all = append(all, float64(kept))
		}
	}
	if len(all) == 0 {
		return 0, false
	}
	return time.Duration(record.Median(all)), true
}
