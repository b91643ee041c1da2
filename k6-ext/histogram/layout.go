package histogram

import (
	"math/bits"
	"time"
)

// The limits of what is recorded, in nanoseconds. What lies outside is recorded at
// the nearer limit, and counted (Clamped).
const (
	Lowest  int64 = 1
	Highest int64 = int64(time.Hour)
)

// SignificantDigits is the resolution: a bucket is never wider than a thousandth of its values.
const SignificantDigits = 3

// The HDR layout. Values below 2048 have a bucket each; above, each octave (from a power of two to
// the next) is cut into 1024 buckets of the same width. Buckets lie in the order of their values, so that
// octave o begins at 1024 × o; the values below 2048 fill the first two.
const (
	halfMagnitude = 10
	half          = 1 << halfMagnitude
	octaves       = 33
	bucketCount   = octaves * half
)

// indexOf is the bucket of a value that lies within the limits.
func indexOf(value int64) int {
	shift := uint(bits.Len64(uint64(value)|(2*half-1))) - (halfMagnitude + 1)
	return int(shift<<halfMagnitude) + int(uint64(value)>>(shift&63))
}

// bounds are the lowest and highest values that fall in a bucket.
func bounds(index int) (lowest, highest int64) {
	if index < 2*half {
		return int64(index), int64(index)
	}
	shift := uint(index>>halfMagnitude) - 1
	lowest = int64(index&(half-1)+half) << shift
	return lowest, lowest + 1<<shift - 1
}

// middle is the value that stands for a whole bucket in sums of decoded histograms.
func middle(index int) int64 {
	lowest, highest := bounds(index)
	return lowest + (highest-lowest+1)/2
}
