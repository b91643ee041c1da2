package generator

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

var update = flag.Bool("update", false, "write testdata/golden.txt anew: every digest written before loses its meaning")

// goldenText shows the first values of everything that goes into a run's digest, with a hash over the first ten thousand.
func goldenText(t *testing.T) string {
	var out strings.Builder
	for _, spec := range everySpec {
		g := made(t, spec)
		var v driver.Value
		hash := uint64(0)
		for i := range uint64(10_000) {
			g.Generate(i*i*i, &v) // far indexes too
			hash = Hash(hash, &v)
		}
		fmt.Fprintf(&out, "%s\n  %016x", spec, hash)
		for i := range uint64(3) {
			g.Generate(i, &v)
			fmt.Fprintf(&out, "  %s", appendJSON(nil, &v))
		}
		out.WriteString("\n")
	}
	mix, err := NewMix(42, []float64{70, 10, 10, 10})
	if err != nil {
		t.Fatal(err)
	}
	hash := uint64(0)
	for i := range uint64(10_000) {
		hash = HashNumber(hash, uint64(mix.Pick(i)))
	}
	fmt.Fprintf(&out, "mix 70, 10, 10, 10\n  %016x\n", hash)
	fmt.Fprintf(&out, "stream of 42, select, id\n  %016x\n", uint64(StreamOf(42, "select", "id")))
	fmt.Fprintf(&out, "epoch of 42\n  %v\n", Epoch(42))
	fmt.Fprintf(&out, "pool\n  %016x\n", testScope().Pools["people"].Hash())
	return out.String()
}

func TestValuesStayTheSameAcrossVersionsAndMachines(t *testing.T) {
	const file = "testdata/golden.txt"
	got := goldenText(t)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	if len(gotLines) != len(wantLines) {
		t.Fatalf("%d lines, %s has %d", len(gotLines), file, len(wantLines))
	}
	for i, line := range wantLines {
		if gotLines[i] != line {
			t.Errorf("line %d of %s, after %s:\n got %s\nwant %s", i+1, file, wantLines[max(i-1, 0)], gotLines[i], line)
		}
	}
}
