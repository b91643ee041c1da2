// Package histogram counts times in the HDR layout: 3 significant digits from 1 nanosecond to 1
// hour, a fixed size, a few nanoseconds a value, merged without loss.
//
// Two types share the layout. An Interval counts in 32 bits and is half as large: it is
// what workers record to and what is emptied every second, within which no bucket can see 2^32
// values. A Histogram counts in 64 bits: totals of a run, merged runs, decoded files. Percentiles are
// those of the HDR libraries that read the encoded form.
//
// Neither is safe for use by several goroutines at once.
package histogram

import (
	"math"
	"math/bits"
)

// Histogram counts in 64 bits, for totals of any length: 270 KB.
type Histogram struct{ table[uint64] }

// Interval counts in 32 bits, for one interval of one shard: 135 KB. A bucket holds up to
// 4,294,967,295 values: empty it (Reset) at least every few seconds.
type Interval struct{ table[uint32] }

// New makes an empty Histogram, in one allocation.
func New() *Histogram {
	h := &Histogram{}
	h.minimum = math.MaxInt64
	return h
}

// NewInterval makes an empty Interval, in one allocation.
func NewInterval() *Interval {
	i := &Interval{}
	i.minimum = math.MaxInt64
	return i
}

// Merge adds what another histogram holds; buckets that were never touched cost nothing.
func (h *Histogram) Merge(other *Histogram) { merge(&h.table, &other.table) }

// MergeInterval adds what an interval holds; buckets that were never touched cost nothing.
func (h *Histogram) MergeInterval(other *Interval) { merge(&h.table, &other.table) }

// Merge adds what another interval holds. The limit of 32 bits holds for the sum.
func (i *Interval) Merge(other *Interval) { merge(&i.table, &other.table) }

// table is what both types are made of.
type table[C uint32 | uint64] struct {
	// touched has a bit for each octave that holds something.
	touched uint64
	count   uint64
	clamped uint64
	minimum int64
	maximum int64
	// The sum has 128 bits: 2^64 ns are only 584 years of waiting, which an overloaded run can exceed.
	sumLow, sumHigh uint64
	counts          [bucketCount]C
}

// Record counts one time in nanoseconds.
func (t *table[C]) Record(nanoseconds int64) {
	if nanoseconds < Lowest || nanoseconds > Highest {
		nanoseconds = clamp(nanoseconds)
		t.clamped++
	}
	index := indexOf(nanoseconds)
	t.counts[index]++
	t.touched |= 1 << (uint(index>>halfMagnitude) & 63)
	t.count++
	var carry uint64
	t.sumLow, carry = bits.Add64(t.sumLow, uint64(nanoseconds), 0)
	t.sumHigh += carry
	if nanoseconds < t.minimum {
		t.minimum = nanoseconds
	}
	if nanoseconds > t.maximum {
		t.maximum = nanoseconds
	}
}

// RecordN counts the same time in nanoseconds n times.
func (t *table[C]) RecordN(nanoseconds int64, n uint32) {
	if n == 0 {
		return
	}
	if nanoseconds < Lowest || nanoseconds > Highest {
		nanoseconds = clamp(nanoseconds)
		t.clamped += uint64(n)
	}
	t.add(indexOf(nanoseconds), uint64(n))
	high, low := bits.Mul64(uint64(nanoseconds), uint64(n))
	t.addSum(high, low)
	t.minimum = min(t.minimum, nanoseconds)
	t.maximum = max(t.maximum, nanoseconds)
}

// Reset empties the histogram; buckets that were never touched cost nothing.
func (t *table[C]) Reset() {
	for touched := t.touched; touched != 0; touched &= touched - 1 {
		start := bits.TrailingZeros64(touched) << halfMagnitude
		clear(t.counts[start : start+half])
	}
	t.touched, t.count, t.clamped = 0, 0, 0
	t.minimum, t.maximum = math.MaxInt64, 0
	t.sumLow, t.sumHigh = 0, 0
}

// Count is the number of values.
func (t *table[C]) Count() uint64 { return t.count }

// Clamped is the number of values that were outside of the limits, which the encoded form does not hold.
func (t *table[C]) Clamped() uint64 { return t.clamped }

// Min is the least value recorded, exact (in a decoded histogram: the lower bound of its bucket); 0
// when nothing was recorded.
func (t *table[C]) Min() int64 {
	if t.count == 0 {
		return 0
	}
	return t.minimum
}

// Max is the greatest value recorded, exact (in a decoded histogram: the upper bound of its bucket); 0
// when nothing was recorded.
func (t *table[C]) Max() int64 { return t.maximum }

// Sum of the values in nanoseconds, from exact values (in a decoded histogram: the middles of their buckets).
func (t *table[C]) Sum() float64 { return float64(t.sumHigh)*0x1p64 + float64(t.sumLow) }

// Mean of the values in nanoseconds; 0 when nothing was recorded.
func (t *table[C]) Mean() float64 {
	if t.count == 0 {
		return 0
	}
	return t.Sum() / float64(t.count)
}

// Percentile is the value, in nanoseconds, that p percent (0 to 100) of the values do not exceed: the upper
// bound of the bucket of the value whose rank is p percent of the count, rounded, as in the
// HDR libraries for Go and JavaScript (for p = 0 the lower bound of the first). 0 when nothing was recorded.
func (t *table[C]) Percentile(p float64) int64 {
	if t.count == 0 {
		return 0
	}
	rank := rankOf(p, t.count)
	var seen uint64
	for touched := t.touched; touched != 0; touched &= touched - 1 {
		start := bits.TrailingZeros64(touched) << halfMagnitude
		for index := start; index < start+half; index++ {
			seen += uint64(t.counts[index])
			if seen >= rank {
				lowest, highest := bounds(index)
				if p <= 0 {
					return lowest
				}
				return highest
			}
		}
	}
	return t.maximum
}

// rankOf is the rank, from 1 to count, of the value at a percentile.
func rankOf(p float64, count uint64) uint64 {
	rank := min(p, 100)/100*float64(count) + 0.5
	if !(rank >= 1) { // also for NaN
		return 1
	}
	if rank >= float64(count) {
		return count
	}
	return uint64(rank)
}

func clamp(nanoseconds int64) int64 { return min(max(nanoseconds, Lowest), Highest) }

// add counts n values in a bucket.
func (t *table[C]) add(index int, n uint64) {
	t.counts[index] += C(n)
	t.touched |= 1 << uint(index>>halfMagnitude)
	t.count += n
}

func (t *table[C]) addSum(high, low uint64) {
	var carry uint64
	t.sumLow, carry = bits.Add64(t.sumLow, low, 0)
	t.sumHigh += high + carry
}

func merge[D, S uint32 | uint64](to *table[D], from *table[S]) {
	if from.count == 0 {
		return
	}
	for touched := from.touched; touched != 0; touched &= touched - 1 {
		start := bits.TrailingZeros64(touched) << halfMagnitude
		target, source := to.counts[start:start+half], from.counts[start:start+half]
		for i, n := range source {
			target[i] += D(n)
		}
	}
	to.touched |= from.touched
	to.count += from.count
	to.clamped += from.clamped
	to.minimum = min(to.minimum, from.minimum)
	to.maximum = max(to.maximum, from.maximum)
	to.addSum(from.sumHigh, from.sumLow)
}
