package generator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// Pool holds rows taken from the target before the run. It must not change once a generator uses it.
type Pool struct{ Rows [][]driver.Value }

// Hash tells two pools apart by their values and the order of their rows.
func (p *Pool) Hash() uint64 {
	h := HashNumber(0, uint64(len(p.Rows)))
	for _, row := range p.Rows {
		h = HashNumber(h, uint64(len(row)))
		for i := range row {
			h = Hash(h, &row[i])
		}
	}
	return h
}

// column is a column of a row that a distribution picks.
type column struct {
	rows   [][]driver.Value
	number int
	pick   interface{ offset(index uint64) uint64 }
}

func compilePool(f *fields) Generator {
	name := f.text("pool")
	number := f.wholeWithin("column", 0, 1<<16)
	distribution := f.textOr("distribution", "uniform")
	skipLast := int64(0)
	if f.has("skipLast") {
		skipLast = f.wholeWithin("skipLast", 0, maximumWhole)
	}
	switch distribution {
	case "uniform", "zipfian", "hotspot":
	default:
		f.refuseValue("distribution", "uniform, zipfian or hotspot")
	}
	if f.err != nil || f.checkOnly {
		return nil
	}
	pool, ok := f.scope.Pools[name]
	if !ok || pool == nil {
		f.refuse("pool", fmt.Sprintf("%q", name), f.scope.knownPools())
		return nil
	}
	n := int64(len(pool.Rows)) - skipLast
	if n < 1 {
		f.refuse("pool", fmt.Sprintf("%q with %d rows, the last %d of them left out", name, len(pool.Rows), skipLast), "a pool with at least one row to pick")
		return nil
	}
	rows := pool.Rows[:n]
	for i, row := range rows {
		if number >= int64(len(row)) {
			f.refuseValue("column", fmt.Sprintf("0 to %d: row %d of pool %q has %d columns", len(row)-1, i, name, len(row)))
			return nil
		}
	}
	// Not the parameter's stream: every parameter of the operation that names this pool gets the same row.
	stream := StreamOf(f.scope.Seed, f.scope.Operation, "row of pool", name, distribution)
	g := &column{rows: rows, number: int(number)}
	switch distribution {
	case "uniform":
		g.pick = &uniform{stream: stream, n: uint64(n)}
	case "zipfian":
		g.pick = newZipfian(stream, 0, uint64(n), uint64(n), defaultTheta, true)
	case "hotspot":
		g.pick = newHotspot(stream, 0, uint64(n), defaultHotFraction, defaultHotProbability)
	}
	return g
}

// knownPools lists the pools for errors.
func (s *Scope) knownPools() string {
	names := make([]string, 0, len(s.Pools))
	for name := range s.Pools {
		names = append(names, fmt.Sprintf("%q", name))
	}
	if len(names) == 0 {
		return "the name of a pool of the workload, which has none"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (g *column) Generate(index uint64, dst *driver.Value) {
	copyValue(dst, &g.rows[g.pick.offset(index)][g.number])
}
