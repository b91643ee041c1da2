package report

import (
	"math"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// script is a run second by second: what finishes in each, after which response time, and what waits at its end.
type script struct {
	*testing.T
	plan     Plan
	recorder *record.Recorder
	follower *Follower
	start    time.Time
	now      int
}

func follow(t *testing.T, plan Plan) *script {
	t.Helper()
	s := &script{T: t, plan: plan, start: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	s.recorder = record.NewRecorder(plan.Operations, 1, s.start)
	s.follower = Follow(plan)
	if s.follower == nil {
		t.Fatal("nothing to report")
	}
	return s
}

// answer records n operations of one second, each with this response time in milliseconds.
func (s *script) answer(operation, n int, response float64) { s.record(operation, n, response, "") }

func (s *script) fail(operation, n int) { s.record(operation, n, 1, driver.KindStatement) }

func (s *script) record(operation, n int, response float64, kind driver.ErrorKind) {
	phase := record.Warmup
	if float64(s.now)+0.5 >= s.follower.timeline.start {
		phase = record.Measure
	}
	for range n {
		took := time.Duration(response * float64(time.Millisecond))
		s.recorder.Shard(0).Record(&record.Observation{
			Operation: operation, Phase: phase, Service: took, Response: took, Attempts: 1, ErrorKind: kind,
		})
	}
}

// ends ends the second.
func (s *script) ends(sample Sample) {
	s.now++
	s.follower.Add(s.recorder.Roll(s.start.Add(time.Duration(s.now)*time.Second)), sample)
}

// seconds lets n seconds pass in each of which operation 0 answers so often and so fast.
func (s *script) seconds(n, operations int, response float64) {
	for range n {
		s.answer(0, operations, response)
		s.ends(Sample{})
	}
}

func pointer[T any](v T) *T { return &v }

func one(slo *record.SLO) ([]string, []*record.SLO) { return []string{"select"}, []*record.SLO{slo} }

// level is a measured segment of a part at a constant rate.
func level(part string, seconds, rate float64) Segment {
	return Segment{Measured: true, Part: part, Seconds: seconds, From: rate, To: rate, Open: true}
}

func warmup(seconds, rate float64) Segment {
	return Segment{Seconds: seconds, From: rate, To: rate, Open: true}
}

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > 1e-3*math.Max(1, math.Abs(want)) {
		t.Errorf("%s is %v, want %v", what, show(got), want)
	}
}

func show(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

func TestAProfileWithoutAShapeReportsNothing(t *testing.T) {
	if Follow(Plan{Segments: []Segment{warmup(1, 5), {Measured: true, Seconds: 5, From: 5, To: 5, Open: true}}}) != nil {
		t.Error("a report of nothing")
	}
}
