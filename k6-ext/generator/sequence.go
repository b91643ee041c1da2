package generator

import "github.com/dbmark/dbmark/k6-ext/driver"

// sequence counts: start + index × step. Beyond 64 bits it wraps around.
type sequence struct{ start, step int64 }

func compileSequence(f *fields) Generator {
	return &sequence{start: f.wholeOf64Bits("start"), step: f.wholeOr("step", 1)}
}

func (g *sequence) Generate(index uint64, dst *driver.Value) {
	dst.SetInt(g.start + int64(index)*g.step)
}
