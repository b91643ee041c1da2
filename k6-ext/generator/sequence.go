package generator

import (
	"math"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// sequence counts: start + index × step, where repeat indexes in a row have the same number. Beyond 64 bits it wraps around.
type sequence struct {
	start, step int64
	repeat      uint64
}

func compileSequence(f *fields) Generator {
	g := &sequence{start: f.wholeOf64Bits("start"), step: f.wholeOr("step", 1), repeat: 1}
	if f.has("repeat") {
		g.repeat = uint64(f.wholeWithin("repeat", 1, math.MaxInt64))
	}
	return g
}

func (g *sequence) Generate(index uint64, dst *driver.Value) {
	dst.SetInt(g.start + int64(index/g.repeat)*g.step)
}
