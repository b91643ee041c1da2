package generator

import (
	"math"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// The shares of hotspot where a declaration names none.
const (
	defaultHotFraction    = 0.2
	defaultHotProbability = 0.8
)

// hotspot sends a share of the draws to the first part of the range.
type hotspot struct {
	stream      Stream
	minimum     int64
	n, hot      uint64
	probability float64
}

func compileHotspot(f *fields) Generator {
	minimum, maximum := f.limits()
	fraction := f.between("hotFraction", defaultHotFraction, 0, 1)
	probability := f.between("hotProbability", defaultHotProbability, 0, 1)
	return newHotspot(f.stream, minimum, uint64(maximum-minimum)+1, fraction, probability)
}

// newHotspot makes at least one value hot.
func newHotspot(stream Stream, minimum int64, n uint64, fraction, probability float64) *hotspot {
	hot := min(max(uint64(math.Floor(nearWhole(float64(float64(n)*fraction)))), 1), n)
	return &hotspot{stream: stream, minimum: minimum, n: n, hot: hot, probability: probability}
}

func (g *hotspot) offset(index uint64) uint64 {
	random := g.stream.at(index)
	if unit(random.next()) < g.probability || g.hot == g.n {
		return below(random.next(), g.hot)
	}
	return g.hot + below(random.next(), g.n-g.hot)
}

func (g *hotspot) Generate(index uint64, dst *driver.Value) {
	dst.SetInt(g.minimum + int64(g.offset(index)))
}
