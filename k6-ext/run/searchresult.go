package run

import (
	"fmt"
	"slices"

	"github.com/dbmark/dbmark/k6-ext/findmax"
	"github.com/dbmark/dbmark/k6-ext/record"
)

func (s *searcher) ceilingText() string {
	return fmt.Sprintf("alone, on a target that answers at once, it does %s operations/s at most here: what is missed beyond %s %% of that may be its own doing, and "+
		"more than %s %% cannot be asked of it", record.Figure(s.run.rehearsed.operationsPerSecond), record.Figure(doubtfulShare*100), record.Figure(ceilingShare*100))
}

// stepText is a step in a line.
func stepText(of string, step *record.Step) string {
	unit := "operations/s"
	if of == record.SearchWorkers {
		unit = "workers"
	}
	text := fmt.Sprintf("step %d: %s %s %s", step.Search.Number, record.Figure(step.Search.Load), unit, step.Search.Outcome)
	if len(step.Reasons) > 0 {
		text += ": " + step.Reasons[0]
	}
	return text
}

// report is what the search came to.
func (s *searcher) report() *record.SearchReport {
	result := s.search.Result()
	known := func(load float64) *float64 {
		if load == 0 {
			return nil
		}
		return &load
	}
	report := &record.SearchReport{
		Kind: record.ReportFindmax, Of: s.declared.Of, Conclusion: string(result.Conclusion),
		Highest: known(result.Highest), Lowest: known(result.Lowest), Fixed: known(s.declared.Fixed), Reason: s.reason,
	}
	if s.declared.Fixed == 0 {
		report.Precision = known(s.declared.Precision)
	}
	if result.Conclusion == findmax.Ceiling && s.capped {
		report.Conclusion, report.Reason = string(findmax.HarnessLimit), "harness: "+s.ceilingText()
	}
	if result.Conclusion == findmax.Unfinished && report.Reason == "" {
		report.Reason = "it was interrupted"
	}
	var reached []float64
	for i := range s.steps {
		step := &s.steps[i]
		switch {
		case step.Search.Load == result.Highest && step.Search.Outcome == record.StepHeld && step.Reached != nil:
			reached = append(reached, *step.Reached)
		case step.Search.Load == result.Lowest && step.Search.Broke != nil:
			report.Broke = step.Search.Broke
		}
	}
	if len(reached) > 0 {
		sum := 0.0
		for _, one := range reached {
			sum += one
		}
		sum /= float64(len(reached))
		report.Reached = &sum
	}
	return report
}

// highestReached is the highest of the steps' operations per second.
func (s *searcher) highestReached() (highest float64) {
	for i := range s.steps {
		if reached := s.steps[i].Reached; reached != nil {
			highest = max(highest, *reached)
		}
	}
	return highest
}

// verdicts are those of the last step that decided: at the highest load that held or, where none did, at the one that did not.
func (s *searcher) verdicts() []record.Verdict {
	result := s.search.Result()
	decided, outcome := result.Highest, record.StepHeld
	if decided == 0 {
		decided, outcome = result.Lowest, record.StepMissed
	}
	for _, step := range slices.Backward(s.steps) {
		if step.Search.Load == decided && step.Search.Outcome == outcome {
			return step.SLO
		}
	}
	return []record.Verdict{}
}
