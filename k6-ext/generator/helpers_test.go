package generator

import (
	"math"
	"strings"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func testScope() Scope {
	pool := &Pool{}
	for i := range 100 {
		row := make([]driver.Value, 2)
		row[0].SetInt(int64(i))
		row[1].SetText(strings.Repeat("x", i%7) + string(rune('a'+i%26)))
		pool.Rows = append(pool.Rows, row)
	}
	return Scope{Seed: 42, Operation: "select", Parameter: "id", Pools: map[string]*Pool{"people": pool}, Past: &Past{}}
}

func made(t testing.TB, spec string) Generator { return madeIn(t, spec, testScope()) }

func madeIn(t testing.TB, spec string, scope Scope) Generator {
	t.Helper()
	g, err := Compile(Spec(spec), scope)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func value(g Generator, index uint64) driver.Value {
	var v driver.Value
	g.Generate(index, &v)
	return v
}

// numbers makes n whole numbers and counts each.
func numbers(g Generator, n int) map[int64]float64 {
	counts := map[int64]float64{}
	var v driver.Value
	for i := range n {
		g.Generate(uint64(i), &v)
		counts[v.Number]++
	}
	return counts
}

// chiSquare fails when counts do not follow the expected shares of n. The limit is about five standard deviations
// of the chi-square distribution above its mean; seeds are fixed, so a test either always passes or never.
func chiSquare(t testing.TB, what string, counts, shares []float64, n int) {
	t.Helper()
	sum, freedom := 0.0, -1.0
	for i, share := range shares {
		expected := share * float64(n)
		if share == 0 {
			if counts[i] != 0 {
				t.Errorf("%s: outcome %d came %v times, expected never", what, i, counts[i])
			}
			continue
		}
		freedom++
		sum += (counts[i] - expected) * (counts[i] - expected) / expected
	}
	if limit := freedom + 5*math.Sqrt(2*max(freedom, 1)) + 5; sum > limit {
		t.Errorf("%s: chi-square %.1f with %v degrees of freedom, at most %.1f expected", what, sum, freedom, limit)
	}
}

// kolmogorovSmirnov fails when sorted numbers do not follow a distribution function.
func kolmogorovSmirnov(t testing.TB, sorted []float64, law func(float64) float64) {
	t.Helper()
	n, worst := float64(len(sorted)), 0.0
	for i, x := range sorted {
		p := law(x)
		worst = max(worst, math.Abs(p-float64(i)/n), math.Abs(p-float64(i+1)/n))
	}
	if limit := 2 / math.Sqrt(n); worst > limit { // exceeded by chance once in 1500 seeds
		t.Errorf("distance %.5f from the law, at most %.5f expected", worst, limit)
	}
}

// everySpec has one declaration or more of every type.
var everySpec = []string{
	`{"type":"uniform","minimum":1,"maximum":1000000}`,
	`{"type":"zipfian","minimum":1,"maximum":1000000000}`,
	`{"type":"zipfian","minimum":-50,"maximum":50,"theta":1.2,"scrambled":false}`,
	`{"type":"hotspot","minimum":0,"maximum":9999}`,
	`{"type":"latest","minimum":1,"maximum":1000000}`,
	`{"type":"sequence","start":1000001}`,
	`{"type":"normal","mean":100,"deviation":15}`,
	`{"type":"normal","mean":0,"deviation":1,"integer":false}`,
	`{"type":"float","minimum":-1,"maximum":1}`,
	`{"type":"float","minimum":0.01,"maximum":999.99,"decimals":2}`,
	`{"type":"boolean","probability":0.3}`,
	`{"type":"constant","value":"always"}`,
	`{"type":"choice","values":["a",1,1.5,true,null]}`,
	`{"type":"choice","values":["a","b","c"],"weights":[70,20,10]}`,
	`{"type":"uuid"}`,
	`{"type":"uuid","version":7}`,
	`{"type":"text","length":100}`,
	`{"type":"text","length":{"minimum":0,"maximum":40},"alphabet":"aäß€😀"}`,
	`{"type":"key","prefix":"user","digits":12,"start":5}`,
	`{"type":"key","prefix":"user","digits":19,"start":5,"hashed":true}`,
	`{"type":"key","prefix":"user","digits":19,"number":{"type":"zipfian","minimum":0,"maximum":99999,"items":10000000000},"hashed":true}`,
	`{"type":"key","prefix":"user","digits":6,"number":{"type":"latest","minimum":0,"maximum":99999}}`,
	`{"type":"bytes","length":37}`,
	`{"type":"bytes","length":{"minimum":1,"maximum":64}}`,
	`{"type":"timestamp"}`,
	`{"type":"timestamp","epoch":"2026-01-01","spreadSeconds":86400}`,
	`{"type":"json","fields":{"name":{"type":"text","length":8},"id":{"type":"uuid"},"at":{"type":"timestamp"},"n":{"type":"float","minimum":0,"maximum":1},"tags":{"type":"json","fields":{"ok":{"type":"boolean"},"raw":{"type":"bytes","length":5}}}}}`,
	`{"type":"pool","pool":"people","column":1}`,
	`{"type":"pool","pool":"people","column":0,"distribution":"zipfian","skipLast":10}`,
	`{"type":"pool","pool":"people","column":0,"distribution":"hotspot"}`,
}
