package report

import (
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/histogram"
	"github.com/dbmark/dbmark/k6-ext/record"
)

const (
	// reachedShare of the rate that was offered must be reached: less means that the target falls behind.
	reachedShare = 0.95
	// secondsForRate are needed to tell: at the borders of a shorter part, a second more or less weighs too much.
	secondsForRate = 5
)

// stepper sums up one part after another. Only the part that goes on has histograms.
type stepper struct {
	plan     *Plan
	timeline *timeline
	current  int
	totals   []record.Total
	// covered are the seconds of the current part that were seen, and succeeded what succeeded in them.
	covered   float64
	succeeded uint64
	steps     []record.Step
}

func newStepper(plan *Plan, timeline *timeline) *stepper {
	s := &stepper{plan: plan, timeline: timeline, current: -1, totals: make([]record.Total, len(plan.Operations)), steps: []record.Step{}}
	for i, name := range plan.Operations {
		s.totals[i] = record.Total{Name: name, Response: histogram.New()}
	}
	return s
}

func (s *stepper) add(rolled *record.Rolled) {
	number, inside := s.timeline.partOf(rolled.Second)
	if number < 0 {
		return
	}
	if number != s.current {
		s.close()
		s.current = number
	}
	if inside {
		s.covered += rolled.Seconds
	}
	for i := range rolled.Windows {
		window := &rolled.Windows[i]
		if window.Phase != record.Measure {
			continue
		}
		total := &s.totals[window.Operation]
		total.Counts.Add(&window.Counts)
		total.Response.MergeInterval(window.Response)
		if inside {
			s.succeeded += window.Succeeded()
		}
	}
}

func (s *stepper) finish() []record.Step {
	s.close()
	return s.steps
}

// close judges the current part, and forgets its sums.
func (s *stepper) close() {
	if s.current < 0 {
		return
	}
	s.steps = append(s.steps, s.judge(&s.timeline.parts[s.current]))
	for i := range s.totals {
		s.totals[i].Counts = record.Counts{}
		s.totals[i].Response.Reset()
	}
	s.covered, s.succeeded, s.current = 0, 0, -1
}

func (s *stepper) judge(p *part) record.Step {
	response := histogram.New()
	var all record.Counts
	verdicts := []record.Verdict{}
	for i := range s.totals {
		total := &s.totals[i]
		all.Add(&total.Counts)
		response.Merge(total.Response)
		if slo := s.plan.SLOs[i]; slo != nil {
			verdicts = append(verdicts, record.Judge(total, *slo)...)
		}
	}
	step := record.Step{
		Name: p.name, StartSecond: p.start, Seconds: p.end - p.start,
		Operations: all.Operations, Failed: all.Failed, Undone: all.Undone, Errors: all.Errors.Map(),
		Response: stepLatency(response), SLO: verdicts, Reasons: []string{},
	}
	if p.open {
		step.Offered = &p.offered
	}
	judged := false
	if s.covered > 0 {
		reached := float64(s.succeeded) / s.covered
		step.Reached = &reached
		if p.open && s.covered >= secondsForRate {
			judged = true
			if reached < reachedShare*p.offered {
				step.Reasons = append(step.Reasons, fmt.Sprintf("%s of %s operations/s were reached", record.Figure(reached), record.Figure(p.offered)))
			}
		}
	}
	for _, verdict := range verdicts {
		judged = judged || verdict.Met != nil
		if verdict.Met != nil && !*verdict.Met {
			step.Reasons = append(step.Reasons, missed(verdict))
		}
	}
	if judged {
		met := len(step.Reasons) == 0
		step.Met = &met
	}
	return step
}

// missed says in words which limit a verdict is about.
func missed(v record.Verdict) string {
	if v.Metric == record.MetricErrorRate {
		return fmt.Sprintf("%s: %s %% failed (limit %s %%)", v.Operation, record.Figure(*v.Actual*100), record.Figure(v.Limit*100))
	}
	return fmt.Sprintf("%s: %s of the response time %s ms (limit %s ms)", v.Operation, v.Metric, record.Figure(*v.Actual), record.Figure(v.Limit))
}

func stepLatency(h *histogram.Histogram) record.StepLatency {
	l := record.StepLatency{Count: h.Count()}
	if l.Count == 0 {
		return l
	}
	at := func(percentile float64) *float64 { return milliseconds(h.Percentile(percentile)) }
	l.P50, l.P95, l.Max = at(50), at(95), milliseconds(h.Max())
	if l.Count >= record.MinimumForP99 {
		l.P99 = at(99)
	}
	return l
}

// stepsReport finds the first step that failed.
func stepsReport(steps []record.Step) record.StepsReport {
	report := record.StepsReport{Kind: record.ReportSteps}
	for _, step := range steps {
		if step.Met != nil && !*step.Met {
			report.FirstFailure = &record.Failure{Step: step.Name, Offered: step.Offered, Reasons: step.Reasons}
			break
		}
	}
	return report
}

// laterStepFailed says whether some step failed, and the first one did not.
func laterStepFailed(steps []record.Step) bool {
	for i, step := range steps {
		if step.Met != nil && !*step.Met {
			return i > 0
		}
	}
	return false
}

func milliseconds(nanoseconds int64) *float64 {
	ms := float64(nanoseconds) / float64(time.Millisecond)
	return &ms
}
