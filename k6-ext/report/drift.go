package report

import (
	"math"
	"slices"

	"github.com/dbmark/dbmark/k6-ext/histogram"
	"github.com/dbmark/dbmark/k6-ext/record"
)

const (
	// driftWindowSeconds is the shortest window; mostDriftWindows bounds their number in long runs.
	driftWindowSeconds = 10
	mostDriftWindows   = 360
	// fewestDriftWindows are needed to tell a drift.
	fewestDriftWindows = 12
	// driftP99Operations in a window leave ten beyond its p99.
	driftP99Operations = 1000
	// wholeShare of a window must have been seen for it to count.
	wholeShare = 0.9
)

// drift sums up windows of equal length of the measured phase, and keeps a point of each.
type drift struct {
	timeline *timeline
	length   float64

	current  int
	covered  float64
	response *histogram.Histogram
	harness  mean
	server   mean

	windows int
	points  struct{ p50, p99, harness, server series }
}

// series are points in time: seconds since the run's start, and values.
type series struct{ x, y []float64 }

func (s *series) add(x, y float64) { s.x, s.y = append(s.x, x), append(s.y, y) }

type mean struct {
	sum   float64
	count int
}

func (m *mean) add(bytes *int64) {
	if bytes != nil {
		m.sum += float64(*bytes)
		m.count++
	}
}

func newDrift(timeline *timeline) *drift {
	length := math.Max(driftWindowSeconds, math.Ceil((timeline.end-timeline.start)/mostDriftWindows))
	return &drift{timeline: timeline, length: length, response: histogram.New()}
}

func (d *drift) add(rolled *record.Rolled, sample Sample) {
	if !d.timeline.measured(rolled.Second) {
		return
	}
	number := int((float64(rolled.Second) + 0.5 - d.timeline.start) / d.length)
	if number != d.current {
		d.close()
		d.current = number
	}
	d.covered += rolled.Seconds
	for i := range rolled.Windows {
		if window := &rolled.Windows[i]; window.Phase == record.Measure {
			d.response.MergeInterval(window.Response)
		}
	}
	d.harness.add(sample.HarnessMemory)
	d.server.add(sample.ServerMemory)
}

// close makes a point of the current window.
func (d *drift) close() {
	if d.covered >= wholeShare*d.length {
		d.windows++
		x := d.timeline.start + (float64(d.current)+0.5)*d.length
		if d.response.Count() > 0 {
			d.points.p50.add(x, *milliseconds(d.response.Percentile(50)))
		}
		if d.response.Count() >= driftP99Operations {
			d.points.p99.add(x, *milliseconds(d.response.Percentile(99)))
		}
		for _, memory := range []struct {
			mean   *mean
			points *series
		}{{&d.harness, &d.points.harness}, {&d.server, &d.points.server}} {
			if memory.mean.count > 0 {
				memory.points.add(x, memory.mean.sum/float64(memory.mean.count))
			}
		}
	}
	d.covered, d.harness, d.server = 0, mean{}, mean{}
	d.response.Reset()
}

func (d *drift) report() record.DriftReport {
	d.close()
	return record.DriftReport{
		Kind: record.ReportDrift, WindowSeconds: d.length, Windows: d.windows,
		ResponseP50: d.points.p50.trend(), ResponseP99: d.points.p99.trend(),
		HarnessMemory: d.points.harness.trend(), ServerMemory: d.points.server.trend(),
	}
}

// trend is nil with too few points.
func (s *series) trend() *record.Trend {
	if len(s.x) < fewestDriftWindows {
		return nil
	}
	const hour = 3600
	estimate, low, high := slope(s.x, s.y)
	trend := &record.Trend{PerHour: estimate * hour, Low: low * hour, High: high * hour, Median: record.Median(slices.Clone(s.y))}
	if trend.Median != 0 {
		share := trend.PerHour / trend.Median
		trend.SharePerHour = &share
	}
	return trend
}
