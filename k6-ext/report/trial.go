package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/dbmark/dbmark/k6-ext/histogram"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// What a step of a search is judged by, besides its SLOs.
const (
	// UndoneLimit is the share of due operations that may be left when a step has drained: beyond it, the target falls behind.
	UndoneLimit = 0.02
	// LateLimit is the share of operations that the harness itself may start late.
	LateLimit = 0.01
	// beyondPercentile operations must lie beyond a percentile for it to be compared with its limit as it is.
	beyondPercentile = 10
	// chance is how unlikely it must be that a target which keeps its limit looks as bad as it does, where there are fewer.
	chance = 0.05
	// negligible is a probability that does not change a sum of them.
	negligible = 1e-15
)

// OperationsFor is the number of operations from which a percentile is compared with its limit as it is: 200 for a p95, 1,000 for a p99.
func OperationsFor(percentile float64) float64 {
	return math.Round(beyondPercentile / (1 - percentile/100))
}

// Trial sums up one step of a search, of which only the measured part counts.
type Trial struct {
	slos   []*record.SLO
	totals []record.Total
	lag    *histogram.Histogram
	// harnessCPU and serverCPU are seconds of the processor in seconds of time.
	harnessCPU, serverCPU, seconds float64
	// succeeded in the measured time, whenever it was due.
	succeeded                 uint64
	harnessKnown, serverKnown bool
}

// NewTrial starts one, for operations with these names and SLOs (nil: none).
func NewTrial(operations []string, slos []*record.SLO) *Trial {
	t := &Trial{slos: slos, totals: make([]record.Total, len(operations)), lag: histogram.New()}
	for i, name := range operations {
		t.totals[i] = record.Total{Name: name, Response: histogram.New()}
	}
	return t
}

// Add takes one roll, before the next one makes its histograms invalid.
func (t *Trial) Add(rolled *record.Rolled) {
	for i := range rolled.Windows {
		if window := &rolled.Windows[i]; window.Phase == record.Measure {
			total := &t.totals[window.Operation]
			total.Counts.Add(&window.Counts)
			total.Response.MergeInterval(window.Response)
		}
	}
	if lag := rolled.Lag[record.Measure]; lag != nil {
		t.lag.MergeInterval(lag)
	}
}

// AddMeasured takes what lies in the measured time of a roll, whenever it was due: what succeeded, and what processes used of the processors; nil: not
// known.
func (t *Trial) AddMeasured(rolled *record.Rolled, harness, server *float64) {
	t.seconds += rolled.Seconds
	all := rolled.All()
	t.succeeded += all.Succeeded()
	if harness != nil {
		t.harnessCPU += *harness
		t.harnessKnown = true
	}
	if server != nil {
		t.serverCPU += *server
		t.serverKnown = true
	}
}

// Conditions are what a trial was made under.
type Conditions struct {
	// Seconds that it was measured for.
	Seconds float64
	// Open loop: what is due and not sent counts.
	Open bool
	// Workers that took part.
	Workers int
	// Cores that the harness may use.
	Cores int
	// Beyond says in words why more than this load cannot be sent here; empty: it can. A load that is beyond and misses something says nothing of the target.
	Beyond string
}

// Judge says what came of it.
func (t *Trial) Judge(c Conditions) record.Step {
	response := histogram.New()
	var all record.Counts
	verdicts := []record.Verdict{}
	for i := range t.totals {
		all.Add(&t.totals[i].Counts)
		response.Merge(t.totals[i].Response)
		if slo := t.slos[i]; slo != nil {
			verdicts = append(verdicts, judgeTrial(&t.totals[i], slo)...)
		}
	}
	search := &record.SearchStep{}
	step := record.Step{
		Seconds: c.Seconds, Operations: all.Operations, Failed: all.Failed, Undone: all.Undone, Errors: all.Errors.Map(),
		Response: stepLatency(response), SLO: verdicts, Reasons: []string{}, Search: search,
	}
	if n := response.Count(); step.Response.P99 == nil && float64(n) >= OperationsFor(99) {
		step.Response.P99 = milliseconds(response.Percentile(99))
	}
	if t.seconds > 0 {
		reached := float64(t.succeeded) / t.seconds
		step.Reached = &reached
	}
	if t.seconds > 0 && t.harnessKnown {
		search.HarnessCPU = known(t.harnessCPU / t.seconds)
	}
	if t.seconds > 0 && t.serverKnown {
		search.ServerCPU = known(t.serverCPU / t.seconds)
	}
	broken := t.broken(verdicts, &all, c)
	unsent := t.unsent(search, &all, c)
	switch {
	case unsent != nil && len(broken) > 0:
		search.Outcome, search.Broke = record.StepHarness, unsent
		step.Reasons = append(step.Reasons, unsent.Message)
	case len(broken) > 0:
		search.Outcome, search.Broke = record.StepMissed, &broken[0].Broke
		step.Met = known(false)
	default:
		search.Outcome, step.Met = record.StepHeld, known(true)
	}
	for i := range broken {
		step.Reasons = append(step.Reasons, broken[i].Message)
	}
	return step
}

// excess is something that was broken, with how many times its limit was reached.
type excess struct {
	record.Broke
	times float64
}

// broken are the limits that were not kept, the one that was exceeded by the largest factor first.
func (t *Trial) broken(verdicts []record.Verdict, all *record.Counts, c Conditions) []excess {
	var broken []excess
	for _, v := range verdicts {
		if v.Met != nil && !*v.Met {
			broken = append(broken, excess{
				record.Broke{Operation: v.Operation, Metric: v.Metric, Limit: known(v.Limit), Actual: v.Actual, Message: missed(v)},
				*v.Actual / math.Max(v.Limit, 1e-9),
			})
		}
	}
	if due := all.Operations + all.Undone; c.Open && due > 0 {
		if share := float64(all.Undone) / float64(due); share > UndoneLimit {
			broken = append(broken, excess{record.Broke{
				Metric: record.BrokeUndone, Limit: known(UndoneLimit), Actual: &share,
				Message: fmt.Sprintf("%d of %d operations were due and never started: all %d workers waited for replies", all.Undone, due, c.Workers),
			}, 0}) // a limit of the response time says more, where one is missed as well
		}
	}
	if all.Operations == 0 {
		broken = append(broken, excess{record.Broke{Metric: record.BrokeUndone, Message: "no operation finished"}, math.Inf(1)})
	}
	slices.SortStableFunc(broken, func(a, b excess) int {
		switch {
		case a.times > b.times:
			return -1
		case a.times < b.times:
			return 1
		}
		return 0
	})
	return broken
}

// unsent says why the load was not sent as it should have been; nil: it was. That can only make the target look worse than it is, because what the harness adds is in
// the response times: a step that held all the same did hold, and one that missed something says nothing of the target.
func (t *Trial) unsent(search *record.SearchStep, all *record.Counts, c Conditions) *record.Broke {
	because := func(limit, actual *float64, format string, args ...any) *record.Broke {
		return &record.Broke{Metric: record.BrokeHarness, Limit: limit, Actual: actual, Message: "harness: " + fmt.Sprintf(format, args...)}
	}
	if search.HarnessCPU != nil && c.Cores > 0 && *search.HarnessCPU > record.HarnessCPULimit*float64(c.Cores) {
		return because(known(record.HarnessCPULimit), known(*search.HarnessCPU/float64(c.Cores)),
			"it used %.2f of %d cores (limit %.0f %%)", *search.HarnessCPU, c.Cores, record.HarnessCPULimit*100)
	}
	if c.Open && all.Operations > 0 {
		counts := make([]uint64, 2)
		t.lag.CountUpTo([]int64{int64(record.HarnessLagLimitMilliseconds * 1e6)}, counts)
		share := float64(counts[1]) / float64(all.Operations)
		search.LateShare = &share
		if share > LateLimit && atLeast(counts[1], all.Operations, LateLimit) < chance {
			return because(known(LateLimit), &share, "it started %s %% of the operations more than %s ms late, although workers were free (limit %s %%)",
				record.Figure(share*100), record.Figure(record.HarnessLagLimitMilliseconds), record.Figure(LateLimit*100))
		}
	}
	if c.Beyond != "" {
		return because(nil, nil, "%s", c.Beyond)
	}
	return nil
}

// judgeTrial compares one operation with its SLO. A percentile with at least ten operations beyond it is compared as it is, and so is an error rate whose
// limit allows ten. With fewer, a limit is missed only if what was seen would be a chance of less than one in twenty on a target that just keeps it; a
// percentile that is not missed then is not known.
func judgeTrial(total *record.Total, slo *record.SLO) []record.Verdict {
	var verdicts []record.Verdict
	percentile := func(metric string, limit *float64, p float64) {
		if limit == nil {
			return
		}
		v := record.Verdict{Operation: total.Name, Metric: metric, Limit: *limit}
		n := total.Response.Count()
		if n > 0 {
			actual := *milliseconds(total.Response.Percentile(p))
			counts := make([]uint64, 2)
			total.Response.CountUpTo([]int64{int64(*limit * 1e6)}, counts)
			switch {
			case float64(n) >= OperationsFor(p):
				v.Actual, v.Met = &actual, known(actual <= *limit)
			case actual > *limit && atLeast(counts[1], n, 1-p/100) < chance:
				v.Actual, v.Met = &actual, known(false)
			}
		}
		verdicts = append(verdicts, v)
	}
	percentile(record.MetricP95, slo.P95Milliseconds, 95)
	percentile(record.MetricP99, slo.P99Milliseconds, 99)
	if slo.ErrorRate != nil {
		v := record.Verdict{Operation: total.Name, Metric: record.MetricErrorRate, Limit: *slo.ErrorRate}
		// What was cut at the step's end did not fail: it is judged by its own limit.
		if n := total.Operations; n > 0 {
			bad := total.Failed
			share := float64(bad) / float64(n)
			over := share > *slo.ErrorRate
			if float64(n)**slo.ErrorRate < beyondPercentile {
				over = over && atLeast(bad, n, *slo.ErrorRate) < chance
			}
			v.Actual, v.Met = &share, known(!over)
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// atLeast is the probability that of n independent operations at least k go wrong when each does with probability p: the upper tail of the binomial
// distribution.
func atLeast(k, n uint64, p float64) float64 {
	switch {
	case k == 0:
		return 1
	case p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	below := 0.0
	logFactorial := func(x uint64) float64 {
		value, _ := math.Lgamma(float64(x) + 1)
		return value
	}
	for i := range k {
		term := math.Exp(logFactorial(n) - logFactorial(i) - logFactorial(n-i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
		below += term
		// Beyond the most likely number, terms only get smaller: of a million operations that were late, few have to be looked at.
		if float64(i) > float64(n)*p && term < negligible {
			break
		}
	}
	return math.Max(0, 1-below)
}

func known[T any](v T) *T { return &v }
