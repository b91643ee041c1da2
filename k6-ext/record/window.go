package record

import "github.com/dbmark/dbmark/k6-ext/histogram"

// Window is what one operation did in one phase between two rolls, normally a second.
type Window struct {
	// Second since the start of the run, counted from 0.
	Second    int
	Phase     Phase
	Operation int
	Counts
	// Service holds the service times of Operations.
	Service *histogram.Interval
	// Response holds the response times of Operations, and of the undone what they had waited.
	Response *histogram.Interval
}

// Rolled is what happened between two rolls. Its histograms are good until the next Roll.
type Rolled struct {
	// Second since the start of the run, counted from 0: the one in which the middle of the time between the
	// two rolls lies. A roll that came late covers more than a second and leaves out a number; an
	// early one may give the same number twice: then its windows add up.
	Second int
	// Seconds between the two rolls.
	Seconds float64
	// Windows in which something happened, by phase and operation.
	Windows []Window
	// Lag of each phase; nil where none was recorded.
	Lag [phaseCount]*histogram.Interval
	// Readings of the driver's instruments, and the phase in the middle of the time in which they were taken; whoever rolls adds them.
	Readings     []Reading
	ReadingPhase Phase
}

// All are the counts of all operations and phases together.
func (r *Rolled) All() (all Counts) {
	for i := range r.Windows {
		all.Add(&r.Windows[i].Counts)
	}
	return all
}

// Response merges the response times of all operations and phases into dst, which is reset before.
func (r *Rolled) Response(dst *histogram.Interval) {
	dst.Reset()
	for i := range r.Windows {
		dst.Merge(r.Windows[i].Response)
	}
}
