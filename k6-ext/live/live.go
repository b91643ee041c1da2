// Package live is how the seconds of a run reach outputs of k6 that want more of them than k6's samples can say: histograms, by which a
// heat map is drawn. A Second goes the way of all samples, through k6, so that it arrives in order, and before an output is stopped.
package live

import (
	"slices"
	"time"

	"go.k6.io/k6/v2/metrics"
)

// Second is one second of a run.
type Second struct {
	// At is the second's end. No two seconds of a run have the same, and they lie whole seconds apart, except for the last.
	At time.Time
	// Samples are what every output gets, with sums and percentiles of operations only where k6 does not get a sample for each of them.
	Samples metrics.Samples
	// Buckets are Histograms as Counters, for outputs that do not know Histograms; empty where Samples has no sums of operations either.
	Buckets metrics.Samples
	// Percentiles are the Gauges of the windows mode where Samples does not have them.
	Percentiles metrics.Samples
	Histograms  []Histogram
	// TestID and Instance are the run's tags of these names.
	TestID, Instance string
}

// GetSamples implements metrics.SampleContainer. k6 and each of its outputs call it.
func (s *Second) GetSamples() []metrics.Sample {
	if len(s.Buckets) == 0 {
		return s.Samples
	}
	return append(slices.Clip(s.Samples), s.Buckets...)
}

// Histogram is how the times of one operation in one second are distributed.
type Histogram struct {
	// Metric is "latency_ms" or "response_time_ms".
	Metric string
	Tags   *metrics.TagSet
	// Counts has a count for each of BucketLimits, of the times above the limit before it and not above it, and one for the times above all.
	Counts []uint64
}
