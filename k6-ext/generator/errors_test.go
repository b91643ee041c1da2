package generator

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func TestWhatIsWrongIsSaidWithTheParameterTheValueAndWhatIsAccepted(t *testing.T) {
	for _, c := range []struct{ spec, want string }{
		{``, `is nothing; accepted: an object with a "type"`},
		{`7`, `is 7; accepted: an object`},
		{`null`, `is null; accepted: an object`},
		{`{"type":"uniform"`, `accepted: an object`},
		{`{"type":"uniform"} x`, `accepted: an object`},
		{`{}`, `type is missing; accepted: a string`},
		{`{"type":3}`, `type is 3; accepted: a string`},
		{`{"type":"gaussian"}`, `type is "gaussian"; accepted: one of boolean, bytes, choice, constant, float, hotspot, json, key, latest, normal, pool, sequence, text, timestamp, uniform, uuid, zipfian`},
		{`{"type":"uniform","minimum":1}`, `maximum is missing; accepted: a whole number from -9007199254740991 to 9007199254740991`},
		{`{"type":"uniform","minimum":1,"maximum":"9"}`, `maximum is "9"; accepted: a whole number`},
		{`{"type":"uniform","minimum":1.5,"maximum":9}`, `minimum is 1.5; accepted: a whole number`},
		{`{"type":"uniform","minimum":null,"maximum":9}`, `minimum is null; accepted`},
		{`{"type":"uniform","minimum":0,"maximum":9007199254740992}`, `maximum is 9007199254740992; accepted`},
		{`{"type":"uniform","minimum":10,"maximum":9}`, `minimum is 10, above maximum 9; accepted: a minimum that is not above the maximum`},
		{`{"type":"uniform","minimum":1,"maximum":9,"thetta":1}`, `"thetta" is not a field of a "uniform" generator; accepted: type, minimum, maximum`},
		{`{"type":"uniform","Minimum":1,"maximum":9}`, `minimum is missing`},
		{`{"type":"zipfian","minimum":1,"maximum":9,"theta":0}`, `theta is 0; accepted: a number from 0.01 to 10`},
		{`{"type":"zipfian","minimum":1,"maximum":9,"theta":11}`, `theta is 11; accepted`},
		{`{"type":"zipfian","minimum":1,"maximum":9,"scrambled":1}`, `scrambled is 1; accepted: true or false`},
		{`{"type":"zipfian","minimum":1,"maximum":9,"items":8}`, `items is 8; accepted: at least the 9 numbers of the range`},
		{`{"type":"zipfian","minimum":1,"maximum":9,"items":10,"scrambled":false}`, `items is 10; accepted: 9, as many as the range has`},
		{`{"type":"key","prefix":"u","digits":3,"start":1,"number":{"type":"uniform","minimum":0,"maximum":9}}`, `start is 1; accepted: either start or number`},
		{`{"type":"key","prefix":"u","digits":3,"number":{"type":"text","length":3}}`, `number: type is "text"; accepted: one of uniform, zipfian, hotspot, latest`},
		{`{"type":"key","prefix":"u","digits":3,"number":{"type":"uniform","minimum":-1,"maximum":9}}`, `number: minimum is -1; accepted: 0 or more`},
		{`{"type":"key","prefix":"u","digits":3,"number":{"type":"uniform","minimum":1}}`, `number: maximum is missing`},
		{`{"type":"key","prefix":"u","digits":3,"number":7}`, `number is 7; accepted: an object with a "type"`},
		{`{"type":"latest","minimum":1,"maximum":9,"theta":-1}`, `theta is -1`},
		{`{"type":"hotspot","minimum":1,"maximum":9,"hotFraction":1.1}`, `hotFraction is 1.1; accepted: a number from 0 to 1`},
		{`{"type":"hotspot","minimum":1,"maximum":9,"hotProbability":80}`, `hotProbability is 80; accepted: a number from 0 to 1`},
		{`{"type":"sequence"}`, `start is missing`},
		{`{"type":"sequence","start":1,"step":0.5}`, `step is 0.5; accepted: a whole number`},
		{`{"type":"sequence","start":1,"repeat":0}`, `repeat is 0; accepted: a whole number`},
		{`{"type":"normal","mean":1,"deviation":-1}`, `deviation is -1; accepted: a number that is not below 0`},
		{`{"type":"normal","mean":1,"deviation":1,"minimum":0.5}`, `minimum is 0.5; accepted: a whole number`},
		{`{"type":"normal","mean":1,"deviation":1,"minimum":2,"maximum":1}`, `minimum is 2, above maximum 1`},
		{`{"type":"float","minimum":2,"maximum":1}`, `minimum is 2, above maximum 1`},
		{`{"type":"float","minimum":0,"maximum":1e999}`, `maximum is 1e999; accepted: a finite number`},
		{`{"type":"float","minimum":0,"maximum":1,"decimals":16}`, `decimals is 16; accepted: a whole number from 0 to 15`},
		{`{"type":"float","minimum":0.1,"maximum":0.9,"decimals":0}`, `decimals is 0; accepted: enough that a number lies between the limits 0.1 and 0.9`},
		{`{"type":"float","minimum":0,"maximum":1e10,"decimals":10}`, `decimals is 10; accepted: few enough`},
		{`{"type":"boolean","probability":2}`, `probability is 2; accepted: a number from 0 to 1`},
		{`{"type":"constant"}`, `value is missing; accepted: a string, a finite number, true, false or null`},
		{`{"type":"constant","value":[1]}`, `value is [1]; accepted: a string`},
		{`{"type":"choice","values":[]}`, `values is []; accepted: an array of at least one`},
		{`{"type":"choice"}`, `values is missing`},
		{`{"type":"choice","values":"abc"}`, `values is "abc"; accepted: an array`},
		{`{"type":"choice","values":[1,{}]}`, `value 2 of values is {}; accepted: a string`},
		{`{"type":"choice","values":[1,2],"weights":[1]}`, `weights is [1]; accepted: an array of 2 numbers, one for each of values`},
		{`{"type":"choice","values":[1,2],"weights":[1,-1]}`, `weights: weight 2 is -1; accepted: finite numbers, not below 0`},
		{`{"type":"choice","values":[1,2],"weights":[0,0]}`, `weights: all 2 are 0; accepted: at least one above 0`},
		{`{"type":"choice","values":[1,2],"weights":[0,"x"]}`, `weights is [0,"x"]; accepted`},
		{`{"type":"choice","values":[1,2],"weights":[1e308,1e308]}`, `weights: their sum is too large`},
		{`{"type":"uuid","version":5}`, `version is 5; accepted: 4 or 7`},
		{`{"type":"uuid","epoch":"2026-01-01"}`, `epoch is "2026-01-01"; accepted: version 7 only`},
		{`{"type":"uuid","version":7,"epoch":"soon"}`, `epoch is "soon"; accepted: an instant such as`},
		{`{"type":"uuid","version":7,"epoch":"1969-01-01"}`, `epoch is "1969-01-01"; accepted: an instant from 1970 on`},
		{`{"type":"text","length":-1}`, `length is -1; accepted: a whole number from 0 to 1073741824`},
		{`{"type":"text","length":1073741825}`, `length is 1073741825; accepted`},
		{`{"type":"text"}`, `length is missing; accepted`},
		{`{"type":"text","length":{"minimum":5,"maximum":4}}`, `length: minimum is 5, above maximum 4`},
		{`{"type":"text","length":{"minimum":5}}`, `length: maximum is missing`},
		{`{"type":"text","length":{"minimum":1,"maximum":2,"mean":1}}`, `accepted: minimum and maximum alone`},
		{`{"type":"text","length":5,"alphabet":""}`, `alphabet is ""; accepted: at least one character`},
		{`{"type":"text","length":1073741824,"alphabet":"é"}`, `length is 1073741824; accepted: up to 536870912 characters of up to 2 bytes`},
		{`{"type":"key","prefix":"a","digits":-1,"start":0}`, `digits is -1; accepted: a whole number from 0 to 1000`},
		{`{"type":"key","prefix":"a","digits":1,"start":-1}`, `start is -1; accepted`},
		{`{"type":"key","prefix":1,"digits":1,"start":1}`, `prefix is 1; accepted: a string`},
		{`{"type":"bytes","length":1.5}`, `length is 1.5; accepted`},
		{`{"type":"timestamp","spreadSeconds":0}`, `spreadSeconds is 0; accepted: a number above 0`},
		{`{"type":"timestamp","spreadSeconds":1,"stepMilliseconds":1}`, `only one of stepMilliseconds and spreadSeconds`},
		{`{"type":"timestamp","epoch":5}`, `epoch is 5; accepted: a string`},
		{`{"type":"json"}`, `fields is missing; accepted: an object of generators by name`},
		{`{"type":"json","fields":[]}`, `fields is []; accepted: an object of generators by name`},
		{`{"type":"json","fields":{"a":{"type":"uniform","minimum":2,"maximum":1}}}`, `"id" of "select", field "a": minimum is 2, above maximum 1`},
		{`{"type":"pool","pool":"nobody","column":0}`, `pool is "nobody"; accepted: "people"`},
		{`{"type":"pool","pool":"people","column":2}`, `column is 2; accepted: 0 to 1: row 0 of pool "people" has 2 columns`},
		{`{"type":"pool","pool":"people","column":0,"distribution":"normal"}`, `distribution is "normal"; accepted: uniform, zipfian or hotspot`},
		{`{"type":"pool","pool":"people","column":0,"skipLast":100}`, `"people" with 100 rows, the last 100 of them left out; accepted: a pool with at least one row to pick`},
	} {
		_, err := Compile(Spec(c.spec), testScope())
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), `"id" of "select"`) {
			t.Errorf("%s:\n got %v\nwant %s", c.spec, err, c.want)
		}
	}
}

func TestLongValuesAreShortenedInErrors(t *testing.T) {
	_, err := Compile(Spec(`{"type":"uniform","minimum":"`+strings.Repeat("é", 5000)+`","maximum":1}`), testScope())
	if err == nil || len(err.Error()) > 300 || !strings.Contains(err.Error(), "…") {
		t.Errorf("%v", err)
	}
}

func TestCheckDoesNotNeedThePool(t *testing.T) {
	scope := Scope{Operation: "select", Parameter: "id"}
	for _, spec := range everySpec {
		if err := Check(Spec(spec), scope); err != nil {
			t.Error(err)
		}
	}
	if err := Check(Spec(`{"type":"pool","pool":"p","column":-1}`), scope); err == nil || !strings.Contains(err.Error(), "column is -1") {
		t.Errorf("%v", err)
	}
	if _, err := Compile(Spec(`{"type":"pool","pool":"p","column":0}`), scope); err == nil || !strings.Contains(err.Error(), "which has none") {
		t.Errorf("%v", err)
	}
}

func TestWeightsOfAMixAreChecked(t *testing.T) {
	for _, c := range []struct {
		weights []float64
		want    string
	}{
		{nil, "operation weights: there are none; accepted: one or more"},
		{[]float64{0, 0}, "all 2 are 0; accepted: at least one above 0"},
		{[]float64{1, -2}, "weight 2 is -2; accepted: finite numbers, not below 0"},
		{[]float64{math.NaN()}, "weight 1 is NaN"},
		{[]float64{1, math.Inf(1)}, "weight 2 is +Inf"},
	} {
		if _, err := NewMix(1, c.weights); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.weights, err, c.want)
		}
	}
}

// FuzzCompile: whatever is declared, there is an error that names the parameter, or a generator that works.
func FuzzCompile(f *testing.F) {
	for _, spec := range everySpec {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		g, err := Compile(Spec(spec), testScope())
		if err != nil {
			if !strings.HasPrefix(err.Error(), `"id" of "select"`) {
				t.Errorf("%v", err)
			}
			return
		}
		if long(g) {
			return
		}
		var v driver.Value
		g.Generate(0, &v)
		before := Hash(0, &v)
		g.Generate(0, &v)
		if Hash(0, &v) != before {
			t.Error("the same index gives two values")
		}
	})
}

// long says whether values may be too large to make many of them: up to a gigabyte is allowed.
func long(g Generator) bool {
	const limit = 1 << 16
	switch g := g.(type) {
	case *text:
		return g.maximum > limit
	case *wideText:
		return g.maximum > limit
	case *randomBytes:
		return g.maximum > limit
	case *object:
		return slices.ContainsFunc(g.fields, func(f objectField) bool { return long(f.generator) })
	}
	return false
}
