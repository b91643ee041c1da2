package generator

import (
	"fmt"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// choice takes one of several values.
type choice struct {
	stream Stream
	values []driver.Value
	// table is nil where all are equally likely.
	table alias
}

func compileChoice(f *fields) Generator {
	items := f.list("values", "an array of at least one string, number, boolean or null")
	if len(items) == 0 {
		f.refuseValue("values", "an array of at least one string, number, boolean or null")
		return nil
	}
	g := &choice{stream: f.stream, values: make([]driver.Value, len(items))}
	for i, item := range items {
		value, ok := parseScalar(item)
		if !ok {
			f.refuse(fmt.Sprintf("value %d of values", i+1), shorten(item), "a string, a finite number, true, false or null")
		}
		g.values[i] = value
	}
	if f.has("weights") {
		g.table = f.weights(len(items))
	}
	return g
}

// weights reads the field weights, one for each of n values.
func (f *fields) weights(n int) alias {
	accepted := fmt.Sprintf("an array of %d numbers, one for each of values, not below 0", n)
	items := f.list("weights", accepted)
	weights := make([]float64, len(items))
	for i, item := range items {
		weight, ok := parseNumber(item)
		if !ok {
			f.refuseValue("weights", accepted)
		}
		weights[i] = weight
	}
	if len(weights) != n {
		f.refuseValue("weights", accepted)
	}
	if f.err != nil {
		return nil
	}
	if err := checkWeights(weights); err != nil {
		f.err = fmt.Errorf("%s: weights: %w", f.where, err)
		return nil
	}
	return newAlias(weights)
}

func (g *choice) Generate(index uint64, dst *driver.Value) {
	draw := g.stream.draw(index)
	if g.table != nil {
		copyValue(dst, &g.values[g.table.pick(draw)])
		return
	}
	copyValue(dst, &g.values[below(draw, uint64(len(g.values)))])
}
