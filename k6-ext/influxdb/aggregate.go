package influxdb

import (
	"sync"
	"time"

	"go.k6.io/k6/v2/metrics"
)

const (
	// grace is how long after its end a second waits for samples that come late: those of operations come when a worker's iteration ends,
	// which takes about a second.
	grace = 2 * time.Second
	// mostSeries bounds what a script with countless tags (URLs with keys in them) can take in memory.
	mostSeries = 20_000
)

// aggregator sums up samples by second and series, so that no two points have the same series and instant, however
// many samples there are. Its memory is that of the few seconds that are open.
type aggregator struct {
	// start is where the first second begins. To the nanosecond it is this process's own: the points of two processes with the
	// same tags never have the same instant.
	start time.Time

	mutex sync.Mutex
	open  map[int64]map[metrics.TimeSeries]metrics.Sink
	// closed is the last second that was given out, flushes how often any was.
	closed, flushes int64
	// refused counts samples beyond mostSeries.
	refused uint64
}

// aggregate is one series in one second.
type aggregate struct {
	series metrics.TimeSeries
	sink   metrics.Sink
	// at is the second's end and, for what came after the second was given out, some nanoseconds more.
	at time.Time
}

func newAggregator(start time.Time) *aggregator {
	return &aggregator{start: start, open: map[int64]map[metrics.TimeSeries]metrics.Sink{}, closed: -1 << 62}
}

// add counts samples. It takes some 40 ns for each, and waits for nobody but, for microseconds, take.
func (a *aggregator) add(samples []metrics.Sample) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for i := range samples {
		sample := &samples[i]
		second := floorSeconds(sample.Time.Sub(a.start))
		series, ok := a.open[second]
		if !ok {
			series = map[metrics.TimeSeries]metrics.Sink{}
			a.open[second] = series
		}
		sink, ok := series[sample.TimeSeries]
		if !ok {
			if len(series) >= mostSeries {
				a.refused++
				continue
			}
			sink = metrics.NewSink(sample.Metric.Type)
			series[sample.TimeSeries] = sink
		}
		sink.Add(*sample)
	}
}

// floorSeconds is the whole seconds in a duration that may be below zero.
func floorSeconds(d time.Duration) int64 {
	seconds := int64(d / time.Second)
	if d%time.Second < 0 {
		seconds--
	}
	return seconds
}

// take gives the seconds that are over; all of them, where nothing comes any more. Refused are the samples that found no room since the last time.
func (a *aggregator) take(now time.Time, all bool) (taken []aggregate, refused uint64) {
	over := map[int64]map[metrics.TimeSeries]metrics.Sink{}
	a.mutex.Lock()
	a.flushes++
	flushes, closed := a.flushes, a.closed
	for second, series := range a.open {
		if all || !a.end(second).Add(grace).After(now) {
			over[second] = series
			delete(a.open, second)
			a.closed = max(a.closed, second)
		}
	}
	refused, a.refused = a.refused, 0
	a.mutex.Unlock()

	for second, series := range over {
		at := a.end(second)
		if second <= closed {
			at = at.Add(time.Duration(flushes))
		}
		for series, sink := range series {
			taken = append(taken, aggregate{series, sink, at})
		}
	}
	return taken, refused
}

// end of a second.
func (a *aggregator) end(second int64) time.Time {
	return a.start.Add(time.Duration(second+1) * time.Second)
}
