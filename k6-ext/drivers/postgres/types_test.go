package postgres

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func TestEveryKindArrivesAsEveryTypeThatItFits(t *testing.T) {
	execute(t, "CREATE TYPE size AS ENUM ('small', 'large')")
	at := time.Date(1987, 6, 5, 4, 3, 2, 123456000, time.UTC)
	uuid := bytesValue(driver.UUID, []byte{0xde, 0xad, 0xbe, 0xef, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1})
	cases := []struct {
		value driver.Value
		typ   string
		text  string
	}{
		{intValue(-32768), "int2", "-32768"}, {intValue(math.MinInt32), "int4", "-2147483648"}, {intValue(math.MinInt64 + 1), "int8", "-9223372036854775807"},
		{intValue(4294967295), "oid", "4294967295"}, {floatValue(5), "int8", "5"},
		{floatValue(1.5), "float4", "1.5"}, {floatValue(-1e-300), "float8", "-1e-300"}, {floatValue(math.Inf(-1)), "float8", "-Infinity"}, {floatValue(math.NaN()), "float8", "NaN"}, {intValue(7), "float8", "7"},
		{intValue(-1234567890123456789), "numeric", "-1234567890123456789"}, {intValue(10000), "numeric", "10000"}, {intValue(0), "numeric", "0"},
		{floatValue(0.00012345), "numeric", "0.00012345"}, {floatValue(123456.789), "numeric", "123456.789"}, {floatValue(-0.5), "numeric", "-0.5"}, {floatValue(1e22), "numeric", "10000000000000000000000"},
		{boolValue(true), "bool", "true"}, {boolValue(false), "bool", "false"},
		{textValue(`it's a "test" \ with \' all`), "text", `it's a "test" \ with \' all`}, {textValue(""), "text", ""}, {textValue("Größe 東京 🐘"), "varchar", "Größe 東京 🐘"},
		{textValue("name"), "name", "name"}, {textValue("ab"), "char(4)", "ab"}, {textValue("large"), "size", "large"},
		{bytesValue(driver.Bytes, []byte{0, 39, 92, 255}), "bytea", `\x00275cff`}, {bytesValue(driver.Bytes, nil), "bytea", `\x`},
		{uuid, "uuid", "deadbeef-0000-4000-8000-000000000001"}, {uuid, "text", "deadbeef-0000-4000-8000-000000000001"}, {textValue("DEADBEEF-0000-4000-8000-000000000001"), "uuid", "deadbeef-0000-4000-8000-000000000001"},
		{timeValue(at), "timestamptz", "1987-06-05 04:03:02.123456+00"}, {timeValue(at), "timestamp", "1987-06-05 04:03:02.123456"}, {timeValue(at), "date", "1987-06-05"},
		{textValue("2026-01-02"), "date", "2026-01-02"},
		{bytesValue(driver.JSON, []byte(`{"a": "it's \\ \"q\""}`)), "jsonb", `{"a": "it's \\ \"q\""}`}, {bytesValue(driver.JSON, []byte(`[1,  2]`)), "json", `[1,  2]`},
		{textValue("1 day"), "interval", "1 day"}, {textValue("10.0.0.1"), "inet", "10.0.0.1/32"}, {textValue("{1,2}"), "int4[]", "{1,2}"},
	}
	modes(t, func(t *testing.T, mode string) {
		for i, c := range cases {
			if mode == ModeSimple && (c.typ == "oid" && c.value.Number > math.MaxInt32 || c.value.Kind == driver.UUID && c.typ == "text") {
				continue
			}
			opened := openTarget(t, driver.Config{Mode: mode, URL: server.URL() + "?timezone=UTC"})
			operation := read(fmt.Sprintf("SELECT CAST(CAST($1 AS %s) AS text)", c.typ), "value")
			operation.Parameters = []string{"value", "result"}
			operation.Steps[0].Capture = []driver.Capture{{Column: 0, Parameter: "result"}}
			s := openSession(t, opened, operation)
			parameters := []driver.Value{c.value, {}}
			if done := do(t, s, 0, parameters...); done.Err != nil {
				t.Errorf("case %d, %s: %v", i, c.typ, done.Err)
			} else if got := string(parameters[1].Bytes); got != c.text {
				t.Errorf("case %d: %q as %s, want %q", i, got, c.typ, c.text)
			}
			s.Close(context.Background())
		}
	})
}

func TestAKindThatDoesNotFitIsAClearErrorAndSendsNothing(t *testing.T) {
	s := openSession(t, openTarget(t, driver.Config{}), read("SELECT $1::int4", "customer"))
	for _, c := range []struct {
		value driver.Value
		text  string
	}{
		{textValue("x"), `parameter "customer" ($1) is of kind text, which does not fit PostgreSQL's type int4`},
		{intValue(1 << 40), "out of its range"}, {floatValue(1.5), "not a whole number"},
	} {
		if done := do(t, s, 0, c.value); done.Err == nil || done.Err.Kind != driver.KindUsage || !strings.Contains(done.Err.Message, c.text) {
			t.Errorf("%+v", done.Err)
		}
	}
	if done := do(t, s, 0, intValue(1)); done.Err != nil {
		t.Fatal(done.Err)
	}
	if done := do(t, s, 0, driver.Value{}); done.Err != nil || done.RowsRead != 1 {
		t.Fatal("null:", done.Err)
	}
}

func TestWhatTheServerRejectsIsSaidWhenTheSessionIsOpened(t *testing.T) {
	for _, mode := range []string{ModePrepared, ModeStatement} {
		opened := openTarget(t, driver.Config{Mode: mode})
		compiled, err := opened.Compile([]driver.Operation{read("SELECT 1"), {Name: "broken", Steps: []driver.Step{{Statement: "SELECT * FROM absent_table"}}}, read("SELECT 2")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = opened.OpenSession(context.Background(), compiled); driver.KindOf(err) != driver.KindNotFound || !strings.Contains(err.Error(), `operation "broken"`) {
			t.Fatalf("%v", err)
		}
	}
}

func TestLiteralsAreSafeWhateverTheStringsSetting(t *testing.T) {
	hostile := textValue(`'; DROP TABLE x; -- \'; DROP TABLE x; --`)
	for _, setting := range []string{"on", "off"} {
		opened := openTarget(t, driver.Config{Mode: ModeSimple, URL: server.URL() + "?options=-c%20standard_conforming_strings%3D" + setting})
		operation := read("SELECT $1, 5-$2 /* $9 */, '$3', \"a$1\" FROM (SELECT 1 AS \"a$1\") x -- $4", "text", "n")
		operation.Parameters = []string{"text", "n", "result", "difference"}
		operation.Steps[0].Capture = []driver.Capture{{Column: 0, Parameter: "result"}, {Column: 1, Parameter: "difference"}}
		s := openSession(t, opened, operation)
		parameters := []driver.Value{hostile, intValue(-3), {}, {}}
		if done := do(t, s, 0, parameters...); done.Err != nil || string(parameters[2].Bytes) != string(hostile.Bytes) || parameters[3].Number != 8 {
			t.Fatalf("%s: %v %q %v", setting, done.Err, parameters[2].Bytes, parameters[3].Number)
		}
	}
}

func TestQueryDecodesRows(t *testing.T) {
	s := openSession(t, openTarget(t, driver.Config{}))
	at := time.Date(2026, 1, 2, 3, 4, 5, 678000, time.UTC)
	got := query(t, s, `SELECT NULL, true, 1::int2, 2::int4, 3::int8, 0.1::float4, 0.1::float8, 12::numeric, 1.50::numeric(5,2), 12345678901234567890.123::numeric,
		'x'::text, '\x01'::bytea, gen_random_uuid()::text ~ '-', '00000000-0000-0000-0000-000000000001'::uuid, $1::timestamptz, '2026-01-02'::date,
		'{"a":[1,null]}'::jsonb, ARRAY[1,2]::int4[], '1 day'::interval, 'infinity'::timestamptz, $2::text[], $3::int8[]`, at, []string{"a", "b'"}, []int64{1, -2})
	want := []any{nil, true, int64(1), int64(2), int64(3), 0.1, 0.1, int64(12), 1.5, "12345678901234567890.123", "x", []byte{1}, true, "00000000-0000-0000-0000-000000000001", at,
		time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), map[string]any{"a": []any{1.0, nil}}, []any{int64(1), int64(2)}, "1 day", "infinity", []any{"a", "b'"}, []any{int64(1), int64(-2)}}
	for i := range want {
		if !reflect.DeepEqual(got[0][i], want[i]) {
			t.Errorf("column %d: got %#v, want %#v", i, got[0][i], want[i])
		}
	}
	result, err := s.Query(context.Background(), driver.Statement{Text: "CREATE TEMP TABLE q AS SELECT 1"})
	if err != nil || len(result.Rows) != 0 {
		t.Fatal(result, err)
	}
	result, err = s.Query(context.Background(), driver.Statement{Text: "INSERT INTO q SELECT * FROM generate_series(1, $1)", Arguments: []any{int64(5)}})
	if err != nil || result.RowsAffected != 5 {
		t.Fatal(result, err)
	}
	for _, broken := range []driver.Statement{{Text: "SELECT $1::int4"}, {Text: "SELECT 1", Arguments: []any{1}}, {Text: "SELECT $1::int4", Arguments: []any{[]byte{1}}}, {Text: "COPY q TO STDOUT"}} {
		if _, err := s.Query(context.Background(), broken); err == nil {
			t.Errorf("%+v was accepted", broken)
		}
	}
}

func TestKeysOfEveryTypeCanBeGivenAsArrays(t *testing.T) {
	s := openSession(t, openTarget(t, driver.Config{}))
	const id = "00000000-0000-0000-0000-000000000001"
	got := query(t, s, "SELECT $1::uuid = ANY($2::uuid[]), 1.5 = ANY($3::numeric[]), '2026-01-02'::date = ANY($4::date[]), 3 = ANY($5::int2[]), 'small' = ANY($6::text[])",
		id, []string{id}, []string{"1.5"}, []string{"2026-01-02"}, []int64{3}, []any{"small"})
	if !reflect.DeepEqual(got[0], []any{true, true, true, true, true}) {
		t.Fatal(got)
	}
}

func TestRowsAndBytesAreCountedAcrossManyBuffers(t *testing.T) {
	modes(t, func(t *testing.T, mode string) {
		s := openSession(t, openTarget(t, driver.Config{Mode: mode}), read("SELECT repeat('x', $1) FROM generate_series(1, $2)", "length", "rows"))
		for _, c := range [][2]int64{{0, 0}, {1, 1}, {1000, 100}, {100_000, 7}, {3, 50_000}, {20_000_000, 1}} {
			done := do(t, s, 0, intValue(c[0]), intValue(c[1]))
			if done.Err != nil || done.RowsRead != c[1] || done.BytesRead != c[0]*c[1] || done.RowsWritten != 0 {
				t.Fatalf("%v: %+v", c, done)
			}
		}
	})
}

func TestPlaceholdersAreFoundOnlyWhereTheyAre(t *testing.T) {
	for text, want := range map[string]int{
		"SELECT 1": 0, "SELECT $1, $2": 2, "SELECT '$1' || $1": 1, `SELECT E'\'$3' || $1`: 1, `SELECT '\' || $1`: 1, `SELECT "$2", $1`: 1, "SELECT $$ $5 $$, $1": 1,
		"SELECT $tag$ $$ $5 $tag$, $1": 1, "SELECT a$5, $1": 1, "/* $3 /* $4 */ $5 */ SELECT $1 -- $6\n, $2": 2, "SELECT 'it''s $4', $1": 1,
	} {
		pieces, err := split(text)
		if err != nil || placeholders(pieces) != want {
			t.Errorf("%s: %d placeholders, %v; want %d", text, placeholders(pieces), err, want)
		}
		whole := ""
		for _, p := range pieces {
			whole += p.text
			if p.placeholder > 0 {
				whole += fmt.Sprintf("$%d", p.placeholder)
			}
		}
		if whole != text {
			t.Errorf("%q became %q", text, whole)
		}
	}
}

func TestAnOperationAllocatesNothing(t *testing.T) {
	benchmarkTable(t)
	modes(t, func(t *testing.T, mode string) {
		s := openSession(t, openTarget(t, driver.Config{Mode: mode}), read("SELECT name, amount FROM points WHERE id = $1", "id"))
		ctx := context.Background()
		r := driver.Request{Parameters: make([]driver.Value, 1)}
		done := make([]driver.Completion, 0, 1)
		r.Parameters[0].SetInt(5)
		if n := testing.AllocsPerRun(500, func() {
			s.Submit(ctx, &r)
			done = s.Deliver(ctx, done[:0])
		}); n >= 0.5 || done[0].Err != nil {
			t.Fatalf("%v allocations for each operation, %v", n, done[0].Err)
		}
	})
}
