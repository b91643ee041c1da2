package record

import (
	"fmt"
	"strings"
)

// The codes of the reasons why a run cannot be trusted.
const (
	CodeHarnessCPU        = "harness_cpu"
	CodeHarnessLag        = "harness_lag"
	CodeHarnessCeiling    = "harness_ceiling"
	CodeErrors            = "errors"
	CodeUndone            = "undone"
	CodeTooFewSamples     = "too_few_samples"
	CodeNotSteady         = "not_steady"
	CodeDirtyData         = "dirty_data"
	CodeInterrupted       = "interrupted"
	CodeCrashed           = "crashed"
	CodeBooks             = "books"
	CodeNothingMeasured   = "nothing_measured"
	CodeResultsIncomplete = "results_incomplete"
	CodeSearchUnfinished  = "search_unfinished"
	CodeHarnessLimit      = "harness_limit"
)

// The limits that a run must keep to be trusted.
const (
	// HarnessCPULimit is the share of the processor cores that the harness may use on average: above it the figures
	// are about the harness.
	HarnessCPULimit = 0.85
	// HarnessLagLimitMilliseconds is the p99 of the time that due operations may wait for the harness itself.
	HarnessLagLimitMilliseconds = 10.0
	// HarnessCeilingLimit is the share of the harness's ceiling beyond which a reader is told that the harness has a part in the
	// figures: as long as it is small, a target twice as fast would give figures twice as high.
	HarnessCeilingLimit = 0.5
	// DefaultErrorLimit is the share of failed operations.
	DefaultErrorLimit = 0.01
)

// Reason is one thing that speaks against a run, or that a reader should know.
type Reason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Validity says whether a run can be trusted.
type Validity struct {
	Valid bool `json:"valid"`
	// Reasons why it is not valid; empty when it is.
	Reasons []Reason `json:"reasons"`
	// Warnings do not make a run invalid, and say what is not known.
	Warnings []Reason `json:"warnings"`
}

// Facts are everything that a run's validity follows from.
type Facts struct {
	Status Status
	// Measured are the totals of the measured phase.
	Measured []Total

	// LagP99Milliseconds is nil when the profile has no schedule. Fewer than MinimumForP99 operations have a
	// p99 too, here: it errs on the side of caution.
	LagP99Milliseconds *float64
	// OpenLoop: the profile has a schedule.
	OpenLoop bool
	// ConstantLoad: rate and workers do not change in the measured phase. Only then can it be steady.
	ConstantLoad bool
	Seconds      []Second
	// HarnessCPUCores used on average in the measured phase, nil if not known, and AvailableCores.
	HarnessCPUCores *float64
	AvailableCores  int
	// Ceiling of the harness, nil if not known.
	Ceiling *Ceiling
	// TargetIsHarness: the target answers without a server (noop), and to saturate the harness is the purpose.
	TargetIsHarness bool
	// P99Asked: the user set an SLO on p99, beyond those that the suite brings along.
	P99Asked bool
	// LimitFound: the profile went to the target's limit on purpose, from a load that the target could take, and the result says where
	// it lies. Errors and undone work are what lies beyond it, and no reason to distrust the result.
	LimitFound bool
	// Search is what a search came to; nil: the load was known beforehand. Each of its steps is judged by itself: whether its load was sent, whether there were
	// operations enough.
	Search *SearchReport
	// ErrorLimit is the share of failed operations; zero means DefaultErrorLimit, below zero none at all.
	ErrorLimit float64
	// DirtyData says in words what is wrong with the data set; empty when nothing is.
	DirtyData string
	// Incomplete says in words what of the results could not be written.
	Incomplete string
	Books      []Book
	SLO        []Verdict
}

// Validate judges. It is a pure function of the facts.
//
// Too few samples for a p99 are a reason only where the user asked for an SLO on p99, which cannot be judged then. Else they
// are a warning, and the verdicts on p99 that a suite brings along are not known: a short run, or one in which
// an operation is rare, can be valid. The same holds for steadiness that cannot be told.
func Validate(f *Facts) Validity {
	v := Validity{Reasons: []Reason{}, Warnings: []Reason{}}
	because := func(code, format string, args ...any) {
		v.Reasons = append(v.Reasons, Reason{code, fmt.Sprintf(format, args...)})
	}
	warn := func(code, format string, args ...any) {
		v.Warnings = append(v.Warnings, Reason{code, fmt.Sprintf(format, args...)})
	}
	beyond, note := because, ""
	if f.LimitFound {
		beyond, note = warn, "; the profile went beyond the target's limit on purpose"
	}
	var all Counts
	for i := range f.Measured {
		all.Add(&f.Measured[i].Counts)
	}

	switch f.Status {
	case Interrupted:
		because(CodeInterrupted, "the run was interrupted before its end")
	case Crashed:
		because(CodeCrashed, "the run crashed; its file was completed from its windows")
	}
	if all.Operations == 0 {
		because(CodeNothingMeasured, "no operation finished in the measured phase")
	}
	limit := f.ErrorLimit
	if limit == 0 {
		limit = DefaultErrorLimit
	}
	if all.Operations > 0 && all.Failed > 0 {
		share := float64(all.Failed) / float64(all.Operations)
		if share > max(limit, 0) {
			beyond(CodeErrors, "%s of the operations failed (%s); the limit is %s%s", percent(share), all.Errors.String(), percent(max(limit, 0)), note)
		}
	}
	if all.Undone > 0 {
		beyond(CodeUndone, "%d of %d operations were due and never started: the target, or the number of workers, could not keep up with the schedule%s",
			all.Undone, all.Undone+all.Operations, note)
	}
	switch {
	case f.HarnessCPUCores == nil:
		warn(CodeHarnessCPU, "the harness's own use of the processor is not known")
	case f.Search == nil && !f.TargetIsHarness && f.AvailableCores > 0 && *f.HarnessCPUCores > HarnessCPULimit*float64(f.AvailableCores):
		because(CodeHarnessCPU, "the harness used %.2f of %d cores on average (limit %.0f %%): the figures are about the harness, not the target",
			*f.HarnessCPUCores, f.AvailableCores, HarnessCPULimit*100)
	}
	if f.Search == nil && f.LagP99Milliseconds != nil && *f.LagP99Milliseconds > HarnessLagLimitMilliseconds {
		because(CodeHarnessLag, "the harness started operations late: its lag has a p99 of %s ms (limit %s ms)",
			Figure(*f.LagP99Milliseconds), Figure(HarnessLagLimitMilliseconds))
	}
	f.headroom(warn)
	if f.Search == nil {
		f.samples(because, warn)
	} else {
		f.search(because, warn)
	}
	f.steadiness(because, warn)
	if f.DirtyData != "" {
		because(CodeDirtyData, "%s", f.DirtyData)
	}
	for _, b := range f.Books {
		switch {
		case b.Held == nil:
			because(CodeBooks, "the rows that %s %s could not be counted: %s", b.Operation, b.verb(), b.uncounted)
		case !b.Balanced && b.AllInstances:
			because(CodeBooks, "%s: %d rows were %s by this instance alone, but the target holds %d from all instances together",
				b.Operation, b.Acknowledged, b.verb(), *b.Held)
		case !b.Balanced && b.Removes:
			because(CodeBooks, "%s: %d deletes were acknowledged and %d have an unknown outcome, but %d of the target's rows are gone",
				b.Operation, b.Acknowledged, b.Unknown, *b.Held)
		case !b.Balanced:
			because(CodeBooks, "%s: %d inserts were acknowledged and %d have an unknown outcome, but the target holds %d",
				b.Operation, b.Acknowledged, b.Unknown, *b.Held)
		}
	}
	if f.Incomplete != "" {
		because(CodeResultsIncomplete, "%s", f.Incomplete)
	}
	v.Valid = len(v.Reasons) == 0
	return v
}

// headroom says when the harness's own speed has a part in the figures. It is a warning: latencies are right all the same, and a harness that
// is the bottleneck shows it by its use of the processor and its lag. On noop it is what is measured.
func (f *Facts) headroom(warn report) {
	switch {
	case f.TargetIsHarness:
	case f.Ceiling == nil:
		warn(CodeHarnessCeiling, "what the harness could do at most is not known")
	case f.Ceiling.Share != nil && *f.Ceiling.Share > HarnessCeilingLimit:
		warn(CodeHarnessCeiling, "the run used %s of what the harness could do at most (%s operations/s): a faster target would not show in full",
			percent(*f.Ceiling.Share), Figure(f.Ceiling.OperationsPerSecond))
	}
}

type report = func(code, format string, args ...any)

// search says when a search ended without an answer, and which SLOs its answer says nothing of.
func (f *Facts) search(because, warn report) {
	s := f.Search
	switch {
	case s.Conclusion == SearchUnfinished && f.Status == Complete:
		because(CodeSearchUnfinished, "the search ended before it was sure: %s", s.Reason)
	case s.Conclusion == SearchHarnessLimit && s.Highest == nil && s.Broke != nil:
		because(CodeHarnessLimit, "the load could not be sent, so that nothing is known of the target: %s", s.Broke.Message)
	case s.Conclusion == SearchHarnessLimit && s.Highest != nil:
		warn(CodeHarnessLimit, "the harness could not send more than was found: the target's own limit is at least that")
	}
	var unknown []string
	for _, v := range f.SLO {
		if v.Met == nil {
			unknown = append(unknown, v.Operation+" "+v.Metric)
		}
	}
	if len(unknown) > 0 {
		warn(CodeTooFewSamples, "too few operations in a step to know these SLOs, which did not decide: %s; longer steps have more (STEADY_STATE_DURATION)",
			strings.Join(unknown, ", "))
	}
}

// samples says for which operations there are too few for a p99.
func (f *Facts) samples(because, warn report) {
	judged := map[string]bool{}
	for _, verdict := range f.SLO {
		if verdict.Metric == MetricP99 {
			judged[verdict.Operation] = true
		}
	}
	var few, never []string
	withSLO := false
	for i := range f.Measured {
		t := &f.Measured[i]
		n := t.Operations + t.Undone
		switch {
		case n >= MinimumForP99:
		case n > 0:
			few = append(few, fmt.Sprintf("%s (%d)", t.Name, n))
			withSLO = withSLO || judged[t.Name]
		case judged[t.Name]:
			never = append(never, t.Name)
		}
	}
	if len(never) > 0 {
		warn(CodeTooFewSamples, "never ran, so that their SLOs are not known: %s", strings.Join(never, ", "))
	}
	names := strings.Join(few, ", ")
	switch {
	case len(few) == 0:
	case withSLO && f.P99Asked:
		because(CodeTooFewSamples, "the SLO on p99 cannot be judged for operations that ran fewer than %d times: %s; run longer, or set an SLO on p95",
			MinimumForP99, names)
	case withSLO:
		warn(CodeTooFewSamples, "p99 and the SLO on it are not known for operations that ran fewer than %d times: %s", MinimumForP99, names)
	default:
		warn(CodeTooFewSamples, "p99 is not known for operations that ran fewer than %d times: %s", MinimumForP99, names)
	}
}

// steadiness compares the halves of a phase of constant load.
func (f *Facts) steadiness(because, warn report) {
	if !f.ConstantLoad || f.Status != Complete {
		return
	}
	message, known := Unsteady(f.Seconds, f.OpenLoop)
	switch {
	case !known:
		warn(CodeNotSteady, "whether the run was steady is not known: that takes at least %d whole seconds of measuring", SteadyMinimumSeconds)
	case message != "":
		because(CodeNotSteady, "the run was not steady: %s", message)
	}
}

func percent(share float64) string { return fmt.Sprintf("%.3g %%", share*100) }
