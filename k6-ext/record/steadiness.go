package record

import (
	"fmt"
	"math"
	"slices"

	"github.com/dbmark/dbmark/k6-ext/histogram"
)

// Second is what one second of the measured phase says about steadiness.
type Second struct {
	Second     int
	Operations uint64
	// Response is the median response time in milliseconds.
	Response float64
}

// The limits of steadiness: a run is not steady when the second half of the measured phase differs from the
// first by more than the share and by more than the noise of its seconds explains.
const (
	// SteadyMinimumSeconds of the measured phase are needed to tell.
	SteadyMinimumSeconds = 10
	// SteadyThroughputChange is the tolerated change of a closed loop's throughput.
	SteadyThroughputChange = 0.20
	// SteadyResponseChange is the tolerated change of an open loop's median response time.
	SteadyResponseChange = 0.50
	// SteadyResponseMilliseconds is the change below which no change of the response time matters.
	SteadyResponseMilliseconds = 1.0
	// steadyDeviations is how many standard errors of the difference noise may explain.
	steadyDeviations = 4.0
)

// Measured are the seconds of the measured phase so far, without the first and the last, which are seldom whole;
// a second in which nothing finished is there with zero operations.
func (r *Recorder) Measured() []Second {
	r.roll.Lock()
	defer r.roll.Unlock()
	if len(r.measured) < 3 {
		return nil
	}
	var seconds []Second
	for _, s := range r.measured[1 : len(r.measured)-1] {
		for next := r.measured[0].Second + 1 + len(seconds); next < s.Second; next++ {
			seconds = append(seconds, Second{Second: next})
		}
		seconds = append(seconds, s)
	}
	return seconds
}

// noteSteadiness keeps what Measured needs of one roll.
func (r *Recorder) noteSteadiness(rolled *Rolled) {
	var response *histogram.Interval
	second := Second{Second: rolled.Second}
	for i := range rolled.Windows {
		w := &rolled.Windows[i]
		if w.Phase != Measure || w.Operations == 0 {
			continue
		}
		second.Operations += w.Operations
		if response == nil {
			response = r.histograms.take()
		}
		response.Merge(w.Response)
	}
	if response == nil {
		return
	}
	second.Response = milliseconds(response.Percentile(50))
	response.Reset()
	r.histograms.give(response)
	if last := len(r.measured) - 1; last >= 0 && r.measured[last].Second >= second.Second {
		r.measured[last].Operations += second.Operations
		return
	}
	r.measured = append(r.measured, second)
}

// Unsteady compares the first half of the measured seconds with the second: the throughput of a closed loop, the
// median response time of an open one, whose throughput the schedule sets. It gives a sentence when they
// differ, and an empty one when they do not. known is false when there are too few seconds to tell.
func Unsteady(seconds []Second, openLoop bool) (message string, known bool) {
	if len(seconds) < SteadyMinimumSeconds {
		return "", false
	}
	half := len(seconds) / 2
	value := func(s Second) float64 { return float64(s.Operations) }
	if openLoop {
		value = func(s Second) float64 { return s.Response }
	}
	first := spreadOf(seconds[:half], value)
	second := spreadOf(seconds[len(seconds)-half:], value)
	difference := second.median - first.median
	noise := steadyDeviations * math.Hypot(first.standardError, second.standardError)
	change := math.Abs(difference) / math.Max(math.Min(first.median, second.median), math.SmallestNonzeroFloat64)
	if math.Abs(difference) <= noise {
		return "", true
	}
	if openLoop {
		if change <= SteadyResponseChange || math.Abs(difference) <= SteadyResponseMilliseconds {
			return "", true
		}
		return fmt.Sprintf("the median response time went from %s ms in the first half of the measured phase to %s ms in the second",
			Figure(first.median), Figure(second.median)), true
	}
	if change <= SteadyThroughputChange {
		return "", true
	}
	return fmt.Sprintf("the throughput went from %s/s in the first half of the measured phase to %s/s in the second",
		Figure(first.median), Figure(second.median)), true
}

type spread struct{ median, standardError float64 }

// spreadOf gives the median of some seconds and its standard error, from the median absolute deviation (times 1.4826
// it estimates the standard deviation of a normal distribution; a median's standard error is 1.2533 times the mean's).
func spreadOf(seconds []Second, value func(Second) float64) spread {
	values := make([]float64, len(seconds))
	for i, s := range seconds {
		values[i] = value(s)
	}
	center := Median(values)
	for i := range values {
		values[i] = math.Abs(values[i] - center)
	}
	return spread{center, 1.2533 * 1.4826 * Median(values) / math.Sqrt(float64(len(values)))}
}

// Median sorts its argument, which is not empty.
func Median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
