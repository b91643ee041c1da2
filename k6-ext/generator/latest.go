package generator

import "github.com/dbmark/dbmark/k6-ext/driver"

// latest is Zipf's law counted back from the newest value. The newest values are those of acknowledged inserts, the last acknowledged first;
// before them come those of the range, its maximum first. An insert of the operation with the index i has the value maximum + 1 + i, as a
// sequence that starts above the range gives it. So every value was acknowledged before it is asked for.
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
	inserts := g.past.Inserts()
	n := uint64(g.maximum-g.minimum) + 1 + uint64(inserts)
	back := int64(g.law.rank(g.stream.at(index), n, g.law.integral(float64(n)+0.5))) - 1
	if back >= inserts {
		dst.SetInt(g.maximum - (back - inserts))
		return
	}
	inserted, known := g.past.Insert(inserts - 1 - back)
	if !known {
		// Another worker is about to note it.
		dst.SetInt(g.maximum)
		return
	}
	dst.SetInt(g.maximum + 1 + inserted)
}
