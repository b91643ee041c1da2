package report

import (
	"strings"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/record"
)

func stress(slo *record.SLO) Plan {
	names, slos := one(slo)
	return Plan{Kind: record.ReportSteps, Operations: names, SLOs: slos, Segments: []Segment{
		warmup(2, 100), level("step 1", 10, 100), level("step 2", 10, 200), level("step 3", 10, 300),
	}}
}

func TestEachStepHasItsOwnFiguresAndNotThoseOfTheWarmup(t *testing.T) {
	s := follow(t, stress(&record.SLO{P95Milliseconds: pointer(50.0)}))
	s.seconds(2, 1000, 900)
	s.seconds(10, 100, 2)
	s.seconds(10, 200, 4)
	s.seconds(10, 300, 8)
	result := s.follower.Finish()
	if len(result.Steps) != 3 {
		t.Fatalf("%d steps", len(result.Steps))
	}
	for i, step := range result.Steps {
		rate := float64(100 * (i + 1))
		near(t, "offered", step.Offered, rate)
		near(t, "reached", step.Reached, rate)
		near(t, "p50", step.Response.P50, float64(int(2)<<i))
		if step.Operations != uint64(10*rate) || step.Response.P99 != nil || step.Met == nil || !*step.Met {
			t.Errorf("%+v", step)
		}
	}
	if step := result.Steps[1]; step.Name != "step 2" || step.StartSecond != 12 || step.Seconds != 10 {
		t.Errorf("%+v", step)
	}
	if report := result.Report.(record.StepsReport); report.FirstFailure != nil || result.LimitFound {
		t.Errorf("a failure of none: %+v", report)
	}
}

func TestTheFirstStepThatMissesAnSLOIsNamedWithTheReason(t *testing.T) {
	s := follow(t, stress(&record.SLO{P95Milliseconds: pointer(50.0)}))
	s.seconds(12, 100, 2)
	s.seconds(10, 200, 51)
	s.seconds(10, 300, 800)
	result := s.follower.Finish()
	failure := result.Report.(record.StepsReport).FirstFailure
	if failure == nil || failure.Step != "step 2" || *failure.Offered != 200 || !strings.Contains(failure.Reasons[0], "select: p95 of the response time 51") {
		t.Errorf("%+v", failure)
	}
	if !result.LimitFound {
		t.Error("the limit was found")
	}
}

func TestAStepThatDoesNotReachItsRateFailsWithoutAnySLO(t *testing.T) {
	s := follow(t, stress(nil))
	s.seconds(12, 100, 2)
	s.seconds(10, 189, 2)
	s.seconds(10, 189, 2)
	failure := s.follower.Finish().Report.(record.StepsReport).FirstFailure
	if failure == nil || failure.Step != "step 2" || failure.Reasons[0] != "189 of 200 operations/s were reached" {
		t.Errorf("%+v", failure)
	}
}

func TestFailedOperationsDoNotReachARate(t *testing.T) {
	s := follow(t, stress(&record.SLO{ErrorRate: pointer(0.01)}))
	s.seconds(12, 100, 2)
	for range 10 {
		s.answer(0, 100, 2)
		s.fail(0, 100)
		s.ends(Sample{})
	}
	step := s.follower.Finish().Steps[1]
	near(t, "reached", step.Reached, 100)
	if step.Failed != 1000 || len(step.Reasons) != 2 || !strings.Contains(step.Reasons[1], "select: 50 % failed (limit 1 %)") {
		t.Errorf("%+v", step)
	}
}

func TestALimitIsNotFoundWhereAlreadyTheFirstStepFails(t *testing.T) {
	s := follow(t, stress(&record.SLO{P95Milliseconds: pointer(1.0)}))
	s.seconds(12, 100, 2)
	s.seconds(20, 300, 2)
	result := s.follower.Finish()
	if failure := result.Report.(record.StepsReport).FirstFailure; failure == nil || failure.Step != "step 1" || result.LimitFound {
		t.Errorf("%+v %v", failure, result.LimitFound)
	}
}

func TestWhatDrainsAfterTheEndCountsForTheLastStepButNotForItsRate(t *testing.T) {
	s := follow(t, stress(&record.SLO{ErrorRate: pointer(0.01)}))
	s.seconds(32, 100, 2)
	s.seconds(3, 500, 9000)
	s.recorder.UndoneN(0, record.Measure, 10e9, 500)
	s.ends(Sample{})
	last := s.follower.Finish().Steps[2]
	near(t, "reached", last.Reached, 100)
	near(t, "max", last.Response.Max, 10_000)
	if last.Operations != 2500 || last.Undone != 500 || !strings.Contains(last.Reasons[1], "select: 16.7 % failed") {
		t.Errorf("%+v", last)
	}
}

func TestARunThatEndsEarlyHasOnlyTheStepsThatItCameTo(t *testing.T) {
	s := follow(t, stress(nil))
	s.seconds(14, 100, 2)
	if steps := s.follower.Finish().Steps; len(steps) != 2 || steps[1].Operations != 200 || steps[1].Met != nil {
		t.Errorf("%+v", steps)
	}
}

func TestAClosedLoopHasStepsWithoutARate(t *testing.T) {
	names, slos := one(&record.SLO{P95Milliseconds: pointer(5.0)})
	s := follow(t, Plan{Kind: record.ReportSteps, Operations: names, SLOs: slos, Segments: []Segment{
		{Measured: true, Part: "few", Seconds: 6}, {Measured: true, Part: "many", Seconds: 6},
	}})
	s.seconds(6, 700, 2)
	s.seconds(6, 900, 6)
	result := s.follower.Finish()
	near(t, "reached", result.Steps[0].Reached, 700)
	if result.Steps[0].Offered != nil || !*result.Steps[0].Met || result.Report.(record.StepsReport).FirstFailure.Step != "many" {
		t.Errorf("%+v", result)
	}
}
