package report

import (
	"testing"

	"github.com/dbmark/dbmark/k6-ext/record"
)

// spike: 2 s of warm-up, 10 s before, a spike of 5 s, 10 s after; the changes take a second.
func spike() Plan {
	names, slos := one(nil)
	return Plan{Kind: record.ReportRecovery, Operations: names, SLOs: slos, Segments: []Segment{
		warmup(2, 100), level("before", 10, 100),
		{Measured: true, Part: "spike", Seconds: 1, From: 100, To: 2000, Open: true}, level("spike", 4, 2000),
		{Measured: true, Part: "after", Seconds: 1, From: 2000, To: 100, Open: true}, level("after", 9, 100),
	}}
}

func recoveryOf(s *script) record.RecoveryReport {
	return s.follower.Finish().Report.(record.RecoveryReport)
}

func upToTheSpikesEnd(t *testing.T) *script {
	s := follow(t, spike())
	s.seconds(12, 100, 2)
	s.seconds(5, 1800, 40)
	return s
}

func TestTheTimeToRecoverEndsWithTheFirstOfThreeGoodSeconds(t *testing.T) {
	s := upToTheSpikesEnd(t)
	s.seconds(2, 300, 500)
	s.seconds(2, 100, 2) // not three in a row
	s.seconds(1, 100, 3.1)
	s.seconds(5, 100, 3)
	report := recoveryOf(s)
	near(t, "percentile", report.Percentile, 95)
	near(t, "level", report.Level, 2)
	near(t, "limit", report.Limit, 3)
	if len(report.Peaks) != 1 {
		t.Fatalf("%+v", report.Peaks)
	}
	peak := report.Peaks[0]
	near(t, "recovery", peak.Seconds, 5)
	near(t, "p99 of the spike", peak.P99, 40)
	if peak.Part != "spike" || peak.EndSecond != 17 || peak.Outcome != record.Recovered {
		t.Errorf("%+v", peak)
	}
}

func TestATargetThatTheSpikeDoesNotTroubleRecoversAtOnce(t *testing.T) {
	s := upToTheSpikesEnd(t)
	s.seconds(10, 100, 2)
	near(t, "recovery", recoveryOf(s).Peaks[0].Seconds, 0)
}

func TestAQueueThatIsLeftIsNoRecovery(t *testing.T) {
	s := upToTheSpikesEnd(t)
	for waiting := range 10 {
		s.answer(0, 100, 2)
		s.ends(Sample{Backlog: int64(max(0, 40-10*waiting))})
	}
	near(t, "recovery", recoveryOf(s).Peaks[0].Seconds, 4)
}

func TestWhatHasNotRecoveredByTheEndIsSaidToHaveNot(t *testing.T) {
	s := upToTheSpikesEnd(t)
	s.seconds(10, 100, 700)
	s.seconds(5, 100, 2) // drains after the profile's end
	if peak := recoveryOf(s).Peaks[0]; peak.Outcome != record.NotRecovered || peak.Seconds != nil {
		t.Errorf("%+v", peak)
	}
}

func TestATargetThatAnswersNothingAfterASpikeHasNotRecovered(t *testing.T) {
	s := upToTheSpikesEnd(t)
	s.seconds(3, 100, 900)
	s.seconds(7, 0, 0)
	if peak := recoveryOf(s).Peaks[0]; peak.Outcome == record.Recovered {
		t.Errorf("%+v", peak)
	}
}

func TestTooShortPartsAreNotJudged(t *testing.T) {
	names, slos := one(nil)
	s := follow(t, Plan{Kind: record.ReportRecovery, Operations: names, SLOs: slos,
		Segments: []Segment{level("before", 2, 100), level("spike", 2, 900), level("after", 2, 100)}})
	s.seconds(6, 100, 2)
	report := recoveryOf(s)
	if peak := report.Peaks[0]; report.Level != nil || peak.Outcome != record.RecoveryUnknown || peak.Reason == "" {
		t.Errorf("%+v", report)
	}
}

func TestEachBurstHasItsOwnRecoveryAndTheLastOneNone(t *testing.T) {
	names, slos := one(nil)
	plan := Plan{Kind: record.ReportRecovery, Operations: names, SLOs: slos}
	for _, part := range []string{"1", "2", "3"} {
		plan.Segments = append(plan.Segments, level("low "+part, 6, 1200), level("burst "+part, 2, 3000))
	}
	s := follow(t, plan)
	s.seconds(6, 1200, 2)
	s.seconds(2, 3000, 50)
	s.seconds(1, 1200, 50)
	s.seconds(5, 1200, 2)
	s.seconds(2, 3000, 60)
	s.seconds(4, 1200, 60)
	s.seconds(2, 1200, 2)
	s.seconds(2, 3000, 60)
	report := recoveryOf(s)
	near(t, "percentile", report.Percentile, 99)
	near(t, "recovery of the first", report.Peaks[0].Seconds, 1)
	if report.Peaks[1].Outcome != record.NotRecovered || report.Peaks[2].Reason != "nothing follows it" || len(report.Peaks) != 3 {
		t.Errorf("%+v", report.Peaks)
	}
	near(t, "p99 of the first", report.Peaks[0].P99, 50)
}
