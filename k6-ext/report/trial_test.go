package report

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// trialOf judges operations of one name, which took so long each; failed of them failed, and undone were left.
func trialOf(slo record.SLO, conditions Conditions, times []time.Duration, failed, undone int, lag time.Duration) record.Step {
	start := time.Unix(1000, 0)
	recorder := record.NewRecorder([]string{"find"}, 1, start)
	for i, took := range times {
		o := record.Observation{Phase: record.Measure, Service: took, Response: took, Lag: lag, Attempts: 1}
		if i < failed {
			o.ErrorKind = driver.KindTimeout
		}
		recorder.Shard(0).Record(&o)
	}
	for range undone {
		recorder.Undone(0, record.Measure, time.Second)
	}
	rolled := recorder.Roll(start.Add(time.Second))
	trial := NewTrial([]string{"find"}, []*record.SLO{&slo})
	trial.Add(rolled)
	half := 0.5
	trial.AddMeasured(rolled, &half, nil)
	return trial.Judge(conditions)
}

// with makes n times of 1 ms, of which so many are of 100 ms.
func with(n, slow int) []time.Duration {
	times := make([]time.Duration, n)
	for i := range times {
		times[i] = time.Millisecond
		if i < slow {
			times[i] = 100 * time.Millisecond
		}
	}
	return times
}

var sent = Conditions{Seconds: 1, Open: true, Workers: 4, Cores: 2}

func TestATrialHoldsOrMissesByItsSLOs(t *testing.T) {
	p95, p99 := record.SLO{P95Milliseconds: known(50.0)}, record.SLO{P99Milliseconds: known(50.0)}
	errors := record.SLO{ErrorRate: known(0.001)}
	for name, c := range map[string]struct {
		step    record.Step
		outcome string
		met     *bool
	}{
		"enough operations, below":                          {trialOf(p95, sent, with(200, 9), 0, 0, 0), record.StepHeld, known(true)},
		"enough operations, above":                          {trialOf(p95, sent, with(200, 12), 0, 0, 0), record.StepMissed, known(false)},
		"few operations, one slow: may be chance":           {trialOf(p95, sent, with(20, 2), 0, 0, 0), record.StepHeld, nil},
		"few operations, all slow: is none":                 {trialOf(p95, sent, with(5, 5), 0, 0, 0), record.StepMissed, known(false)},
		"a p99 of 999 operations is not known":              {trialOf(p99, sent, with(999, 3), 0, 0, 0), record.StepHeld, nil},
		"a p99 of 1,000 is":                                 {trialOf(p99, sent, with(1000, 3), 0, 0, 0), record.StepHeld, known(true)},
		"few errors, allowed 0.001: may be chance":          {trialOf(errors, sent, with(500, 0), 1, 0, 0), record.StepHeld, known(true)},
		"many errors":                                       {trialOf(errors, sent, with(500, 0), 5, 0, 0), record.StepMissed, known(false)},
		"no error allowed":                                  {trialOf(record.SLO{ErrorRate: known(0.0)}, sent, with(500, 0), 1, 0, 0), record.StepMissed, known(false)},
		"the errors of many operations, as they are: below": {trialOf(errors, sent, with(20_000, 0), 20, 0, 0), record.StepHeld, known(true)},
		"the errors of many operations, as they are: above": {trialOf(errors, sent, with(20_000, 0), 21, 0, 0), record.StepMissed, known(false)},
	} {
		verdict := c.step.SLO[0].Met
		same := verdict == nil && c.met == nil || verdict != nil && c.met != nil && *verdict == *c.met
		if c.step.Search.Outcome != c.outcome || !same || (c.step.Search.Broke == nil) != (c.outcome == record.StepHeld) {
			t.Errorf("%s: %s, %+v", name, c.step.Search.Outcome, c.step.SLO[0])
		}
	}
}

func TestWhatWasLeftUndoneIsMissedWithoutAnySLOOnTime(t *testing.T) {
	loose := record.SLO{ErrorRate: known(0.5)}
	if step := trialOf(loose, sent, with(970, 0), 0, 30, 0); step.Search.Outcome != record.StepMissed || step.Search.Broke.Metric != record.BrokeUndone ||
		!strings.Contains(step.Search.Broke.Message, "30 of 1000") {
		t.Errorf("%+v", step.Search.Broke)
	}
	if step := trialOf(loose, sent, with(990, 0), 0, 10, 0); step.Search.Outcome != record.StepHeld {
		t.Errorf("%+v", step.Search.Broke)
	}
	if step := trialOf(loose, sent, nil, 0, 0, 0); step.Search.Outcome != record.StepMissed {
		t.Errorf("nothing finished: %+v", step)
	}
}

func TestTheLimitThatIsExceededMostIsWhatBroke(t *testing.T) {
	both := record.SLO{P95Milliseconds: known(90.0), P99Milliseconds: known(20.0)}
	step := trialOf(both, sent, with(2000, 1000), 0, 100, 0)
	if broke := step.Search.Broke; broke.Metric != record.MetricP99 || *broke.Limit != 20 || len(step.Reasons) != 3 {
		t.Fatalf("%+v, %q", broke, step.Reasons)
	}
}

func TestWhatIsMissedWithALoadThatWasNotSentSaysNothingOfTheTarget(t *testing.T) {
	slo := record.SLO{P95Milliseconds: known(50.0)}
	beyond := sent
	beyond.Beyond = "it does 1000/s at most"
	// Half of a core was used.
	half := sent
	half.Cores = 1
	for name, c := range map[string]struct {
		step    record.Step
		outcome string
	}{
		"started late although workers were free, and missed": {trialOf(slo, sent, with(500, 100), 0, 0, 20*time.Millisecond), record.StepHarness},
		"started late although workers were free, and held":   {trialOf(slo, sent, with(500, 0), 0, 0, 20*time.Millisecond), record.StepHeld},
		"few of many started late":                            {trialOf(slo, sent, with(50, 50), 0, 0, 0), record.StepMissed},
		"in time, and missed":                                 {trialOf(slo, sent, with(500, 100), 0, 0, time.Millisecond), record.StepMissed},
		"beyond what the harness can do, and missed":          {trialOf(slo, beyond, with(500, 100), 0, 0, 0), record.StepHarness},
		"beyond what the harness can do, and held":            {trialOf(slo, beyond, with(500, 0), 0, 0, 0), record.StepHeld},
		"processors half used, and missed":                    {trialOf(slo, half, with(500, 100), 0, 0, 0), record.StepMissed},
	} {
		if c.step.Search.Outcome != c.outcome {
			t.Errorf("%s: %s, %v", name, c.step.Search.Outcome, c.step.Reasons)
		}
		if c.outcome == record.StepHarness && (c.step.Met != nil || c.step.Search.Broke.Metric != record.BrokeHarness) {
			t.Errorf("%s: %+v", name, c.step)
		}
	}
}

func TestProcessorsThatTheHarnessUsedUpAreNoLimitOfTheTarget(t *testing.T) {
	slo := record.SLO{P95Milliseconds: known(50.0)}
	start := time.Unix(1000, 0)
	recorder := record.NewRecorder([]string{"find"}, 1, start)
	for range 300 {
		recorder.Shard(0).Record(&record.Observation{Phase: record.Measure, Response: time.Second, Attempts: 1, Lag: -1})
	}
	rolled := recorder.Roll(start.Add(time.Second))
	for used, outcome := range map[float64]string{1.8: record.StepHarness, 1.5: record.StepMissed} {
		trial := NewTrial([]string{"find"}, []*record.SLO{&slo})
		trial.Add(rolled)
		trial.AddMeasured(rolled, &used, nil)
		if step := trial.Judge(sent); step.Search.Outcome != outcome {
			t.Errorf("%v of 2 cores: %s", used, step.Search.Outcome)
		}
	}
}

func TestTheTailOfTheBinomialDistribution(t *testing.T) {
	for _, c := range []struct {
		k, n     uint64
		p        float64
		expected float64
	}{{0, 10, 0.5, 1}, {10, 10, 0.5, 1.0 / 1024}, {1, 10, 0.1, 1 - math.Pow(0.9, 10)}, {3, 4, 0.5, 5.0 / 16}, {1, 5, 0, 0}, {5, 5, 1, 1}, {5_000_000, 10_000_000, 0.01, 0}} {
		if actual := atLeast(c.k, c.n, c.p); math.Abs(actual-c.expected) > 1e-9 {
			t.Errorf("at least %d of %d with %v: %v, expected %v", c.k, c.n, c.p, actual, c.expected)
		}
	}
}
