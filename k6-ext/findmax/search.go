// Package findmax searches the highest load that a target takes: a pure decision of what to try next from what was tried so far. It knows
// no clock and no target; whoever asks it makes the load, judges what came of it, and tells.
//
// The load grows by a factor until a trial fails, or shrinks until one holds, and the bracket between the highest load that held and the lowest that
// failed is halved, geometrically, until it is as narrow as the precision. What is true near the edge is a matter of chance, and a hiccup can fail a trial far
// below it. So neither end of the bracket is believed after one trial: it takes two that agree, of three at most. An end that falls opens the bracket
// again on its side.
package findmax

import (
	"fmt"
	"math"
	"slices"
)

// Outcome of a trial of some load.
type Outcome int

// The outcomes.
const (
	// Held: every limit was kept.
	Held Outcome = iota
	// Missed: the target did not keep one.
	Missed
	// Harness: the load was not really sent, so that the trial says nothing of the target, and more load cannot be tried.
	Harness
)

// Purpose says why a load is tried.
type Purpose string

// The purposes.
const (
	Grow    Purpose = "grow"
	Shrink  Purpose = "shrink"
	Narrow  Purpose = "narrow"
	Confirm Purpose = "confirm"
	// Check is a trial of a load that is given.
	Check Purpose = "check"
)

// agreeing is how many trials of a load must agree for it to be believed: the majority of three. One that was not really sent is none of them: it may
// have been a moment in which the machine was busy with something else. After unsentAtMost of those, the load cannot be sent.
const (
	agreeing     = 2
	unsentAtMost = 3
	// unsentAtEnd is how often the upper end of the answer was not sent, so that it is believed.
	unsentAtEnd = unsentAtMost + 1
)

const (
	// growth is the factor between two loads while nothing has failed, shrinkage the divisor while nothing has held.
	growth    = 2
	shrinkage = 4
)

// Plan of a search. Loads are operations per second, or numbers of workers.
type Plan struct {
	// Start is tried first; Minimum and Maximum are never left.
	Start, Minimum, Maximum float64
	// Precision is how far the lowest load that failed may lie above the highest that held, as a share of the latter.
	Precision float64
	// Whole: only whole numbers are loads.
	Whole bool
	// Fixed is the one load to be tried; 0: the highest is searched.
	Fixed float64
}

// Validate says what is wrong with a plan.
func (p Plan) Validate() error {
	for _, load := range []float64{p.Start, p.Minimum, p.Maximum, p.Fixed} {
		if math.IsNaN(load) || math.IsInf(load, 0) || load < 0 || p.Whole && load != math.Trunc(load) {
			return fmt.Errorf("a search has a load of %v; expected a positive number%s", load, map[bool]string{true: " without fraction"}[p.Whole])
		}
	}
	switch {
	case p.Fixed > 0:
		return nil
	case p.Minimum <= 0 || p.Minimum > p.Start || p.Start > p.Maximum:
		return fmt.Errorf("a search starts at %v, between %v and %v; expected loads above 0 that ascend from the minimum to the start to the maximum",
			p.Start, p.Minimum, p.Maximum)
	case !(p.Precision > 0 && p.Precision < 1):
		return fmt.Errorf("a search has a precision of %v; expected a share between 0 and 1", p.Precision)
	}
	return nil
}

// trials of one load.
type trials struct {
	load         float64
	held, missed int
	harness      int
}

// unsent: the load was not really sent, again and again. Until then, trials of which that is true do not count.
func (t *trials) unsent() bool    { return t.harness >= unsentAtMost }
func (t *trials) holds() bool     { return t.held > t.missed }
func (t *trials) fails() bool     { return t.missed > t.held || t.unsent() && t.missed == t.held }
func (t *trials) confirmed() bool { return t.held >= agreeing || t.missed >= agreeing || t.unsent() }

// limitIsHarness: what failed here was not for the target to keep.
func (t *trials) limitIsHarness() bool { return t.missed <= t.held }

// Search is a search in progress: Next, then Note, until Next has nothing more.
type Search struct {
	plan  Plan
	tried []*trials // by ascending load
	next  float64
}

// New starts a search of a plan that was validated.
func New(plan Plan) *Search { return &Search{plan: plan} }

// Next is the load to try; false: everything is known.
func (s *Search) Next() (load float64, purpose Purpose, more bool) {
	load, purpose, more = s.decide()
	s.next = load
	return load, purpose, more
}

// Note tells what came of the load that Next gave.
func (s *Search) Note(outcome Outcome) {
	t := s.at(s.next)
	switch outcome {
	case Held:
		t.held++
	case Missed:
		t.missed++
	case Harness:
		t.harness++
	}
}

// at finds the trials of a load, or makes them.
func (s *Search) at(load float64) *trials {
	i, found := slices.BinarySearchFunc(s.tried, load, func(t *trials, load float64) int {
		switch {
		case t.load < load:
			return -1
		case t.load > load:
			return 1
		}
		return 0
	})
	if !found {
		s.tried = slices.Insert(s.tried, i, &trials{load: load})
	}
	return s.tried[i]
}

func (s *Search) decide() (float64, Purpose, bool) {
	p := &s.plan
	if p.Fixed > 0 {
		return p.Fixed, Check, len(s.tried) == 0 || !s.tried[0].confirmed()
	}
	if len(s.tried) == 0 {
		return p.Start, Grow, true
	}
	low, high, doubtful := s.bracket()
	switch {
	case doubtful != nil:
		return doubtful.load, Confirm, true
	case high == nil && low.load >= p.Maximum:
		return low.load, Confirm, !low.confirmed()
	case high == nil:
		return s.clamp(low.load * growth), Grow, true
	case low == nil && high.unsent() && s.unsentLoads() > 1:
		// One load and a quarter of it cannot be sent: it is not the load.
		return 0, "", false
	case low == nil && high.load <= p.Minimum:
		return high.load, Confirm, !high.confirmed()
	case low == nil:
		return s.clamp(high.load / shrinkage), Shrink, true
	}
	// Where growing met its end, a hiccup would have the search narrow a bracket in which nothing is.
	if !high.confirmed() && high.load >= low.load*growth {
		return high.load, Confirm, true
	}
	if middle, wide := s.between(low.load, high.load); wide {
		return middle, Narrow, true
	}
	// The lower end first: it is the result.
	if !low.confirmed() {
		return low.load, Confirm, true
	}
	// What could not be sent some time ago may be sent now.
	if high.unsent() && high.harness < unsentAtEnd {
		return high.load, Confirm, true
	}
	return high.load, Confirm, !high.confirmed()
}

// bracket gives the highest load that holds below the lowest that fails, nil where there is none. Doubtful is a load that must be tried again before
// that can be said: one whose trials are at odds, or do not count, or one that failed below another that held.
func (s *Search) bracket() (low, high, doubtful *trials) {
	for _, t := range s.tried {
		switch {
		case !t.holds() && !t.fails():
			return low, high, t
		case t.fails() && high == nil:
			high = t
		case t.holds() && high == nil:
			low = t
		case t.holds() && !high.confirmed():
			return low, high, high
		}
	}
	return low, high, nil
}

func (s *Search) unsentLoads() (n int) {
	for _, t := range s.tried {
		if t.unsent() {
			n++
		}
	}
	return n
}

// between is the geometric middle of a bracket; false: it is narrow enough.
func (s *Search) between(low, high float64) (middle float64, wide bool) {
	if high <= low*(1+s.plan.Precision) {
		return 0, false
	}
	middle = math.Sqrt(low * high)
	if !s.plan.Whole {
		return middle, true
	}
	middle = math.Round(middle)
	middle = min(max(middle, low+1), high-1)
	return middle, middle > low && middle < high
}

func (s *Search) clamp(load float64) float64 {
	if s.plan.Whole {
		load = math.Round(load)
	}
	return min(max(load, s.plan.Minimum), s.plan.Maximum)
}

// Conclusion is what a search came to.
type Conclusion string

// The conclusions.
const (
	// Found: Highest holds, and Lowest, at most the precision above, does not.
	Found Conclusion = "found"
	// Ceiling: the maximum of the plan holds.
	Ceiling Conclusion = "ceiling"
	// HarnessLimit: Highest holds, and more could not be sent: the target's own limit is at least that.
	HarnessLimit Conclusion = "harness limit"
	// NothingHolds: not even the minimum does.
	NothingHolds Conclusion = "nothing holds"
	// Unfinished: the search was ended before it was sure; the ends of the bracket are those so far.
	Unfinished Conclusion = "unfinished"
	// Holds, Fails: the given load does, or does not.
	Holds Conclusion = "holds"
	Fails Conclusion = "fails"
)

// Result of a search; loads of 0 are not known.
type Result struct {
	Conclusion Conclusion
	// Highest load that held, and Lowest above it that did not.
	Highest, Lowest float64
}

// Result is what is known so far.
func (s *Search) Result() Result {
	if s.plan.Fixed > 0 {
		return s.fixedResult()
	}
	_, _, more := s.decide()
	low, high, _ := s.bracket()
	r := Result{Conclusion: Found}
	if low != nil {
		r.Highest = low.load
	}
	if high != nil {
		r.Lowest = high.load
	}
	switch {
	case more:
		r.Conclusion = Unfinished
	case high == nil:
		r.Conclusion = Ceiling
	case high.limitIsHarness():
		r.Conclusion = HarnessLimit
	case low == nil:
		r.Conclusion = NothingHolds
	}
	return r
}

func (s *Search) fixedResult() Result {
	if len(s.tried) == 0 || !s.tried[0].confirmed() {
		return Result{Conclusion: Unfinished}
	}
	t := s.tried[0]
	switch {
	case t.holds():
		return Result{Conclusion: Holds, Highest: t.load}
	case t.limitIsHarness():
		return Result{Conclusion: HarnessLimit, Lowest: t.load}
	}
	return Result{Conclusion: Fails, Lowest: t.load}
}
