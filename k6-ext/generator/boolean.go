package generator

import "github.com/dbmark/dbmark/k6-ext/driver"

// boolean is true with a probability.
type boolean struct {
	stream      Stream
	probability float64
}

func compileBoolean(f *fields) Generator {
	return &boolean{stream: f.stream, probability: f.between("probability", 0.5, 0, 1)}
}

func (g *boolean) Generate(index uint64, dst *driver.Value) {
	dst.SetBool(unit(g.stream.draw(index)) < g.probability)
}
