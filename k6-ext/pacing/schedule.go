// Package pacing says when each operation of an open loop is due, and hands due operations to
// workers. The schedule is a pure function of time: a reply that comes late shifts nothing.
package pacing

import (
	"fmt"
	"math"
	"time"
)

// Segment is some time in which the rate goes in a straight line from one value to another.
type Segment struct {
	Duration time.Duration
	// From and To are operations per second.
	From, To float64
}

// Schedule gives each operation its instant. Operation i (counted from zero) is due when the integral of the
// rate reaches i, so the first one is due at once, and n operations per second are due at
// 0, 1/n, 2/n, …
type Schedule struct {
	segments []scheduled
	total    int64
	duration time.Duration
}

// scheduled is a segment with what came before it.
type scheduled struct {
	start    float64 // seconds
	seconds  float64
	from, to float64
	before   float64 // operations due before the start
	count    float64 // operations due within
}

// NewSchedule makes a schedule of segments, one after another. Rates must be finite and not negative.
func NewSchedule(segments []Segment) (*Schedule, error) {
	if len(segments) == 0 {
		return nil, fmt.Errorf("a schedule needs at least one segment")
	}
	s := &Schedule{}
	var start, before float64
	for i, segment := range segments {
		for _, rate := range []float64{segment.From, segment.To} {
			if rate < 0 || math.IsNaN(rate) || math.IsInf(rate, 0) {
				return nil, fmt.Errorf("segment %d has a rate of %v per second; expected 0 or more", i+1, rate)
			}
		}
		if segment.Duration <= 0 {
			return nil, fmt.Errorf("segment %d lasts %v; expected more than 0", i+1, segment.Duration)
		}
		seconds := segment.Duration.Seconds()
		count := seconds * (segment.From + segment.To) / 2
		s.segments = append(s.segments, scheduled{start, seconds, segment.From, segment.To, before, count})
		start += seconds
		before += count
		s.duration += segment.Duration
	}
	// A rate of 0.1 for 10 s must not become two operations by a rounding error.
	s.total = int64(math.Ceil(before - 1e-6))
	return s, nil
}

// LimitTo makes the schedule end after exactly n operations: earlier than its last segment does, or later, in which
// case the last rate goes on. It fails when more are asked for and the last rate is zero.
func (s *Schedule) LimitTo(n int64) error {
	if last := s.segments[len(s.segments)-1]; n > s.total && last.to == 0 {
		return fmt.Errorf("%d operations asked for, but the schedule ends with a rate of 0 after %d", n, s.total)
	}
	s.total = n
	s.duration = s.TimeOf(n)
	return nil
}

// Total is the number of operations in the schedule.
func (s *Schedule) Total() int64 { return s.total }

// Duration is the length of the schedule.
func (s *Schedule) Duration() time.Duration { return s.duration }

// RateAt is the rate at time t, in operations per second; after the end it is zero.
func (s *Schedule) RateAt(t time.Duration) float64 {
	seconds := t.Seconds()
	for i := range s.segments {
		segment := &s.segments[i]
		if seconds < segment.start+segment.seconds {
			return segment.from + (segment.to-segment.from)*(seconds-segment.start)/segment.seconds
		}
	}
	if t < s.duration {
		return s.segments[len(s.segments)-1].to
	}
	return 0
}

// TimeOf is the instant, since the schedule's start, at which operation index is due.
func (s *Schedule) TimeOf(index int64) time.Duration {
	n := float64(index)
	last := len(s.segments) - 1
	for i := range s.segments {
		segment := &s.segments[i]
		if n < segment.before+segment.count || i == last {
			return secondsToDuration(segment.start + segment.timeOf(n-segment.before))
		}
	}
	return s.duration
}

// timeOf inverts from·t + (to − from)/(2·seconds)·t² = n. The form of the solution that divides by
// the sum keeps its precision when the rate hardly changes. Past the segment's end the last rate goes on.
func (segment *scheduled) timeOf(n float64) float64 {
	if n > segment.count {
		return segment.seconds + (n-segment.count)/segment.to
	}
	if n <= 0 {
		return 0
	}
	slope := (segment.to - segment.from) / segment.seconds
	root := math.Sqrt(math.Max(0, segment.from*segment.from+2*slope*n))
	return 2 * n / (segment.from + root)
}

// DueBy is the number of operations that are due at time t or before.
func (s *Schedule) DueBy(t time.Duration) int64 {
	if t < 0 {
		return 0
	}
	seconds := t.Seconds()
	last := len(s.segments) - 1
	var n float64
	for i := range s.segments {
		segment := &s.segments[i]
		within := seconds - segment.start
		if within <= segment.seconds || i == last {
			slope := (segment.to - segment.from) / segment.seconds
			beyond := math.Max(0, within-segment.seconds)
			within = math.Min(within, segment.seconds)
			n = segment.before + segment.from*within + slope*within*within/2 + beyond*segment.to
			break
		}
	}
	// Operation 0 is due at time 0. TimeOf has the last word, so that both always agree.
	due := min(int64(n)+1, s.total)
	for due < s.total && s.TimeOf(due) <= t {
		due++
	}
	for due > 0 && s.TimeOf(due-1) > t {
		due--
	}
	return due
}

func secondsToDuration(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}
