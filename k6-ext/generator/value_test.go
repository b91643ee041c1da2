package generator

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func TestOneValueIsLeftWhereMinimumIsMaximum(t *testing.T) {
	for _, kind := range []string{"uniform", "zipfian", "hotspot", "latest"} {
		for _, limit := range []string{"0", "-7", "9007199254740991", "-9007199254740991"} {
			g := made(t, `{"type":"`+kind+`","minimum":`+limit+`,"maximum":`+limit+`}`)
			counts := numbers(g, 100)
			if len(counts) != 1 {
				t.Errorf("%s from %s to %s gives %v", kind, limit, limit, counts)
			}
		}
	}
	for _, x := range []string{"0.1", "-1e300", "12345.678"} {
		g, want := made(t, `{"type":"float","minimum":`+x+`,"maximum":`+x+`}`), made(t, `{"type":"constant","value":`+x+`}`)
		for i := range uint64(100) {
			got, wanted := value(g, i), value(want, i)
			if got.Float() != wanted.Float() {
				t.Errorf("float from %s to %s gives %v", x, x, got.Float())
			}
		}
	}
}

func TestTheWholeRangeOfJavaScriptIsCovered(t *testing.T) {
	const limit = 1<<53 - 1
	for _, kind := range []string{"uniform", "zipfian", "hotspot"} {
		g := made(t, `{"type":"`+kind+`","minimum":-9007199254740991,"maximum":9007199254740991}`)
		low, high, odd := 0, 0, 0
		for i := range uint64(2000) {
			n := value(g, i).Number
			if n < -limit || n > limit {
				t.Fatalf("%s: %d is outside", kind, n)
			}
			if n < 0 {
				low++
			} else {
				high++
			}
			odd += int(n & 1)
		}
		if low < 200 || high < 200 && kind != "hotspot" || odd < 500 {
			t.Errorf("%s: %d below zero, %d not, %d odd", kind, low, high, odd)
		}
	}
	widest := made(t, `{"type":"float","minimum":-1.7976931348623157e308,"maximum":1.7976931348623157e308}`)
	for i := range uint64(1000) {
		if v := value(widest, i); math.IsInf(v.Float(), 0) || math.IsNaN(v.Float()) {
			t.Fatalf("float gives %v", v.Float())
		}
	}
}

func TestAZipfianRangeOfAnySizeIsMadeAtOnce(t *testing.T) {
	start := time.Now()
	for range 100 {
		made(t, `{"type":"zipfian","minimum":1,"maximum":1000000000}`)
	}
	if took := time.Since(start); took > 100*5*time.Millisecond {
		t.Errorf("100 took %v", took)
	}
}

func TestSequencesKeysAndClocksCountIndexes(t *testing.T) {
	epoch := Epoch(42).UnixMicro()
	for _, c := range []struct {
		spec  string
		index uint64
		kind  driver.ValueKind
		want  any
	}{
		{`{"type":"sequence","start":10}`, 5, driver.Int, int64(15)},
		{`{"type":"sequence","start":10,"step":-3}`, 5, driver.Int, int64(-5)},
		{`{"type":"sequence","start":10,"step":0}`, 5, driver.Int, int64(10)},
		{`{"type":"sequence","start":1,"repeat":10}`, 9, driver.Int, int64(1)},
		{`{"type":"sequence","start":1,"repeat":10}`, 10, driver.Int, int64(2)},
		{`{"type":"sequence","start":1,"step":5,"repeat":3}`, 7, driver.Int, int64(11)},
		{`{"type":"key","prefix":"user","digits":10,"start":1}`, 41, driver.Text, "user0000000042"},
		{`{"type":"key","prefix":"","digits":0,"start":0}`, 0, driver.Text, "0"},
		{`{"type":"key","prefix":"k","digits":2,"start":0}`, 12345, driver.Text, "k12345"},
		{`{"type":"timestamp"}`, 7, driver.Timestamp, epoch + 7000},
		{`{"type":"timestamp","stepMilliseconds":0.25}`, 7, driver.Timestamp, epoch + 1750},
		{`{"type":"timestamp","epoch":"2026-01-31T12:00:00+02:00","stepMilliseconds":1000}`, 1, driver.Timestamp, time.Date(2026, 1, 31, 10, 0, 1, 0, time.UTC).UnixMicro()},
		{`{"type":"constant","value":"x"}`, 0, driver.Text, "x"},
		{`{"type":"constant","value":-5}`, 0, driver.Int, int64(-5)},
		{`{"type":"constant","value":1e3}`, 0, driver.Int, int64(1000)},
		{`{"type":"constant","value":2.5}`, 0, driver.Float, int64(math.Float64bits(2.5))},
		{`{"type":"constant","value":1e300}`, 0, driver.Float, int64(math.Float64bits(1e300))},
		{`{"type":"constant","value":false}`, 0, driver.Bool, int64(0)},
		{`{"type":"constant","value":null}`, 0, driver.Null, int64(0)},
		{`{"type":"text","length":3,"alphabet":"z"}`, 0, driver.Text, "zzz"},
		{`{"type":"text","length":0}`, 0, driver.Text, ""},
		{`{"type":"bytes","length":0}`, 0, driver.Bytes, ""},
	} {
		v := value(made(t, c.spec), c.index)
		var got any = v.Number
		if _, text := c.want.(string); text {
			got = string(v.Bytes)
		}
		if v.Kind != c.kind || got != c.want {
			t.Errorf("%s at %d: %v of kind %d, want %v of kind %d", c.spec, c.index, got, v.Kind, c.want, c.kind)
		}
	}
}

func TestInstantsStayWithinTheirSpread(t *testing.T) {
	g := made(t, `{"type":"timestamp","epoch":"2026-01-01","spreadSeconds":10}`)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	seconds := make([]float64, 10)
	for i := range uint64(20_000) {
		offset := value(g, i).Number - start
		if offset < 0 || offset >= 10e6 {
			t.Fatalf("%d µs after the epoch", offset)
		}
		seconds[offset/1e6]++
	}
	chiSquare(t, "seconds", seconds, equalShares(10), 20_000)
}

func TestTheSeededEpochIsAWholeSecondOfTheYears2020To2023(t *testing.T) {
	seen := map[time.Time]bool{}
	for seed := range uint64(1000) {
		epoch := Epoch(seed)
		if epoch.Year() < 2020 || epoch.Year() > 2023 || epoch.Nanosecond() != 0 || epoch.Location() != time.UTC {
			t.Fatalf("seed %d: %v", seed, epoch)
		}
		seen[epoch] = true
	}
	if len(seen) < 990 {
		t.Errorf("1000 seeds give only %d epochs", len(seen))
	}
}

func TestUUIDsAreWhatRFC9562Says(t *testing.T) {
	epoch := time.Date(2026, 5, 6, 7, 8, 9, 123e6, time.UTC)
	for version, spec := range map[uuid.Version]string{4: `{"type":"uuid"}`, 7: `{"type":"uuid","version":7,"epoch":"2026-05-06T07:08:09.123Z"}`} {
		g := made(t, spec)
		seen := map[uuid.UUID]bool{}
		ones := make([]int, 128)
		var last []byte
		const n = 5000
		for i := range uint64(n) {
			v := value(g, i)
			id, err := uuid.FromBytes(v.Bytes)
			if err != nil || v.Kind != driver.UUID {
				t.Fatal(err)
			}
			if id.Version() != version || id.Variant() != uuid.RFC4122 || seen[id] {
				t.Fatalf("%v has version %d, variant %v, seen before: %v", id, id.Version(), id.Variant(), seen[id])
			}
			seen[id] = true
			for bit := range ones {
				ones[bit] += int(id[bit/8] >> (7 - bit%8) & 1)
			}
			if version != 7 {
				continue
			}
			if bytes.Compare(last, v.Bytes) >= 0 {
				t.Fatalf("%x comes after %x", last, v.Bytes)
			}
			last = v.Bytes
			milliseconds := int64(id[0])<<40 | int64(id[1])<<32 | int64(id[2])<<24 | int64(id[3])<<16 | int64(id[4])<<8 | int64(id[5])
			if want := epoch.UnixMilli() + int64(i); milliseconds != want {
				t.Fatalf("index %d has the time %d, want %d", i, milliseconds, want)
			}
		}
		for bit, count := range ones {
			fixed := bit >= 48 && bit < 52 || bit == 64 || bit == 65 || version == 7 && bit < 48
			if !fixed && (count < n/2-250 || count > n/2+250) {
				t.Errorf("version %d: bit %d is set in %d of %d", version, bit, count, n)
			}
		}
	}
}

func TestObjectsAreJSONWithTheirFieldsInTheDeclaredOrder(t *testing.T) {
	g := made(t, `{"type":"json","fields":{
		"zebra":{"type":"constant","value":"quote \" backslash \\ line\n é 😀"},
		"a \"b\"":{"type":"sequence","start":1},
		"real":{"type":"float","minimum":0.5,"maximum":0.5},
		"huge":{"type":"constant","value":1e300},
		"yes":{"type":"boolean","probability":1},
		"none":{"type":"constant","value":null},
		"at":{"type":"timestamp","epoch":"2026-01-01"},
		"id":{"type":"uuid"},
		"raw":{"type":"bytes","length":4},
		"empty":{"type":"json","fields":{}},
		"inner":{"type":"json","fields":{"x":{"type":"sequence","start":5}}}}}`)
	v := value(g, 3)
	var got map[string]any
	if err := json.Unmarshal(v.Bytes, &got); err != nil || v.Kind != driver.JSON {
		t.Fatalf("%s: %v", v.Bytes, err)
	}
	for name, want := range map[string]any{
		"zebra": "quote \" backslash \\ line\n é 😀", `a "b"`: 4.0, "real": 0.5, "huge": 1e300, "yes": true, "none": nil, "at": "2026-01-01T00:00:00.003Z",
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if _, err := uuid.Parse(got["id"].(string)); err != nil {
		t.Error(err)
	}
	if inner := got["inner"].(map[string]any); inner["x"] != 8.0 || len(got["empty"].(map[string]any)) != 0 || len(got["raw"].(string)) != 8 {
		t.Errorf("%s", v.Bytes)
	}
	last := -1
	for _, name := range []string{`"zebra":`, `"a \"b\"":`, `"real":`, `"huge":`, `"inner":`} {
		at := strings.Index(string(v.Bytes), name)
		if at <= last {
			t.Errorf("%s is at %d, not after %d", name, at, last)
		}
		last = at
	}
}

func TestFieldsOfTheSameTypeAreIndependent(t *testing.T) {
	g := made(t, `{"type":"json","fields":{"a":{"type":"uniform","minimum":0,"maximum":1000000},"b":{"type":"uniform","minimum":0,"maximum":1000000}}}`)
	var got map[string]float64
	v := value(g, 0)
	if err := json.Unmarshal(v.Bytes, &got); err != nil || got["a"] == got["b"] {
		t.Errorf("%s: %v", v.Bytes, err)
	}
}

func TestASpecIsWrittenAsItWasRead(t *testing.T) {
	const text = `{"generator":{"type":"zipfian","minimum":1,"theta":0.5,"maximum":10}}`
	var parameter struct {
		Generator Spec `json:"generator"`
	}
	if err := json.Unmarshal([]byte(text), &parameter); err != nil {
		t.Fatal(err)
	}
	back, err := json.Marshal(parameter)
	if err != nil || string(back) != text {
		t.Errorf("%s, %v", back, err)
	}
	if _, err := Compile(parameter.Generator, testScope()); err != nil {
		t.Error(err)
	}
	if back, err := json.Marshal(Spec(nil)); err != nil || string(back) != "null" {
		t.Errorf("%s, %v", back, err)
	}
}
