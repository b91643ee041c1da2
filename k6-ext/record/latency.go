package record

import "time"

// MinimumForP99 is the number of operations below which a p99 is not reported.
const MinimumForP99 = 10_000

// Latency describes a histogram in a file; times are milliseconds, nil where there is nothing to describe.
type Latency struct {
	Count uint64   `json:"count"`
	Min   *float64 `json:"min"`
	Mean  *float64 `json:"mean"`
	P50   *float64 `json:"p50"`
	P95   *float64 `json:"p95"`
	// P99 is nil when Count is below MinimumForP99.
	P99 *float64 `json:"p99"`
	Max *float64 `json:"max"`
	// Clamped is the number of values that were outside of the histogram's range, counted at its border.
	Clamped uint64 `json:"clamped"`
	// Histogram in the HDR V2 compressed base64 form, in nanoseconds.
	Histogram string `json:"histogram"`
}

// distribution is what both kinds of histograms can tell.
type distribution interface {
	Count() uint64
	Clamped() uint64
	Min() int64
	Max() int64
	Mean() float64
	Percentile(float64) int64
	EncodeBase64() string
}

// LatencyOf describes a histogram.
func LatencyOf(h distribution) Latency {
	l := Latency{Count: h.Count(), Clamped: h.Clamped(), Histogram: h.EncodeBase64()}
	if l.Count == 0 {
		return l
	}
	mean := h.Mean() / float64(time.Millisecond)
	l.Min, l.Mean, l.Max = pointer(milliseconds(h.Min())), &mean, pointer(milliseconds(h.Max()))
	l.P50, l.P95 = pointer(milliseconds(h.Percentile(50))), pointer(milliseconds(h.Percentile(95)))
	if l.Count >= MinimumForP99 {
		l.P99 = pointer(milliseconds(h.Percentile(99)))
	}
	return l
}

// WindowLatency describes a window's histogram: what merging needs, and no percentiles of a second.
type WindowLatency struct {
	Count     uint64   `json:"count"`
	Min       *float64 `json:"min"`
	Mean      *float64 `json:"mean"`
	Max       *float64 `json:"max"`
	Clamped   uint64   `json:"clamped"`
	Histogram string   `json:"histogram"`
}

// WindowLatencyOf describes a window's histogram.
func WindowLatencyOf(h distribution) WindowLatency {
	l := WindowLatency{Count: h.Count(), Clamped: h.Clamped(), Histogram: h.EncodeBase64()}
	if l.Count > 0 {
		mean := h.Mean() / float64(time.Millisecond)
		l.Min, l.Mean, l.Max = pointer(milliseconds(h.Min())), &mean, pointer(milliseconds(h.Max()))
	}
	return l
}

// milliseconds keeps the full precision of nanoseconds.
func milliseconds(nanoseconds int64) float64 {
	return float64(nanoseconds) / float64(time.Millisecond)
}

func pointer[T any](v T) *T { return &v }
