package generator

import "math"

// The standard library's Exp and Log differ in their last bit from one processor to another, and compilers may fuse
// x*y + z into one rounding on some. A generated value must not: so here are both, accurate to about 1e-15, from operations that
// are rounded alike everywhere. A conversion to float64 keeps a product from being fused.

const (
	ln2High = 6.93147180369123816490e-01 // the upper bits of ln 2, so that its products with exponents are exact
	ln2Low  = 1.90821492927058770002e-10 // the rest
)

// logarithm is ln x, for finite x above zero.
func logarithm(x float64) float64 {
	fraction, exponent := math.Frexp(x) // fraction in [1/2, 1)
	if fraction < math.Sqrt2/2 {
		fraction *= 2
		exponent--
	}
	// ln m = 2 artanh s with s = (m − 1) / (m + 1), |s| < 0.1716: the series to s^21 leaves less than 1e-17.
	s := (fraction - 1) / (fraction + 1)
	square := s * s
	sum := 1.0 / 21
	for _, c := range [...]float64{1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3} {
		sum = float64(sum*square) + c
	}
	twice := 2 * s
	small := twice + float64(twice*float64(square*sum))
	k := float64(exponent)
	return float64(k*ln2High) + (small + float64(k*ln2Low))
}

// exponential is e^x; 0 and infinity where a float64 cannot hold it.
func exponential(x float64) float64 {
	if x > 709 {
		return math.Inf(1)
	}
	if x < -708 {
		return 0
	}
	k := math.Floor(float64(x*(1/math.Ln2)) + 0.5)
	r := x - float64(k*ln2High) - float64(k*ln2Low)
	// |r| < 0.3466: the Taylor series to r^13 leaves less than 1e-17.
	sum := 1.0 / 6227020800
	for _, c := range [...]float64{
		1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
		1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1, 1,
	} {
		sum = float64(sum*r) + c
	}
	return math.Float64frombits(math.Float64bits(sum) + uint64(int64(k))<<52)
}

// logarithmRatio is ln(1 + t) / t, 1 at t = 0.
func logarithmRatio(t float64) float64 {
	if math.Abs(t) > 0.01 {
		return logarithm(1+t) / t
	}
	sum := 0.0
	for _, c := range [...]float64{-1.0 / 8, 1.0 / 7, -1.0 / 6, 1.0 / 5, -1.0 / 4, 1.0 / 3, -1.0 / 2, 1} {
		sum = float64(sum*t) + c
	}
	return sum
}

// exponentialRatio is (e^t − 1) / t, 1 at t = 0.
func exponentialRatio(t float64) float64 {
	if math.Abs(t) > 0.01 {
		return (exponential(t) - 1) / t
	}
	sum := 0.0
	for _, c := range [...]float64{1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1} {
		sum = float64(sum*t) + c
	}
	return sum
}
