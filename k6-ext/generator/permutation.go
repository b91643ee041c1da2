package generator

import "math/bits"

// permutation spreads ranks over a range one to one: no two ranks share a value, as they may when a rank is hashed
// (YCSB hashes with FNV). It depends on the range alone, so that the popular values are the same in every
// operation that names the range.
type permutation struct {
	n     uint64
	mask  uint64
	shift uint
}

func newPermutation(n uint64) permutation {
	width := uint(bits.Len64(n - 1))
	return permutation{n: n, mask: 1<<width - 1, shift: (width + 1) / 2}
}

// of maps 0 … n−1 to itself. Multiplying by an odd number, adding, and xoring the upper half into the lower are
// bijections of the numbers of width bits; what falls outside of n goes round again, less than
// twice on average, since n is above half of them.
func (p *permutation) of(x uint64) uint64 {
	if p.n < 3 {
		return x
	}
	for {
		x = (x*0x9e3779b97f4a7c15 + 0x632be59bd9b4e019) & p.mask
		x ^= x >> p.shift
		x = x * 0xbf58476d1ce4e5b9 & p.mask
		x ^= x >> p.shift
		x = x * 0x94d049bb133111eb & p.mask
		x ^= x >> p.shift
		if x < p.n {
			return x
		}
	}
}
