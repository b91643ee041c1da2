package histogram

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

func theirs(values []int64) *hdr.Histogram {
	h := hdr.New(Lowest, Highest, SignificantDigits)
	for _, v := range values {
		if err := h.RecordValue(v); err != nil {
			panic(err)
		}
	}
	return h
}

// sameAsTheirs compares every bucket and the usual percentiles.
func sameAsTheirs(t *testing.T, ours *Histogram, theirs *hdr.Histogram) {
	t.Helper()
	if got, want := ours.Count(), uint64(theirs.TotalCount()); got != want {
		t.Fatalf("count %d, theirs %d", got, want)
	}
	for _, bar := range theirs.Distribution() {
		if bar.Count == 0 {
			continue
		}
		index := indexOf(bar.From)
		if got := ours.counts[index]; got != uint64(bar.Count) {
			t.Errorf("%d values from %d to %d, theirs %d", got, bar.From, bar.To, bar.Count)
		}
	}
	for _, p := range percentiles {
		if got, want := ours.Percentile(p), theirs.ValueAtPercentile(p); got != want {
			t.Errorf("p%v is %d, theirs %d", p, got, want)
		}
	}
}

func samples() map[string][]int64 {
	narrow := make([]int64, 10_000)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range narrow {
		narrow[i] = int64(200_000 * math.Exp(random.NormFloat64()/3))
	}
	return map[string][]int64{
		"nothing":         nil,
		"lowest":          {Lowest},
		"highest":         {Highest},
		"gap of one":      {1, 3, 5},
		"neighbours":      {1, 2, 3, 2047, 2048, 2049, 4095, 4096},
		"one far out":     {1000, 1000, Highest / 2},
		"whole range":     sample(11, 20_000),
		"around 0.2 ms":   narrow,
		"every low value": func() (v []int64) { return append(v, sample(5, 300)...) }(),
	}
}

func TestTheLibraryReadsWhatWeWrite(t *testing.T) {
	for name, values := range samples() {
		t.Run(name, func(t *testing.T) {
			ours := recorded(values)
			decoded, err := hdr.Decode([]byte(ours.EncodeBase64()))
			if err != nil {
				t.Fatal(err)
			}
			if decoded.LowestTrackableValue() != Lowest || decoded.HighestTrackableValue() != Highest || decoded.SignificantFigures() != SignificantDigits {
				t.Errorf("its limits are %d to %d with %d digits", decoded.LowestTrackableValue(), decoded.HighestTrackableValue(), decoded.SignificantFigures())
			}
			sameAsTheirs(t, ours, decoded)
			sameAsTheirs(t, ours, theirs(values))
		})
	}
}

func TestWeReadWhatTheLibraryWrites(t *testing.T) {
	for name, values := range samples() {
		t.Run(name, func(t *testing.T) {
			encoded, err := theirs(values).Encode(hdr.V2CompressedEncodingCookieBase)
			if err != nil {
				t.Fatal(err)
			}
			decoded, err := DecodeBase64(string(encoded))
			if err != nil {
				t.Fatal(err)
			}
			sameAsTheirs(t, decoded, theirs(values))
		})
	}
}

func TestWhatWeWriteWeReadBackBucketByBucket(t *testing.T) {
	for name, values := range samples() {
		t.Run(name, func(t *testing.T) {
			h := recorded(values)
			back, err := DecodeBase64(h.EncodeBase64())
			if err != nil {
				t.Fatal(err)
			}
			if back.counts != h.counts || back.Count() != h.Count() || back.touched != h.touched {
				t.Error("the counts differ")
			}
			near := func(what string, got, want float64) {
				if math.Abs(got-want) > want/1000 {
					t.Errorf("%s %v, want about %v", what, got, want)
				}
			}
			near("minimum", float64(back.Min()), float64(h.Min()))
			near("maximum", float64(back.Max()), float64(h.Max()))
			near("mean", back.Mean(), h.Mean())
		})
	}
}

func TestWeReadWhatTheLibraryForJavaScriptWrites(t *testing.T) {
	// hdr-histogram-js 3.0.1, the same limits, the values 5 and 123456789.
	h, err := DecodeBase64("HISTFAAAACx4nJNpmSzMwMDAxsDAwMjAwMDMAAGMDAzMbgY7FjDA+JxMK+cyMQEAXi4EeQ==")
	if err != nil {
		t.Fatal(err)
	}
	if want := recorded([]int64{5, 123_456_789}); h.counts != want.counts || h.Count() != 2 {
		t.Errorf("it has %d values, p50 %d, p100 %d", h.Count(), h.Percentile(50), h.Percentile(100))
	}
}

func TestLargeCountsSurvive(t *testing.T) {
	h := New()
	for shift := range 31 {
		for range 1 << 1 {
			h.RecordN(int64(shift)*1000+1, 1<<shift)
		}
	}
	h.add(5000, 1<<56) // nine bytes
	h.add(5001, 1<<61)
	back, err := DecodeBase64(h.EncodeBase64())
	if err != nil {
		t.Fatal(err)
	}
	if back.counts != h.counts {
		t.Error("the counts differ")
	}
	decoded, err := hdr.Decode([]byte(h.EncodeBase64()))
	if err != nil {
		t.Fatal(err)
	}
	if uint64(decoded.TotalCount()) != h.Count() {
		t.Errorf("the library counts %d, we %d", decoded.TotalCount(), h.Count())
	}
}

func TestVarintsRoundTrip(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 63, 64, -64, -65, 1 << 20, -(1 << 40), 1 << 55, 1 << 56, math.MaxInt64, math.MinInt64} {
		encoded := appendVarint(nil, n)
		if got, length := varint(encoded); got != n || length != len(encoded) || length > longestVarint {
			t.Errorf("%d came back as %d in %d bytes", n, got, length)
		}
		if _, length := varint(encoded[:len(encoded)-1]); length != 0 {
			t.Errorf("%d cut off was read", n)
		}
	}
}

// envelope wraps a plain (inner) encoding.
func envelope(plain []byte) string {
	var packed bytes.Buffer
	packed.Write(make([]byte, outerHeader))
	w := zlib.NewWriter(&packed)
	w.Write(plain)
	w.Close()
	binary.BigEndian.PutUint32(packed.Bytes(), cookieCompressed|wordSize)
	binary.BigEndian.PutUint32(packed.Bytes()[4:], uint32(packed.Len()-outerHeader))
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

func inner(digits uint32, lowest int64, ratio float64, payload []byte) []byte {
	plain := make([]byte, innerHeader)
	binary.BigEndian.PutUint32(plain[0:], cookie|wordSize)
	binary.BigEndian.PutUint32(plain[4:], uint32(len(payload)))
	binary.BigEndian.PutUint32(plain[12:], digits)
	binary.BigEndian.PutUint64(plain[16:], uint64(lowest))
	binary.BigEndian.PutUint64(plain[24:], uint64(Highest))
	binary.BigEndian.PutUint64(plain[32:], math.Float64bits(ratio))
	return append(plain, payload...)
}

func TestDamagedOrForeignEncodingsAreRefusedWithAReason(t *testing.T) {
	good := recorded([]int64{1, 1000}).EncodeBase64()
	raw, _ := base64.StdEncoding.DecodeString(good)
	damaged := bytes.Clone(raw)
	damaged[len(damaged)-1] ^= 0xff
	coarse, _ := hdr.New(1, 1000, 2).Encode(hdr.V2CompressedEncodingCookieBase)
	for name, c := range map[string]struct{ text, want string }{
		"not base64":    {"***", "not base64"},
		"empty":         {"", "0 bytes"},
		"other format":  {base64.StdEncoding.EncodeToString(make([]byte, 50)), "0x00000000"},
		"cut off":       {base64.StdEncoding.EncodeToString(raw[:len(raw)-5]), "cut off"},
		"bad checksum":  {base64.StdEncoding.EncodeToString(damaged), "zlib"},
		"two digits":    {string(coarse), "2 significant digits; accepted: 3"},
		"lowest":        {envelope(inner(3, 1000, 1, nil)), "lowest value is 1000; accepted: 1"},
		"ratio":         {envelope(inner(3, 1, 1e6, nil)), "scaled by 1e+06"},
		"short":         {envelope([]byte{1, 2}), "unpacks to 2 bytes"},
		"inner cookie":  {envelope(make([]byte, innerHeader)), "inner header begins"},
		"length":        {envelope(append(inner(3, 1, 1, nil), 2)), "payload has 1 bytes, its header says 0"},
		"half a number": {envelope(inner(3, 1, 1, []byte{0x80})), "within a number"},
		"long run":      {envelope(inner(3, 1, 1, appendVarint(nil, -100_000))), "leaves its layout"},
		"longest run":   {envelope(inner(3, 1, 1, appendVarint(nil, math.MinInt64))), "leaves its layout"},
		"past the end":  {envelope(inner(3, 1, 1, append(appendVarint(nil, -bucketCount), 2))), "more than the"},
		"overflow":      {envelope(inner(3, 1, 1, appendVarint(appendVarint(nil, math.MaxInt64), 1))), "2^63 - 1"},
		"bomb":          {envelope(make([]byte, 10_000_000)), "unpacks to more than"},
	} {
		if _, err := DecodeBase64(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something with %q", name, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{2, 1, 4})
	f.Fuzz(func(t *testing.T, payload []byte) {
		h, err := DecodeBase64(envelope(inner(3, 1, 1, payload)))
		if err != nil {
			return
		}
		back, err := DecodeBase64(h.EncodeBase64())
		if err != nil || back.counts != h.counts {
			t.Errorf("it does not survive a second round: %v", err)
		}
	})
}
