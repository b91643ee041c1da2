package generator

import (
	"math"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// clock goes on by the same step an index, in microseconds.
type clock struct{ start, step int64 }

// instant is a random microsecond of a span.
type instant struct {
	stream Stream
	start  int64
	n      uint64
}

func compileTimestamp(f *fields) Generator {
	start := f.epoch().UnixMicro()
	step := math.Round(float64(f.numberOr("stepMilliseconds", 1) * 1000))
	if math.Abs(step) > maximumWhole {
		f.refuseValue("stepMilliseconds", "up to 2^53 microseconds (285 years)")
	}
	if !f.has("spreadSeconds") {
		return &clock{start: start, step: int64(step)}
	}
	if f.has("stepMilliseconds") {
		f.refuseValue("stepMilliseconds", "only one of stepMilliseconds and spreadSeconds")
	}
	spread := math.Round(float64(f.number("spreadSeconds") * 1e6))
	if !(spread >= 1 && spread <= maximumWhole) {
		f.refuseValue("spreadSeconds", "a number above 0, up to 2^53 microseconds (285 years)")
		return nil
	}
	return &instant{stream: f.stream, start: start, n: uint64(spread)}
}

func (g *clock) Generate(index uint64, dst *driver.Value) {
	dst.SetTimestamp(g.start + int64(index)*g.step)
}

func (g *instant) Generate(index uint64, dst *driver.Value) {
	dst.SetTimestamp(g.start + int64(below(g.stream.draw(index), g.n)))
}
