package generator

import (
	"encoding/binary"
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// Stream names an independent source of random numbers: its n-th draw for an index depends
// on nothing else, so that any worker can make any value.
type Stream uint64

// StreamOf derives a stream from a seed and names, for example an operation's and a parameter's.
func StreamOf(seed uint64, names ...string) Stream {
	var digest xxhash.Digest
	digest.Reset()
	var number [8]byte
	binary.LittleEndian.PutUint64(number[:], seed)
	_, _ = digest.Write(number[:])
	for _, name := range names {
		// With its length, so that ("ab", "c") is not ("a", "bc").
		binary.LittleEndian.PutUint64(number[:], uint64(len(name)))
		_, _ = digest.Write(number[:])
		_, _ = digest.WriteString(name)
	}
	return Stream(mix(digest.Sum64()))
}

// golden is 2^64 divided by the golden ratio, made odd: the step of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// mix is the output function of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", 2014, with Stafford's constants "Mix13"): a bijection after which counters pass for random.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// draw is the stream's first random number for an index: SplitMix64 with the index as its counter.
func (s Stream) draw(index uint64) uint64 { return mix(uint64(s) + (index+1)*golden) }

// at begins the series of random numbers that the stream has for an index.
func (s Stream) at(index uint64) series { return series(s.draw(index)) }

// series is a SplitMix64 of its own for the values that need several draws.
type series uint64

func (s *series) next() uint64 {
	*s += golden
	return mix(uint64(*s))
}

// below maps a draw to 0 … n−1. The shares of two outcomes differ by less than n / 2^64 of them, which for the ranges
// accepted here (2^54) is below a thousandth and for ordinary ones immeasurable.
func below(draw, n uint64) uint64 {
	high, _ := bits.Mul64(draw, n)
	return high
}

// unit maps a draw to a real number of 53 bits in [0, 1).
func unit(draw uint64) float64 { return float64(float64(draw>>11) * 0x1p-53) }

// unitOpen maps a draw to a real number in (0, 1), both ends excluded.
func unitOpen(draw uint64) float64 { return float64((float64(draw>>12) + 0.5) * 0x1p-52) }
