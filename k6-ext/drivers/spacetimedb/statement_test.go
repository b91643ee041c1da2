package spacetimedb

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func TestStatementsAreReadAsTheyAreMeant(t *testing.T) {
	s, err := parse(" call create_user( $2,'it''s, (a) \"text\"', \"an\"\"other\" , -12, 1.5, TRUE, $1 ) ; ")
	if err != nil {
		t.Fatal(err)
	}
	if s.verb != verbCall || s.reducer != "create_user" || s.placeholders != 2 || len(s.arguments) != 7 ||
		s.arguments[0].placeholder != 2 || string(s.arguments[1].literal.Bytes) != `it's, (a) "text"` || string(s.arguments[2].literal.Bytes) != `an"other` ||
		s.arguments[3].literal.Number != -12 || s.arguments[4].literal.Float() != 1.5 || s.arguments[5].literal.Kind != driver.Bool || s.arguments[6].placeholder != 1 {
		t.Errorf("%+v", s)
	}
	for text, expected := range map[string]statement{
		"CALL reset()":    {verb: verbCall, reducer: "reset"},
		"Unsubscribe;":    {verb: verbUnsubscribe},
		"RECONNECT":       {verb: verbReconnect},
		"reconnect close": {verb: verbReconnect, goodbye: true},
	} {
		if s, err := parse(text); err != nil || s.verb != expected.verb || s.reducer != expected.reducer || s.goodbye != expected.goodbye || len(s.arguments) != 0 {
			t.Errorf("%s: %+v %v", text, s, err)
		}
	}
	for text, says := range map[string]string{
		"": "it is empty", "CALL": "in parentheses", "CALL 1a()": "no name", "CALL f(1": "in parentheses", "CALL f(1,)": "expected a comma", "CALL f(1 2)": "expected a comma",
		"CALL f('a)": "does not end", "CALL f($0)": "no placeholder", "CALL f(abc)": "expected $1", "SUBSCRIBE DELETE": "takes a query", "UNSUBSCRIBE 1": "takes nothing",
		"RECONNECT NOW": "CLOSE or nothing", "SELECT $x": "no placeholder", "SELECT 1; SELECT 2": "several statements", "SELECT 'a": "does not end",
	} {
		if _, err := parse(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, expected something with %q", text, err, says)
		}
	}
}

func TestSQLHasItsValuesAsLiterals(t *testing.T) {
	parsed, err := parse(`SELECT * FROM t WHERE a = $2 AND b = 'not $3' AND "c$4" = $1 OR d = $1`)
	if err != nil {
		t.Fatal(err)
	}
	s := &step{statement: parsed, sources: []int{0, 1}}
	values := make([]driver.Value, 2)
	values[1].SetText("it's '' \\ $1 é")
	for _, c := range []struct {
		set     func(*driver.Value)
		written string
	}{
		{func(v *driver.Value) { v.SetInt(-5) }, "-5"},
		{func(v *driver.Value) { v.SetFloat(0.25) }, "0.25"},
		{func(v *driver.Value) { v.SetBool(true) }, "true"},
		{func(v *driver.Value) { v.SetTimestamp(1_500_000) }, "'1970-01-01T00:00:01.500000Z'"},
		{func(v *driver.Value) { copy(v.Grow(driver.UUID, 16), "0123456789abcdef") }, "'30313233-3435-3637-3839-616263646566'"},
		{func(v *driver.Value) { copy(v.Grow(driver.Bytes, 2), "\x00\xff") }, "0x00ff"},
	} {
		c.set(&values[0])
		sql, wrong := s.appendSQL(nil, values)
		expected := `SELECT * FROM t WHERE a = 'it''s '''' \ $1 é' AND b = 'not $3' AND "c$4" = ` + c.written + " OR d = " + c.written
		if wrong != "" || string(sql) != expected {
			t.Errorf("%s %s, expected %s", sql, wrong, expected)
		}
	}
	values[0] = driver.Value{}
	if _, wrong := s.appendSQL(nil, values); !strings.Contains(wrong, "null") {
		t.Errorf("a null: %q", wrong)
	}
}

func TestScalarsAreEncodedByTheirTypes(t *testing.T) {
	number := func(n int64) (v driver.Value) { v.SetInt(n); return v }
	float := func(f float64) (v driver.Value) { v.SetFloat(f); return v }
	text := func(s string) (v driver.Value) { v.SetText(s); return v }
	yes := driver.Value{Kind: driver.Bool, Number: 1}
	for _, c := range []struct {
		kind  scalar
		value driver.Value
		bsatn string // empty: it is refused
		json  string
	}{
		{typeI64, number(-2), "feffffffffffffff", "-2"},
		{typeI64, number(math.MaxInt64), "ffffffffffffff7f", "9223372036854775807"},
		{typeU64, number(1), "0100000000000000", "1"},
		{typeU64, number(-1), "", ""},
		{typeI32, number(math.MinInt32), "00000080", "-2147483648"},
		{typeI32, number(math.MaxInt32 + 1), "", ""},
		{typeU32, number(math.MaxUint32), "ffffffff", "4294967295"},
		{typeI16, number(-1), "ffff", "-1"},
		{typeU16, number(65536), "", ""},
		{typeI8, number(-128), "80", "-128"},
		{typeU8, number(255), "ff", "255"},
		{typeU8, number(256), "", ""},
		{typeF64, float(1.5), "000000000000f83f", "1.5"},
		{typeF64, number(2), "0000000000000040", "2"},
		{typeF32, float(1.5), "0000c03f", "1.5"},
		{typeF64, float(math.NaN()), "", ""},
		{typeF64, text("1.5"), "", ""},
		{typeBool, yes, "01", "true"},
		{typeBool, number(1), "", ""},
		{typeString, text("é\"\n"), "04000000c3a9220a", `"é\"\n"`},
		{typeString, text(""), "00000000", `""`},
		{typeString, number(-7), "020000002d37", `"-7"`},
		{typeString, yes, "0400000074727565", `"true"`},
		{typeString, driver.Value{Kind: driver.Bytes, Bytes: []byte{0xFF}}, "", ""},
		{typeString, driver.Value{}, "", ""},
		{typeI64, driver.Value{}, "", ""},
		{typeI64, float(1), "", ""},
	} {
		got, wrong := appendBSATN(nil, c.kind, &c.value)
		if (wrong != "") != (c.bsatn == "") || wrong == "" && hex.EncodeToString(got) != c.bsatn {
			t.Errorf("%v as %v in BSATN: %x %s, expected %q", c.value, c.kind, got, wrong, c.bsatn)
		}
		written, _, wrong := appendJSON(nil, nil, c.kind, &c.value)
		if (wrong != "") != (c.bsatn == "") || wrong == "" && string(written) != c.json {
			t.Errorf("%v as %v in JSON: %s %s, expected %q", c.value, c.kind, written, wrong, c.json)
		}
	}
}

func TestTextsSurviveJSON(t *testing.T) {
	for _, text := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "é漢😀\u2028", strings.Repeat("a\"", 1000)} {
		var back string
		if err := json.Unmarshal(appendJSONText(nil, []byte(text)), &back); err != nil || back != text {
			t.Errorf("%q came back as %q, %v", text, back, err)
		}
		if got := string(unescape(appendEscaped(nil, []byte(text)))); got != text {
			t.Errorf("%q was read as %q", text, got)
		}
	}
	// Each byte, at each place of a word.
	for c := range 0x80 {
		for at := range 20 {
			text := []byte(strings.Repeat("é", 10))
			text = append(append(text[:at&^1:at&^1], byte(c)), text[at&^1:]...)
			var back string
			if err := json.Unmarshal(appendJSONText(nil, text), &back); err != nil || back != string(text) {
				t.Errorf("%q came back as %q, %v", text, back, err)
			}
		}
	}
	// Servers in other languages write surrogates and escape slashes.
	if got := string(unescape([]byte(`\ud83d\ude00 \/ \u00e9`))); got != "😀 / é" {
		t.Errorf("%q", got)
	}
}

func TestRequestIDsAreNeverZeroAndAreFoundAlsoWhereTheyBeginAgain(t *testing.T) {
	for _, number := range []uint64{0, 5, ids - 3, ids - 1, ids, 2*ids - 2} {
		s := &session{number: number}
		flights := make([]flight, 10)
		for i := range flights {
			if idOf(s.number) == 0 {
				t.Fatalf("message %d has the id 0", s.number)
			}
			s.push(pending{flight: &flights[i]})
			s.number++
		}
		for i := range flights {
			if p := s.find(idOf(number + uint64(i))); p == nil || p.flight != &flights[i] {
				t.Errorf("message %d of those from %d is not found", i, number)
			}
		}
		if s.find(0) != nil || s.find(idOf(number+10)) != nil || s.find(idOf(number+ids-1)) != nil {
			t.Errorf("from %d: an id that nobody has is found", number)
		}
	}
}
