package generator

import "github.com/dbmark/dbmark/k6-ext/driver"

// latest is Zipf's law counted back from the newest value, which is maximum plus the inserts finished so far.
type latest struct {
	stream           Stream
	minimum, maximum int64
	law              zipf
	past             *Past
}

func compileLatest(f *fields) Generator {
	minimum, maximum := f.limits()
	theta := f.between("theta", defaultTheta, minimumTheta, maximumTheta)
	if f.err != nil {
		return nil
	}
	return &latest{stream: f.stream, minimum: minimum, maximum: maximum, law: newZipf(theta), past: f.scope.Past}
}

func (g *latest) Generate(index uint64, dst *driver.Value) {
	newest := g.maximum + g.past.Inserts()
	n := uint64(newest-g.minimum) + 1
	rank := g.law.rank(g.stream.at(index), n, g.law.integral(float64(n)+0.5))
	dst.SetInt(newest - int64(rank-1))
}
