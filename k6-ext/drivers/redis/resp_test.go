package redis

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func compileOne(t testing.TB, parameters []string, words ...string) (*step, error) {
	t.Helper()
	target, err := New().Open(driver.Config{URL: "redis://localhost"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := target.Compile([]driver.Operation{{Name: "o", Parameters: parameters, Steps: []driver.Step{{Command: words}}}})
	if err != nil {
		return nil, err
	}
	return &p.(*program).operations[0].steps[0], nil
}

func TestParametersStandForWholeArgumentsAndParts(t *testing.T) {
	s, err := compileOne(t, []string{"id", "v"}, "SET", "user:{id}:{id}", "{v}", `{"a":{id}}`, "{{{id}}", "{{id}", "", "{")
	if err != nil {
		t.Fatal(err)
	}
	parameters := make([]driver.Value, 2)
	parameters[0].SetInt(-42)
	parameters[1].SetText("é\r\n")
	out, _, payload, null := s.encode(nil, nil, parameters)
	expected := "*8\r\n$3\r\nSET\r\n$12\r\nuser:-42:-42\r\n$4\r\né\r\n\r\n$9\r\n{\"a\":-42}\r\n$5\r\n{-42}\r\n$4\r\n{id}\r\n$0\r\n\r\n$1\r\n{\r\n"
	if string(out) != expected || null != noNull {
		t.Fatalf("%q\nexpected\n%q", out, expected)
	}
	if payload != 3+12+4+9+5+4+0+1 {
		t.Fatalf("payload %d", payload)
	}
}

func TestEncodingAllocatesNothing(t *testing.T) {
	s, _ := compileOne(t, []string{"id", "v"}, "SET", "user:{id}", "{v}")
	parameters := make([]driver.Value, 2)
	parameters[0].SetInt(123456789)
	parameters[1].SetFloat(1.25)
	var out, scratch []byte
	if n := testing.AllocsPerRun(100, func() { out, scratch, _, _ = s.encode(out[:0], scratch, parameters) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func TestValuesAreFormattedAsRedisTakesThem(t *testing.T) {
	var v driver.Value
	expect := func(expected string) {
		t.Helper()
		if got := appendValue(nil, &v); string(got) != expected {
			t.Errorf("%q, expected %q", got, expected)
		}
	}
	v.SetInt(-9223372036854775808)
	expect("-9223372036854775808")
	v.SetFloat(0.1)
	expect("0.1")
	v.SetBool(true)
	expect("1")
	v.SetTimestamp(1700000000000001)
	expect("1700000000000001")
	copy(v.Grow(driver.UUID, 16), "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef")
	expect("01234567-89ab-cdef-0123-456789abcdef")
	copy(v.Grow(driver.Bytes, 2), "\x00\xff")
	expect("\x00\xff")
}

func TestANullParameterIsNamed(t *testing.T) {
	s, _ := compileOne(t, []string{"id"}, "GET", "{id}")
	if _, _, _, null := s.encode(nil, nil, make([]driver.Value, 1)); null != 0 {
		t.Fatalf("null parameter %d, expected 0", null)
	}
}

func TestCommandsThatChangeTheRepliesAreRefused(t *testing.T) {
	for _, words := range [][]string{{"MULTI"}, {"Subscribe", "c"}, {"client", "reply", "off"}, {"HELLO", "3"}} {
		if _, err := compileOne(t, nil, words...); driver.KindOf(err) != driver.KindUsage {
			t.Errorf("%v: %v", words, err)
		}
	}
	if _, err := compileOne(t, nil, "CLIENT", "ID"); err != nil {
		t.Error(err)
	}
}

func newReader(wire string) *reader {
	return &reader{buffer: bufio.NewReaderSize(iotest.OneByteReader(strings.NewReader(wire)), readBuffer)}
}

func TestRepliesAreCounted(t *testing.T) {
	for wire, expected := range map[string]reply{
		"+OK\r\n":                        {kind: '+', elements: 1, bytes: 2},
		":-12\r\n":                       {kind: ':', elements: 1, bytes: 3, number: -12},
		"$5\r\nhe\r\no\r\n":              {kind: '$', elements: 1, bytes: 5, number: 5},
		"$-1\r\n":                        {kind: '_', number: -1},
		"*-1\r\n":                        {kind: '_', number: -1},
		"_\r\n":                          {kind: '_'},
		"*0\r\n":                         {kind: '*'},
		"*3\r\n$1\r\na\r\n$-1\r\n:7\r\n": {kind: '*', number: 3, elements: 2, bytes: 2},
		"*2\r\n*2\r\n+a\r\n+b\r\n*0\r\n": {kind: '*', number: 2, elements: 2, bytes: 2},
		"%2\r\n+a\r\n:1\r\n+b\r\n_\r\n":  {kind: '%', number: 2, elements: 2, bytes: 3},
		">2\r\n+x\r\n+y\r\n#t\r\n":       {kind: '#', elements: 1, bytes: 1},
		"|1\r\n+ttl\r\n:3\r\n,1.5\r\n":   {kind: ',', elements: 1, bytes: 3},
		"~1\r\n=7\r\ntxt:abc\r\n":        {kind: '~', number: 1, elements: 1, bytes: 7},
	} {
		var got reply
		err := newReader(wire).read(&got, nil, nil, 1)
		got.text = nil
		if err != nil || got.kind != expected.kind || got.number != expected.number || got.elements != expected.elements || got.bytes != expected.bytes {
			t.Errorf("%q: %+v %v, expected %+v", wire, got, err, expected)
		}
	}
}

func TestAReplyIsWholeOnlyWithItsLastByte(t *testing.T) {
	for _, wire := range []string{
		"+OK\r\n", "$5\r\nhello\r\n", "$-1\r\n", "*3\r\n$1\r\na\r\n$-1\r\n*1\r\n:7\r\n", "%1\r\n+a\r\n%1\r\n+b\r\n_\r\n",
		">1\r\n+push\r\n+OK\r\n", "|1\r\n+ttl\r\n:3\r\n:2\r\n",
	} {
		for n := 1; n < len(wire); n++ {
			if whole([]byte(wire[:n])) {
				t.Errorf("%q of %q is said to be whole", wire[:n], wire)
			}
		}
		if !whole([]byte(wire)) || !whole([]byte(wire+"$100\r\n")) {
			t.Errorf("%q is said not to be whole", wire)
		}
	}
}

func TestWhatIsNoReplyIsAProtocolError(t *testing.T) {
	for _, wire := range []string{
		"HTTP/1.1 400 Bad Request\r\n", "$5x\r\n", "$-7\r\n", "*99999999999999\r\n", "$3\r\nabcd\r\n", "\r\n", "\n", "+OK\n", ":\r\n",
		strings.Repeat("*1\r\n", 1000), "+" + strings.Repeat("x", readBuffer) + "\r\n",
	} {
		var ignored reply
		var protocol protocolError
		if err := newReader(wire).read(&ignored, nil, nil, 1); !errors.As(err, &protocol) {
			t.Errorf("%.30q: %v", wire, err)
		}
		if _, err := newReader(wire).value(1); !errors.As(err, &protocol) {
			t.Errorf("%.30q kept: %v", wire, err)
		}
	}
}

func TestAReplyThatBreaksOffIsTheEndOfTheConnection(t *testing.T) {
	wire := "*2\r\n$5\r\nhello\r\n:1\r\n"
	for n := range len(wire) {
		var ignored reply
		err := newReader(wire[:n]).read(&ignored, nil, nil, 1)
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v", wire[:n], err)
		}
	}
}

func TestColumnsAreCaptured(t *testing.T) {
	parameters := make([]driver.Value, 3)
	captures := []capture{{column: 0, parameter: 0}, {column: 2, parameter: 1}, {column: 9, parameter: 2}}
	parameters[2].SetInt(5)
	var got reply
	if err := newReader("*3\r\n$1\r\na\r\n*1\r\n+x\r\n:7\r\n").read(&got, captures, parameters, 1); err != nil {
		t.Fatal(err)
	}
	if string(parameters[0].Bytes) != "a" || parameters[1].Number != 7 || parameters[2].Kind != driver.Null {
		t.Fatalf("%+v", parameters)
	}
}

func TestErrorsOfTheServerAreMapped(t *testing.T) {
	for text, kind := range map[string]driver.ErrorKind{
		"WRONGPASS invalid username-password pair":                          driver.KindAuthentication,
		"ERR AUTH <password> called without any password configured":        driver.KindAuthentication,
		"NOPERM this user has no permissions to run the 'set' command":      driver.KindPermission,
		"OOM command not allowed when used memory > 'maxmemory'.":           driver.KindResource,
		"ERR max number of clients reached":                                 driver.KindTooManyConnections,
		"MOVED 3999 127.0.0.1:6381":                                         driver.KindStatement,
		"READONLY You can't write against a read only replica.":             driver.KindPermission,
		"WRONGTYPE Operation against a key holding the wrong kind of value": driver.KindStatement,
		"nonsense": driver.KindStatement,
	} {
		if e := serverError([]byte(text)); e.Kind != kind || e.SessionLost || e.OutcomeUnknown {
			t.Errorf("%q: %+v, expected %s", text, e, kind)
		}
	}
	if e := serverError([]byte("MOVED 3999 127.0.0.1:6381")); !strings.Contains(e.Hint, "cluster") || e.Code != "MOVED" {
		t.Errorf("%+v", e)
	}
}

func TestQueriesAreSplitLikeAShellDoes(t *testing.T) {
	words, closed := split(` SET "a \" key"  'it is' '' x"y"z `)
	if strings.Join(words, "|") != `SET|a " key|it is||xyz` || !closed {
		t.Fatalf("%q", words)
	}
	if _, closed := split(`GET "a`); closed {
		t.Fatal("an open quote")
	}
}

func TestTheTimeIsReadFromItsTwoTexts(t *testing.T) {
	told, err := timeOf(&driver.ResultSet{Rows: [][]any{{"1763721000"}, {"250000"}}})
	if err != nil || !told.Equal(time.Unix(1763721000, 250_000_000)) {
		t.Errorf("%v %v", told, err)
	}
	if _, err := timeOf(&driver.ResultSet{Rows: [][]any{{"OK"}}}); err == nil {
		t.Error("what is no time was read as one")
	}
}
