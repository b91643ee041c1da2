package record

import (
	"math"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/histogram"
)

// Recorder counts a run. Its memory grows with shards and operations, never with workers, and with time only
// by the 32 bytes a second of the measured phase that judging steadiness needs.
type Recorder struct {
	names      []string
	operations int
	shards     []*Shard
	histograms freelist

	// roll keeps Roll and the readers of what follows apart.
	roll     sync.Mutex
	start    time.Time
	last     time.Time
	window   buffer // merged from all shards since the last roll
	totals   [phaseCount][]Total
	lag      [phaseCount]*histogram.Histogram
	measured []Second
}

// Total is everything one operation did in one phase of a run.
type Total struct {
	// Name of the operation; empty for all operations together.
	Name string
	Counts
	// Service and Response are never nil.
	Service, Response *histogram.Histogram
}

// NewRecorder makes a recorder for operations with these names. More shards mean less waiting between workers and
// more memory (about 0.5 MB for each shard and operation): a few for each processor do well. The windows' seconds count from start.
func NewRecorder(operations []string, shards int, start time.Time) *Recorder {
	r := &Recorder{names: operations, operations: len(operations), start: start, last: start}
	newBuffer := func() *buffer { return &buffer{cells: make([]cell, int(phaseCount)*len(operations))} }
	for range max(1, shards) {
		r.shards = append(r.shards, &Shard{recorder: r, active: newBuffer(), standby: newBuffer()})
	}
	r.window = *newBuffer()
	for phase := range r.totals {
		r.totals[phase] = make([]Total, len(operations))
		for i, name := range operations {
			r.totals[phase][i].Name = name
		}
	}
	return r
}

// Operations are the names given to NewRecorder.
func (r *Recorder) Operations() []string { return r.names }

// Shard is where worker i records: i modulo the number of shards.
func (r *Recorder) Shard(i int) *Shard { return r.shards[i%len(r.shards)] }

// Undone counts an operation that was due and never started. What it had waited when the run ended enters the
// response times: it would have been at least that.
func (r *Recorder) Undone(operation int, phase Phase, waited time.Duration) {
	r.shards[0].undone(operation, phase, waited, 1)
}

// UndoneN counts n operations at once, each having waited this long.
func (r *Recorder) UndoneN(operation int, phase Phase, waited time.Duration, n uint32) {
	r.shards[0].undone(operation, phase, waited, n)
}

// Roll takes what was recorded since the last roll, adds it to the totals and gives it as windows. Call it once a
// second, and once more when all workers are done.
func (r *Recorder) Roll(now time.Time) *Rolled {
	r.roll.Lock()
	defer r.roll.Unlock()

	r.releaseWindow()
	for _, s := range r.shards {
		r.drain(s.swap())
	}
	rolled := &Rolled{
		Second:  int(math.Floor(r.last.Add(now.Sub(r.last) / 2).Sub(r.start).Seconds())),
		Seconds: now.Sub(r.last).Seconds(),
		Lag:     r.window.lag,
	}
	r.last = now
	for i := range r.window.cells {
		c := &r.window.cells[i]
		if c.Empty() {
			continue
		}
		w := Window{Second: rolled.Second, Phase: Phase(i / r.operations), Operation: i % r.operations, Counts: c.Counts}
		if c.service == nil {
			c.service = r.histograms.take()
		}
		w.Service, w.Response = c.service, c.response
		rolled.Windows = append(rolled.Windows, w)
		r.totals[w.Phase][w.Operation].add(&w)
	}
	for phase, lag := range r.window.lag {
		if lag == nil {
			continue
		}
		if r.lag[phase] == nil {
			r.lag[phase] = histogram.New()
		}
		r.lag[phase].MergeInterval(lag)
	}
	r.noteSteadiness(rolled)
	return rolled
}

// drain merges a shard's buffer into the window and leaves it empty.
func (r *Recorder) drain(b *buffer) {
	for i := range b.cells {
		from, to := &b.cells[i], &r.window.cells[i]
		to.Counts.Add(&from.Counts)
		r.move(&from.service, &to.service)
		r.move(&from.response, &to.response)
		from.Counts = Counts{}
	}
	for phase := range b.lag {
		r.move(&b.lag[phase], &r.window.lag[phase])
	}
}

// move merges one histogram into another and empties it; one that was empty already goes to the free list.
func (r *Recorder) move(from, to **histogram.Interval) {
	switch {
	case *from == nil:
	case (*from).Count() == 0:
		r.histograms.give(*from)
		*from = nil
	default:
		if *to == nil {
			*to = r.histograms.take()
		}
		(*to).Merge(*from)
		(*from).Reset()
	}
}

// releaseWindow forgets the window that the last Roll gave out.
func (r *Recorder) releaseWindow() {
	release := func(h **histogram.Interval) {
		if *h != nil {
			(*h).Reset()
			r.histograms.give(*h)
			*h = nil
		}
	}
	for i := range r.window.cells {
		c := &r.window.cells[i]
		release(&c.service)
		release(&c.response)
		c.Counts = Counts{}
	}
	for phase := range r.window.lag {
		release(&r.window.lag[phase])
	}
}

func (t *Total) add(w *Window) {
	t.Counts.Add(&w.Counts)
	if t.Service == nil {
		t.Service, t.Response = histogram.New(), histogram.New()
	}
	t.Service.MergeInterval(w.Service)
	t.Response.MergeInterval(w.Response)
}

// Totals are a phase's sums so far, up to the last Roll, one for each operation in their order. The
// histograms belong to the recorder: read them when no Roll can happen any more.
func (r *Recorder) Totals(phase Phase) []Total {
	r.roll.Lock()
	defer r.roll.Unlock()
	totals := make([]Total, len(r.names))
	copy(totals, r.totals[phase])
	for i := range totals {
		if totals[i].Service == nil {
			totals[i].Service, totals[i].Response = histogram.New(), histogram.New()
		}
	}
	return totals
}

// Lag is a phase's harness lag so far, up to the last Roll; never nil.
func (r *Recorder) Lag(phase Phase) *histogram.Histogram {
	r.roll.Lock()
	defer r.roll.Unlock()
	if r.lag[phase] == nil {
		return histogram.New()
	}
	return r.lag[phase]
}

// Sum adds up totals, histograms included.
func Sum(totals []Total) Total {
	all := Total{Service: histogram.New(), Response: histogram.New()}
	for i := range totals {
		all.Counts.Add(&totals[i].Counts)
		all.Service.Merge(totals[i].Service)
		all.Response.Merge(totals[i].Response)
	}
	return all
}
