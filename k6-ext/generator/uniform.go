package generator

import "github.com/dbmark/dbmark/k6-ext/driver"

// uniform makes whole numbers that are all equally likely.
type uniform struct {
	stream  Stream
	minimum int64
	n       uint64
}

func compileUniform(f *fields) Generator {
	minimum, maximum := f.limits()
	return &uniform{stream: f.stream, minimum: minimum, n: uint64(maximum-minimum) + 1}
}

func (g *uniform) offset(index uint64) uint64 { return below(g.stream.draw(index), g.n) }

func (g *uniform) Generate(index uint64, dst *driver.Value) {
	dst.SetInt(g.minimum + int64(g.offset(index)))
}
