package histogram

import "math/bits"

// CountUpTo adds to counts[i] the number of values that are above limits[i-1] and not above limits[i], and to the last of counts, of which
// there is one more than of limits, those above all limits. The limits are nanoseconds, ascending. A bucket of the histogram that a limit
// cuts counts where its lowest value does: a thousandth of the value at most.
func (t *table[C]) CountUpTo(limits []int64, counts []uint64) {
	at := 0
	for touched := t.touched; touched != 0; touched &= touched - 1 {
		start := bits.TrailingZeros64(touched) << halfMagnitude
		for index := start; index < start+half; index++ {
			n := t.counts[index]
			if n == 0 {
				continue
			}
			lowest, _ := bounds(index)
			for at < len(limits) && lowest > limits[at] {
				at++
			}
			counts[at] += uint64(n)
		}
	}
}

// Each visits the values in ascending order, with how many there are of each. The values of a bucket are all given as its middle: not more
// than a thousandth from what was recorded, and never beyond the least and the greatest.
func (t *table[C]) Each(visit func(nanoseconds int64, count uint64)) {
	for touched := t.touched; touched != 0; touched &= touched - 1 {
		start := bits.TrailingZeros64(touched) << halfMagnitude
		for index := start; index < start+half; index++ {
			if n := t.counts[index]; n > 0 {
				visit(min(max(middle(index), t.minimum), t.maximum), uint64(n))
			}
		}
	}
}
