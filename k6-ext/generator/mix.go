package generator

import (
	"fmt"
	"math"
)

// Mix picks the operation of each index by the operations' weights.
type Mix struct {
	stream Stream
	table  alias
}

// NewMix makes the mix of a run; the i-th weight is the share of operation i, relative to the others.
// It is an error if no weight is above zero, or one is negative or not finite.
func NewMix(seed uint64, weights []float64) (*Mix, error) {
	if err := checkWeights(weights); err != nil {
		return nil, fmt.Errorf("operation weights: %w", err)
	}
	return &Mix{stream: StreamOf(seed, "mix of operations"), table: newAlias(weights)}, nil
}

// Pick is the operation of an index. It is a pure function, safe for concurrent use.
func (m *Mix) Pick(index uint64) int { return m.table.pick(m.stream.draw(index)) }

// checkWeights says what is wrong with weights.
func checkWeights(weights []float64) error {
	total := 0.0
	for i, weight := range weights {
		if !(weight >= 0) || math.IsInf(weight, 1) {
			return fmt.Errorf("weight %d is %v; accepted: finite numbers, not below 0", i+1, weight)
		}
		total += weight
	}
	if len(weights) == 0 {
		return fmt.Errorf("there are none; accepted: one or more, at least one above 0")
	}
	if total == 0 {
		return fmt.Errorf("all %d are 0; accepted: at least one above 0", len(weights))
	}
	if math.IsInf(total, 1) {
		return fmt.Errorf("their sum is too large; accepted: a finite sum")
	}
	return nil
}
