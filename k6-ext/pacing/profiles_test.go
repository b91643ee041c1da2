package pacing

import (
	"testing"
	"time"
)

// The shapes of the profiles that change their load (profiles/*.ts has the same numbers and tests them against the same integrals).
func TestEachProfileGivesExactlyItsIntegralInIndexes(t *testing.T) {
	constant := func(seconds, rate float64) Segment {
		return Segment{time.Duration(seconds * float64(time.Second)), rate, rate}
	}
	line := func(seconds, from, to float64) Segment {
		return Segment{time.Duration(seconds * float64(time.Second)), from, to}
	}
	var stress, burst []Segment
	for step := range 10 {
		stress = append(stress, constant(15, 1000*float64(step+1)))
	}
	for range 6 {
		burst = append(burst, constant(15, 200), constant(5, 2000))
	}
	for _, profile := range []struct {
		name     string
		segments []Segment
		want     int64
	}{
		{"spike", []Segment{constant(10, 100), constant(30, 100), line(1, 100, 2000), constant(29, 2000), line(1, 2000, 100), constant(29, 100)}, 1000 + 66_000},
		{"rampUp", []Segment{constant(10, 500), line(60, 500, 5000), constant(30, 5000)}, 5000 + 165_000 + 150_000},
		{"soak", []Segment{constant(10, 500), constant(1800, 500)}, 5000 + 900_000},
		{"stress", append([]Segment{constant(10, 1000)}, stress...), 10_000 + 825_000},
		{"burst", append([]Segment{constant(10, 200)}, burst...), 2000 + 78_000},
		{"mixed", []Segment{constant(10, 600), constant(60, 600)}, 6000 + 36_000},
		{"a spike of half a second", []Segment{constant(0.5, 100), line(0.25, 100, 2000), constant(0.25, 2000), line(0.25, 2000, 100), constant(0.25, 100)}, 1100},
	} {
		schedule := mustSchedule(t, profile.segments...)
		if schedule.Total() != profile.want {
			t.Errorf("%s: %d operations, want %d", profile.name, schedule.Total(), profile.want)
		}
		var now time.Duration
		pacer := NewPacer(schedule, WholeStripe(), 1, func() time.Duration { return now })
		next := int64(0)
		for now = 0; now <= schedule.Duration(); now += 100 * time.Millisecond {
			for {
				claim, ok := pacer.TryClaim()
				if !ok {
					break
				}
				if claim.Index != next || claim.Due > now {
					t.Fatalf("%s: index %d, due at %v, was handed out as number %d at %v", profile.name, claim.Index, claim.Due, next, now)
				}
				next++
			}
		}
		if next != profile.want || !pacer.Exhausted() {
			t.Errorf("%s: %d indexes were handed out, want %d", profile.name, next, profile.want)
		}
	}
}

func TestInstancesOfAProfileTogetherSendItsIntegral(t *testing.T) {
	schedule := mustSchedule(t, Segment{30 * time.Second, 100, 100}, Segment{time.Second, 100, 2000}, Segment{29 * time.Second, 2000, 2000})
	var sum int64
	for _, offset := range []int64{0, 1, 2} {
		sum += NewPacer(schedule, Stripe{Period: 3, Offsets: []int64{offset}}, 1, func() time.Duration { return 0 }).count
	}
	if sum != 62_050 {
		t.Errorf("%d operations of three instances, want 62050", sum)
	}
}
