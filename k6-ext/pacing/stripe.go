package pacing

import "fmt"

// Stripe maps the operations of one instance to their global indexes: of every Period indexes, the instance runs those at Offsets.
// Instances whose stripes part the period send together exactly what one would have sent.
type Stripe struct {
	Period  int64
	Offsets []int64
}

// WholeStripe is the stripe of a run with one instance.
func WholeStripe() Stripe { return Stripe{Period: 1, Offsets: []int64{0}} }

// Validate refuses a stripe that would repeat or leave its period.
func (s Stripe) Validate() error {
	previous := int64(-1)
	for _, offset := range s.Offsets {
		if offset <= previous || offset >= s.Period {
			return fmt.Errorf("stripe offsets %v do not ascend within a period of %d", s.Offsets, s.Period)
		}
		previous = offset
	}
	if len(s.Offsets) == 0 {
		return fmt.Errorf("a stripe needs at least one offset")
	}
	return nil
}

// Share is the instance's part of all operations, 1 for a run with one instance.
func (s Stripe) Share() float64 { return float64(len(s.Offsets)) / float64(s.Period) }

// Index is the global index of the instance's operation number ordinal, both counted from zero.
func (s Stripe) Index(ordinal int64) int64 {
	if s.Period == 1 {
		return ordinal
	}
	width := int64(len(s.Offsets))
	return ordinal/width*s.Period + s.Offsets[ordinal%width]
}

// Count is how many of the first total global indexes belong to the instance.
func (s Stripe) Count(total int64) int64 {
	n := total / s.Period * int64(len(s.Offsets))
	rest := total % s.Period
	for _, offset := range s.Offsets {
		if offset < rest {
			n++
		}
	}
	return n
}
