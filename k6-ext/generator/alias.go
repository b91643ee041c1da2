package generator

import "math/bits"

// alias picks from weighted outcomes with one draw, in constant time: Walker's alias method, with its table made as
// by Vose, "A linear algorithm for generating random numbers with a given distribution" (1991).
type alias []aliasColumn

// aliasColumn is one of the equally likely columns: below the threshold the column's own outcome, else another's.
type aliasColumn struct {
	threshold uint64
	own       int32
	other     int32
}

// newAlias makes the table; the weights have been checked.
func newAlias(weights []float64) alias {
	n := len(weights)
	total := 0.0
	for _, weight := range weights {
		total += weight
	}
	table := make(alias, n)
	share := make([]float64, n) // of a column; 1 on average
	var small, large []int
	for i, weight := range weights {
		share[i] = weight / total * float64(n)
		table[i] = aliasColumn{threshold: 1<<64 - 1, own: int32(i), other: int32(i)}
		if share[i] < 1 {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		table[s].threshold = uint64(float64(share[s] * 0x1p64))
		table[s].other = int32(l)
		share[l] -= 1 - share[s]
		if share[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	// What rounding left over in small fills its column, unless it must never be picked.
	for _, s := range small {
		if weights[s] == 0 {
			table[s].own = heaviest(weights)
			table[s].other = table[s].own
		}
	}
	return table
}

func heaviest(weights []float64) int32 {
	best := 0
	for i, weight := range weights {
		if weight > weights[best] {
			best = i
		}
	}
	return int32(best)
}

// pick maps a draw to an outcome: its high part chooses the column, the rest is compared.
func (a alias) pick(draw uint64) int {
	column, rest := bits.Mul64(draw, uint64(len(a)))
	c := &a[column]
	if rest < c.threshold {
		return int(c.own)
	}
	return int(c.other)
}
