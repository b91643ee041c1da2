package generator

import (
	"fmt"
	"math"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// The exponents accepted, and the one that YCSB made usual.
const (
	defaultTheta = 0.99
	minimumTheta = 0.01
	maximumTheta = 10
)

// zipfian makes whole numbers whose popularity follows Zipf's law.
type zipfian struct {
	stream  Stream
	minimum int64
	// n is the size of the range, items that of the law: where it is larger, the items are folded onto the range.
	n, items  uint64
	law       zipf
	top       float64
	scrambled bool
	scramble  permutation
}

func compileZipfian(f *fields) Generator {
	minimum, maximum := f.limits()
	theta := f.between("theta", defaultTheta, minimumTheta, maximumTheta)
	scrambled := f.booleanOr("scrambled", true)
	n := uint64(maximum-minimum) + 1
	items := n
	if f.has("items") {
		items = uint64(f.wholeWithin("items", 1, maximumWhole))
		if items < n {
			f.refuseValue("items", fmt.Sprintf("at least the %d numbers of the range", n))
		}
		if items != n && !scrambled {
			f.refuseValue("items", fmt.Sprintf("%d, as many as the range has, where scrambled is false", n))
		}
	}
	if f.err != nil {
		return nil
	}
	return newZipfian(f.stream, minimum, n, items, theta, scrambled)
}

func newZipfian(stream Stream, minimum int64, n, items uint64, theta float64, scrambled bool) *zipfian {
	law := newZipf(theta)
	return &zipfian{
		stream: stream, minimum: minimum, n: n, items: items, law: law, top: law.integral(float64(items) + 0.5),
		scrambled: scrambled, scramble: newPermutation(items),
	}
}

func (g *zipfian) offset(index uint64) uint64 {
	rank := g.law.rank(g.stream.at(index), g.items, g.top) - 1
	if !g.scrambled {
		return rank
	}
	place := g.scramble.of(rank)
	if g.items == g.n {
		return place
	}
	return place % g.n
}

func (g *zipfian) Generate(index uint64, dst *driver.Value) {
	dst.SetInt(g.minimum + int64(g.offset(index)))
}

// zipf draws ranks from 1 to n with a probability that is proportional to rank^−theta, by rejection-inversion (Hörmann and
// Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", 1996). Unlike the
// approximation of Gray et al. (1994) that YCSB uses, it is exact for every rank and any theta, and needs no sum over
// the range: nothing to prepare for a billion, and nothing to update while the range of `latest` grows.
type zipf struct {
	theta float64
	// bottom is where the integral begins, squeeze the distance within which a draw is accepted unseen.
	bottom, squeeze float64
}

func newZipf(theta float64) zipf {
	z := zipf{theta: theta}
	z.bottom = z.integral(1.5) - 1
	z.squeeze = 2 - z.inverse(z.integral(2.5)-z.density(2))
	return z
}

// rank draws one; top is integral(n + 1/2).
func (z *zipf) rank(random series, n uint64, top float64) uint64 {
	for {
		u := top + float64(unit(random.next())*(z.bottom-top))
		x := z.inverse(u)
		k := min(max(math.Floor(x+0.5), 1), float64(n))
		if k-x <= z.squeeze || u >= z.integral(k+0.5)-z.density(k) {
			return uint64(k)
		}
	}
}

// density is x^−theta.
func (z *zipf) density(x float64) float64 { return exponential(-z.theta * logarithm(x)) }

// integral is an antiderivative of density: (x^(1−theta) − 1) / (1 − theta), or ln x for theta = 1.
func (z *zipf) integral(x float64) float64 {
	log := logarithm(x)
	return exponentialRatio((1-z.theta)*log) * log
}

// inverse is the inverse function of integral.
func (z *zipf) inverse(y float64) float64 {
	t := y * (1 - z.theta)
	if t <= -1 { // by rounding, at the far end where theta is above 1
		return math.MaxFloat64
	}
	return exponential(logarithmRatio(t) * y)
}
