// Package report says what a load profile with a shape is run for, besides the run's totals: each part of its own (steps), the time
// to recover after a peak, the drift of a long run, the rate at which a rising load failed. It follows a run second by second and keeps
// a few numbers of each, so that its memory hardly grows with time.
//
// A second belongs to the part in which its middle lies, and what finished in it counts for that part: the first second of a
// part holds what was still going on. What drains after the schedule's end, and what was never started, counts for the last part.
package report

import "github.com/dbmark/dbmark/k6-ext/record"

// Plan is what is known of a run's shape before it starts.
type Plan struct {
	// Kind is one of record's Report constants; empty: none.
	Kind string
	// Segments of the profile, all phases.
	Segments []Segment
	// Operations are the names, in the recorder's order, and SLOs theirs; nil: none.
	Operations []string
	SLOs       []*record.SLO
}

// Segment is some time in which the rate goes in a straight line.
type Segment struct {
	Measured bool
	// Part is the name of the part that it belongs to; empty: none.
	Part    string
	Seconds float64
	// From and To are operations per second; Open: they mean something.
	From, To float64
	Open     bool
}

// Sample is what was read at the end of a second.
type Sample struct {
	// Backlog is the number of operations due and not started.
	Backlog int64
	// HarnessMemory and ServerMemory in bytes; nil: not known.
	HarnessMemory, ServerMemory *int64
}

// Follower makes a report while a run goes on. It belongs to one goroutine.
type Follower struct {
	plan     Plan
	timeline timeline
	steps    *stepper
	recovery *recovery
	drift    *drift
	limit    *limit
}

// Follow starts a report; nil where the plan has nothing to report.
func Follow(plan Plan) *Follower {
	f := &Follower{plan: plan, timeline: newTimeline(plan.Segments)}
	if len(f.timeline.parts) > 0 {
		f.steps = newStepper(&f.plan, &f.timeline)
	}
	switch plan.Kind {
	case record.ReportRecovery:
		f.recovery = newRecovery(&f.timeline)
	case record.ReportDrift:
		f.drift = newDrift(&f.timeline)
	case record.ReportLimit:
		f.limit = newLimit(&f.plan, &f.timeline)
	}
	if f.steps == nil && f.recovery == nil && f.drift == nil && f.limit == nil {
		return nil
	}
	return f
}

// Add takes one roll, before the next one makes its histograms invalid.
func (f *Follower) Add(rolled *record.Rolled, sample Sample) {
	if f.steps != nil {
		f.steps.add(rolled)
	}
	if f.recovery != nil {
		f.recovery.add(rolled, sample)
	}
	if f.drift != nil {
		f.drift.add(rolled, sample)
	}
	if f.limit != nil {
		f.limit.add(rolled)
	}
}

// Result is what goes into run.json.
type Result struct {
	Steps []record.Step
	// Report is one of record's reports, or nil.
	Report any
	// LimitFound: the load went beyond what the target can take, on purpose, and came from a load that it could. Errors and undone
	// work are then what the run was to find out, not a reason to distrust it.
	LimitFound bool
}

// Finish gives the result after the last Add.
func (f *Follower) Finish() Result {
	result := Result{Steps: []record.Step{}}
	if f.steps != nil {
		result.Steps = f.steps.finish()
	}
	switch f.plan.Kind {
	case record.ReportRecovery:
		result.Report = f.recovery.report()
		result.LimitFound = laterStepFailed(result.Steps)
	case record.ReportDrift:
		result.Report = f.drift.report()
	case record.ReportSteps:
		result.Report = stepsReport(result.Steps)
		result.LimitFound = laterStepFailed(result.Steps)
	case record.ReportLimit:
		missed := f.limit.missed
		result.Report = record.LimitReport{Kind: record.ReportLimit, Missed: missed}
		result.LimitFound = missed != nil && float64(missed.Second) >= f.timeline.start+limitInARow
	}
	return result
}
