package generator

import (
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func BenchmarkGenerate(b *testing.B) {
	for _, spec := range everySpec {
		name := spec
		if len(name) > 70 {
			name = name[:70]
		}
		b.Run(name, func(b *testing.B) {
			g := made(b, spec)
			var v driver.Value
			b.ReportAllocs()
			for i := range b.N {
				g.Generate(uint64(i), &v)
			}
		})
	}
}

func BenchmarkCompileZipfianOverABillion(b *testing.B) {
	for range b.N {
		made(b, `{"type":"zipfian","minimum":1,"maximum":1000000000}`)
	}
}

func BenchmarkMix(b *testing.B) {
	mix, _ := NewMix(1, []float64{70, 10, 10, 10})
	for i := range b.N {
		mix.Pick(uint64(i))
	}
}

func BenchmarkHash(b *testing.B) {
	var number, text driver.Value
	number.SetInt(123)
	text.SetText("a text of a hundred characters or so, as they are found in the rows of many a table, here and there.")
	b.Run("number", func(b *testing.B) {
		h := uint64(0)
		for range b.N {
			h = Hash(h, &number)
		}
	})
	b.Run("text of 100", func(b *testing.B) {
		h := uint64(0)
		for range b.N {
			h = Hash(h, &text)
		}
	})
}
