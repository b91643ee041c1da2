package pacing

import (
	"math"
	"testing"
	"time"
)

func mustSchedule(t *testing.T, segments ...Segment) *Schedule {
	t.Helper()
	s, err := NewSchedule(segments)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConstantRateIsDueAtEvenIntervals(t *testing.T) {
	s := mustSchedule(t, Segment{time.Minute, 500, 500})
	if s.Total() != 30_000 {
		t.Fatalf("total is %d, want 30000", s.Total())
	}
	for _, index := range []int64{0, 1, 2, 499, 500, 29_999} {
		if got, want := s.TimeOf(index), time.Duration(index)*2*time.Millisecond; got != want {
			t.Errorf("operation %d is due at %v, want %v", index, got, want)
		}
	}
}

func TestSegmentsFollowEachOther(t *testing.T) {
	s := mustSchedule(t, Segment{time.Second, 10, 10}, Segment{time.Second, 100, 100})
	if got := s.TimeOf(9); got != 900*time.Millisecond {
		t.Errorf("operation 9 is due at %v", got)
	}
	if got := s.TimeOf(10); got != time.Second {
		t.Errorf("operation 10 is due at %v", got)
	}
	if got := s.TimeOf(11); got != 1010*time.Millisecond {
		t.Errorf("operation 11 is due at %v", got)
	}
}

func TestTimeOfInvertsTheIntegralOfTheRate(t *testing.T) {
	shapes := map[string][]Segment{
		"up":         {{60 * time.Second, 500, 5000}, {30 * time.Second, 5000, 5000}},
		"down":       {{10 * time.Second, 1000, 10}},
		"from zero":  {{10 * time.Second, 0, 100}},
		"to zero":    {{10 * time.Second, 100, 0}},
		"pause":      {{5 * time.Second, 100, 100}, {5 * time.Second, 0, 0}, {5 * time.Second, 100, 100}},
		"fractional": {{100 * time.Second, 0.1, 0.3}},
	}
	for name, segments := range shapes {
		t.Run(name, func(t *testing.T) {
			s := mustSchedule(t, segments...)
			previous := time.Duration(-1)
			for index := int64(0); index < s.Total(); index += 1 + s.Total()/500 {
				due := s.TimeOf(index)
				if due < previous || due > s.Duration() {
					t.Fatalf("operation %d is due at %v, after %v of %v", index, due, previous, s.Duration())
				}
				previous = due
				if got := integrate(s, due); math.Abs(got-float64(index)) > 0.02+1e-4*float64(index) {
					t.Fatalf("the rate integrates to %.4f at the instant of operation %d", got, index)
				}
				if got := s.DueBy(due); got != index+1 {
					t.Fatalf("%d operations are due when number %d is", got, index)
				}
			}
		})
	}
}

// integrate sums the rate numerically: the definition that TimeOf must agree with.
func integrate(s *Schedule, until time.Duration) float64 {
	const steps = 20_000
	step := until.Seconds() / steps
	sum := 0.0
	for i := range steps {
		at := (float64(i) + 0.5) * step
		sum += s.RateAt(secondsToDuration(at)) * step
	}
	return sum
}

func TestALimitCutsAScheduleOrGoesOnWithItsLastRate(t *testing.T) {
	s := mustSchedule(t, Segment{time.Second, 100, 100})
	if err := s.LimitTo(50); err != nil || s.Total() != 50 || s.Duration() != 500*time.Millisecond {
		t.Errorf("50 operations: %v, %d, %v", err, s.Total(), s.Duration())
	}
	if err := s.LimitTo(1000); err != nil || s.TimeOf(999) != 9990*time.Millisecond {
		t.Errorf("1000 operations: %v, the last at %v", err, s.TimeOf(999))
	}
	if got := s.DueBy(5 * time.Second); got != 501 {
		t.Errorf("%d operations are due after 5 s of a schedule that goes on, want 501", got)
	}
	ending := mustSchedule(t, Segment{time.Second, 100, 0})
	if err := ending.LimitTo(1000); err == nil {
		t.Error("a schedule that ends with rate 0 cannot go on, and said nothing")
	}
}

func TestImpossibleSchedulesAreRefused(t *testing.T) {
	for name, segments := range map[string][]Segment{
		"none":          {},
		"negative rate": {{time.Second, -1, 1}},
		"not a number":  {{time.Second, math.NaN(), 1}},
		"infinite":      {{time.Second, 1, math.Inf(1)}},
		"no time":       {{0, 1, 1}},
	} {
		if _, err := NewSchedule(segments); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestStripesOfInstancesPartTheIndexes(t *testing.T) {
	stripes := []Stripe{{3, []int64{0, 2}}, {3, []int64{1}}}
	const total = 100
	seen := map[int64]int{}
	for _, stripe := range stripes {
		if err := stripe.Validate(); err != nil {
			t.Fatal(err)
		}
		for ordinal := range stripe.Count(total) {
			seen[stripe.Index(ordinal)]++
		}
	}
	for index := range int64(total) {
		if seen[index] != 1 {
			t.Errorf("index %d runs %d times", index, seen[index])
		}
	}
	if len(seen) != total {
		t.Errorf("%d indexes run, want %d", len(seen), total)
	}
	for _, wrong := range []Stripe{{3, nil}, {3, []int64{3}}, {3, []int64{1, 1}}, {2, []int64{-1}}} {
		if wrong.Validate() == nil {
			t.Errorf("stripe %v was accepted", wrong)
		}
	}
}
