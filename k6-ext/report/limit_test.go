package report

import (
	"testing"

	"github.com/dbmark/dbmark/k6-ext/record"
)

// ramp: 2 s of warm-up, from 100 to 1,100 operations a second within 20 s, 10 s on top.
func ramp(slo *record.SLO) Plan {
	names, slos := one(slo)
	return Plan{Kind: record.ReportLimit, Operations: names, SLOs: slos, Segments: []Segment{
		warmup(2, 100), {Measured: true, Part: "ramp", Seconds: 20, From: 100, To: 1100, Open: true}, level("top", 10, 1100),
	}}
}

// climb runs the profile with these response times by second.
func climb(s *script, response func(second int) float64) Result {
	for second := range 32 {
		s.seconds(1, int(max(100, s.follower.timeline.rateAt(second))), response(second))
	}
	return s.follower.Finish()
}

func missOf(result Result) *record.Miss { return result.Report.(record.LimitReport).Missed }

func TestTheRateAtWhichAnSLOWasFirstMissedIsFound(t *testing.T) {
	result := climb(follow(t, ramp(&record.SLO{P95Milliseconds: pointer(50.0)})), func(second int) float64 {
		if second >= 12 {
			return 60
		}
		return 5
	})
	missed := missOf(result)
	if missed == nil || missed.Second != 12 || missed.Offered != 625 || missed.Metric != "p95" || missed.Operation != "select" || missed.Limit != 50 || !result.LimitFound {
		t.Fatalf("%+v", missed)
	}
	near(t, "actual", &missed.Actual, 60)
	if len(result.Steps) != 2 || *result.Steps[0].Offered != 600 {
		t.Errorf("%+v", result.Steps)
	}
}

func TestTwoBadSecondsAreNoLimit(t *testing.T) {
	result := climb(follow(t, ramp(&record.SLO{P95Milliseconds: pointer(50.0)})), func(second int) float64 {
		if second%5 < 2 {
			return 60
		}
		return 5
	})
	if missed := missOf(result); missed != nil || result.LimitFound {
		t.Errorf("%+v", missed)
	}
}

func TestATargetThatStallsForGoodHasALimitWithoutAnySLO(t *testing.T) {
	s := follow(t, ramp(nil))
	for second := range 32 {
		s.seconds(1, min(400, int(max(100, s.follower.timeline.rateAt(second)))), 5)
	}
	missed := missOf(s.follower.Finish())
	// 0.9 of the rate is above 400 from 444/s on.
	if missed == nil || missed.Metric != record.MetricRate || missed.Second != 9 || missed.Actual != 400 || missed.Operation != "" {
		t.Errorf("%+v", missed)
	}
}

func TestALoadThatIsTooMuchFromItsStartIsNoLimitFound(t *testing.T) {
	result := climb(follow(t, ramp(&record.SLO{P95Milliseconds: pointer(50.0)})), func(int) float64 { return 60 })
	if missed := missOf(result); missed == nil || missed.Second != 3 || result.LimitFound {
		t.Errorf("%+v %v", missed, result.LimitFound)
	}
}
