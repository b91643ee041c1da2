package histogram

import (
	"testing"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

func BenchmarkRecord(b *testing.B) {
	values := samples()["around 0.2 ms"][:8192]
	b.Run("interval", func(b *testing.B) {
		h := NewInterval()
		for i := range b.N {
			h.Record(values[i&8191])
		}
	})
	b.Run("histogram", func(b *testing.B) {
		h := New()
		for i := range b.N {
			h.Record(values[i&8191])
		}
	})
	b.Run("library", func(b *testing.B) {
		h := theirs(nil)
		for i := range b.N {
			_ = h.RecordValue(values[i&8191])
		}
	})
}

func BenchmarkMergeAndReset(b *testing.B) {
	values := samples()["around 0.2 ms"]
	b.Run("interval", func(b *testing.B) {
		total, h := New(), NewInterval()
		for range b.N {
			h.Record(values[0])
			h.Record(values[1] * 100)
			total.MergeInterval(h)
			h.Reset()
		}
	})
	b.Run("library", func(b *testing.B) {
		total, h := theirs(nil), theirs(nil)
		for range b.N {
			_ = h.RecordValue(values[0])
			_ = h.RecordValue(values[1] * 100)
			total.Merge(h)
			h.Reset()
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	values := samples()["around 0.2 ms"]
	b.Run("ours", func(b *testing.B) {
		h := recorded(values)
		b.ReportAllocs()
		for range b.N {
			h.EncodeBase64()
		}
		b.ReportMetric(float64(len(h.EncodeBase64())), "bytes")
	})
	b.Run("library", func(b *testing.B) {
		h := theirs(values)
		b.ReportAllocs()
		var n int
		for range b.N {
			encoded, _ := h.Encode(hdr.V2CompressedEncodingCookieBase)
			n = len(encoded)
		}
		b.ReportMetric(float64(n), "bytes")
	})
}

func BenchmarkDecode(b *testing.B) {
	text := recorded(samples()["around 0.2 ms"]).EncodeBase64()
	b.ReportAllocs()
	for range b.N {
		_, _ = DecodeBase64(text)
	}
}

func BenchmarkPercentile(b *testing.B) {
	h := recorded(samples()["whole range"])
	for range b.N {
		h.Percentile(99)
	}
}
