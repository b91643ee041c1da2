package dbmark

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/drivers/postgres/postgrestest"
)

// server is started by the first test that needs PostgreSQL.
var server struct {
	sync.Once
	*postgrestest.Server
	err error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if server.Server != nil {
		server.Stop()
	}
	os.Exit(code)
}

// onPostgres makes a VU with a client of a real PostgreSQL, and operations.
func onPostgres(t *testing.T, operations string) (*process, *vu) {
	t.Helper()
	server.Do(func() { server.Server, server.err = postgrestest.Start() })
	if server.err != nil {
		t.Fatal(server.err)
	}
	p := newProcess(t)
	v := p.newVU(fmt.Sprintf("const client = dbmark.connect(%s, {}, %s);", literal(server.URL()), operations))
	t.Cleanup(func() { v.js("client.close()") })
	return p, v
}

func TestQueryGivesRowsAsObjects(t *testing.T) {
	_, v := onPostgres(t, "undefined")
	for _, c := range []struct{ expression, want string }{
		{`client.query("SELECT 1 AS zeta, 'x' AS alpha, NULL AS middle")`, `[{"zeta":1,"alpha":"x","middle":null}]`},
		{`client.query("SELECT 1 WHERE false")`, `[]`},
		{`client.query("SELECT true AS a, 1.5::float8 AS b, 2.50::numeric AS c")`, `[{"a":true,"b":1.5,"c":2.5}]`},
		{`client.query("SELECT '2026-01-02T03:04:05.123456Z'::timestamptz AS t")`, `[{"t":"2026-01-02T03:04:05.123456Z"}]`},
		{`client.query("SELECT '{\"b\":[1,{\"c\":null}],\"a\":2}'::jsonb AS j")`, `[{"j":{"a":2,"b":[1,{"c":null}]}}]`},
		{`client.query("SELECT array[1,2] AS a")`, `[{"a":[1,2]}]`},
		{`client.query("SELECT g FROM generate_series(1, $1::int8) g", 3).map((row) => row.g)`, `[1,2,3]`},
		{`Array.isArray(client.query("SELECT 1"))`, `true`},
	} {
		if got := v.js("JSON.stringify(" + c.expression + ")"); got != c.want {
			t.Errorf("%s\ngave %v, want %s", c.expression, got, c.want)
		}
	}
}

func TestValuesThatANumberCannotHoldStayExact(t *testing.T) {
	_, v := onPostgres(t, "undefined")
	for _, c := range []struct{ expression, want string }{
		{`client.query("SELECT 9007199254740991 AS n")[0].n`, "number 9007199254740991"},
		{`client.query("SELECT 9007199254740993 AS n")[0].n`, "bigint 9007199254740993"},
		{`client.query("SELECT -9223372036854775808 AS n")[0].n`, "bigint -9223372036854775808"},
		{`client.query("SELECT 12345678901234567890.5 AS n")[0].n`, "string 12345678901234567890.5"},
		{`client.query("SELECT $1::int8 AS n", 9007199254740993n)[0].n`, "bigint 9007199254740993"},
	} {
		if got := v.js("(() => { const n = " + c.expression + "; return typeof n + ' ' + n })()"); got != c.want {
			t.Errorf("%s\ngave %v, want %s", c.expression, got, c.want)
		}
	}
	if got := v.js(`(() => { const b = client.query("SELECT '\\x00ff10'::bytea AS b")[0].b;
		return b instanceof ArrayBuffer && new Uint8Array(b).join() })()`); got != "0,255,16" {
		t.Errorf("bytes are %v, want an ArrayBuffer of 0, 255, 16", got)
	}
}

func TestArgumentsOfEveryTypeArriveAsTheyAre(t *testing.T) {
	_, v := onPostgres(t, "undefined")
	for _, c := range []struct{ column, argument, want string }{
		{"$1::int8 IS NULL", "null", "true"},
		{"$1::bool", "true", "true"},
		{"$1::int8", "42", "42"},
		{"$1::int8", "-9007199254740991", "-9007199254740991"},
		{"$1::int4", "6 / 2", "3"},
		{"$1::float8", "2", "2"},
		{"$1::float8", "0.1", "0.1"},
		{"$1::numeric", "2.25", "2.25"},
		{"$1::float8 = 'Infinity'", "Infinity", "true"},
		{"$1::float8 = 1e300", "1e300", "true"},
		{"$1::text", "'naïve 🦫'", `"naïve 🦫"`},
		{"$1::text", "''", `""`},
		{"$1::timestamptz", "new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678))", `"2026-01-02T03:04:05.678Z"`},
		{"encode($1::bytea, 'hex')", "new Uint8Array([0, 255, 16]).buffer", `"00ff10"`},
		{"encode($1::bytea, 'hex')", "new Uint8Array([0, 255, 16])", `"00ff10"`},
		{"$1::int8[]", "[1, 2, 3]", "[1,2,3]"},
		{"$1::float8[]", "[1, 2.5]", "[1,2.5]"},
		{"$1::text[]", "['a', 'b,c']", `["a","b,c"]`},
		{"$1::uuid", "'123e4567-e89b-12d3-a456-426614174000'", `"123e4567-e89b-12d3-a456-426614174000"`},
		{"$1::jsonb->'a'", "JSON.stringify({ a: [1] })", "[1]"},
	} {
		script := fmt.Sprintf(`JSON.stringify(client.query("SELECT %s AS v", %s)[0].v)`, c.column, c.argument)
		if got := v.js(script); got != c.want {
			t.Errorf("%s as %s gave %v, want %s", c.argument, c.column, got, c.want)
		}
	}
	for argument, wanted := range map[string]string{
		"undefined":           "argument 1 is undefined; pass null where nothing is meant",
		"new Date(NaN)":       "argument 1 is a Date without a time",
		"({ a: 1 })":          "argument 1 is [object Object]; expected null, a boolean",
		"() => 1":             "expected null, a boolean",
		"2n ** 64n":           "argument 1 is 18446744073709551616, which has more than 64 bits",
		"[1, undefined]":      "an element of argument 1 is undefined",
		"Symbol('x')":         "expected null, a boolean",
		"1, 2":                "the statement has 1 placeholders, 2 arguments were given",
		"'no number at all'":  "",
		"new Map([[1, 'x']])": "expected null, a boolean",
	} {
		if wanted != "" {
			v.refuses(fmt.Sprintf(`client.query("SELECT $1::int8 AS v", %s)`, argument), wanted)
		} else if caught := v.throws(fmt.Sprintf(`client.query("SELECT $1::int8 AS v", %s)`, argument)); caught.Kind != "statement" || caught.Code != "22P02" {
			t.Errorf("%s threw %+v, want a statement error with the code 22P02", argument, caught)
		}
	}
}

func TestExecuteGivesTheNumberOfRowsChanged(t *testing.T) {
	_, v := onPostgres(t, "undefined")
	v.js(`client.execute("CREATE TEMPORARY TABLE numbers (n int8 PRIMARY KEY)")`)
	if got := v.js(`client.execute("INSERT INTO numbers SELECT generate_series(1, $1::int8)", 10)`); got != int64(10) {
		t.Errorf("an insert of ten rows gave %v", got)
	}
	if got := v.js(`client.execute("DELETE FROM numbers WHERE n > 7")`); got != int64(3) {
		t.Errorf("a delete of three rows gave %v", got)
	}
	caught := v.throws(`client.execute("INSERT INTO numbers VALUES (1)")`)
	if !caught.IsError || caught.Kind != "constraint" || caught.Code != "23505" {
		t.Errorf("a duplicate key threw %+v, want kind constraint and code 23505", caught)
	}
	if got := v.js(`client.query("SELECT count(*) AS n FROM numbers")[0].n`); got != int64(7) {
		t.Errorf("after the error the same session counts %v rows, want 7", got)
	}
}

const callable = `[
	{ name: "find", kind: "read", weight: 1, parameters: [{ name: "n", generator: { type: "uniform", minimum: 1, maximum: 9 } }],
	  steps: [{ statement: "SELECT g FROM generate_series(1, $1::int8) g", parameters: ["n"] }] },
	{ name: "fail", kind: "write", weight: 1, parameters: [], steps: [{ statement: "SELECT 1 / 0" }] },
	{ name: "strict", kind: "read", weight: 1, parameters: [], steps: [{ statement: "SELECT 1 WHERE false", expect: { minimum: 1, maximum: 1 } }] },
]`

func TestCallsAreMeasuredLikeTheLoopsOperations(t *testing.T) {
	p, v := onPostgres(t, callable)
	result := v.js(`client.call("find", 3)`).(map[string]any)
	if result["rowsRead"] != int64(3) || result["rowsWritten"] != int64(0) || result["latency"].(float64) <= 0 {
		t.Errorf("the call gave %v", result)
	}
	values := map[string]float64{}
	for _, s := range p.taken() {
		values[s.metric] = s.value
		if s.tags["system"] != "postgres" || s.tags["operation"] != "find" || s.tags["kind"] != "read" || s.tags["phase"] != "measure" ||
			s.tags["instance"] != "0" {
			t.Errorf("a sample of %s has the tags %v", s.metric, s.tags)
		}
	}
	if values["transactions_total"] != 1 || values["records_read_total"] != 3 || values["transaction_success_rate"] != 1 ||
		values["latency_ms"] != result["latency"] || values["read_latency_ms"] != result["latency"] {
		t.Errorf("the call gave %v and the samples %v", result, values)
	}

	caught := v.throws(`client.call("fail")`)
	if caught.Kind != "statement" || caught.Code != "22012" {
		t.Errorf("a division by zero threw %+v", caught)
	}
	if caught := v.throws(`client.call("strict")`); caught.Kind != "validation" {
		t.Errorf("too few rows threw %+v", caught)
	}
	kinds := map[string]float64{}
	for _, s := range p.taken() {
		kinds[s.metric+" "+s.tags["error"]] += s.value
	}
	if kinds["transaction_errors_total statement"] != 1 || kinds["transaction_errors_total validation"] != 1 ||
		kinds["validation_errors_total validation"] != 1 || kinds["error_rate "] != 2 {
		t.Errorf("two failed calls gave %v", kinds)
	}
}

func TestCallsFollowTheVUsOwnTags(t *testing.T) {
	p := newProcess(t)
	p.tags = map[string]string{"testid": "mine"}
	v := p.newVU(`const client = dbmark.connect("noop://local", {}, ` + literal([]any{operation("read", "read", 1)}) + `);`)
	v.js(`client.call("read")`)
	v.VU.StateField.Tags.Modify(tagged("group", "::checkout"))
	v.js(`client.call("read")`)
	groups := map[string]int{}
	for _, s := range p.taken() {
		if s.metric == "transactions_total" {
			groups[s.tags["group"]]++
		}
		if s.tags["testid"] != "mine" {
			t.Fatalf("a user's own testid became %q", s.tags["testid"])
		}
	}
	if groups[""] != 1 || groups["::checkout"] != 1 {
		t.Errorf("calls by group are %v, want one outside and one within ::checkout", groups)
	}
}

func TestMistakesInCallsAreRefusedPlainly(t *testing.T) {
	p := newProcess(t)
	operations := literal([]any{operation("find", "read", 1, key())})
	v := p.inInit()
	v.js(`const client = dbmark.connect("noop://local", { timeoutMilliseconds: 500 }, ` + operations + `);
		const bare = dbmark.connect("noop://local");`)
	for _, method := range []string{`query("SELECT 1")`, `execute("SELECT 1")`, `call("find", 1)`, `readTable("t")`} {
		v.refuses("client."+method, "was called in the init context; call it in setup(), the default function or teardown()")
	}
	v.refuses(`dbmark.connect()`, "the target of connect is undefined; expected a URL")
	v.refuses(`dbmark.connect("here")`, `target "here" is not a URL`)
	v.refuses(`dbmark.connect("oracle://u:secret@h/d")`, "oracle://u:xxxxx@h/d", "unknown system")
	v.refuses(`dbmark.connect("noop://local", { timeout: 5 })`, `the options of connect cannot be read: the field "timeout" is not known`)
	v.refuses(`dbmark.connect("noop://local", { timeoutMilliseconds: "5s" })`, `"timeoutMilliseconds" is a string; expected a number`)
	v.refuses(`dbmark.connect("noop://local", {}, [{ name: "x", kind: "reed" }])`, `operation "x" is of kind "reed"; expected read, write, delete or batch`)
	v.start()
	v.refuses(`client.call("find")`, `operation "find" takes 1 parameters, got 0`)
	v.refuses(`client.call("find", 1, 2)`, `operation "find" takes 1 parameters, got 2`)
	v.refuses(`client.call("find", {})`, `parameter "key" of operation "find" is [object Object]`)
	v.refuses(`client.call("find", [1])`, `parameter "key" of operation "find"`)
	v.refuses(`client.call("fin", 1)`, `operation "fin" was not declared when the client was made; known are "find"`)
	v.refuses(`bare.call("find", 1)`, "call() needs the operations as connect's third argument")
	v.refuses(`client.query(5)`, "a statement is a string, a command an array of strings; got 5")
	v.refuses(`client.readTable("t")`, "noop has no tables to read")
	v.js("client.close(); client.close()")
	v.refuses(`client.query("SELECT 1")`, "query() was called on a client that is closed; connect again")
	if n := len(p.taken()); n != 0 {
		t.Errorf("%d samples were made of calls that were refused", n)
	}
}

func TestAScriptMayMakeTheTablesOfItsOperations(t *testing.T) {
	_, v := onPostgres(t, `[{ name: "read", kind: "read", weight: 1, parameters: [], steps: [{ statement: "SELECT n FROM made_later" }] }]`)
	if caught := v.throws(`client.call("read")`); caught.Kind != "not_found" {
		t.Errorf("a call on a table that is missing threw %+v", caught)
	}
	v.js(`client.execute("CREATE TABLE made_later AS SELECT 1 AS n")`)
	defer v.js(`client.execute("DROP TABLE made_later")`)
	if got := v.js(`client.call("read").rowsRead`); got != int64(1) {
		t.Errorf("the call read %v rows", got)
	}
}

func TestALostSessionIsReplacedAtTheNextCall(t *testing.T) {
	_, v := onPostgres(t, "undefined")
	caught := v.throws(`client.query("SELECT pg_terminate_backend(pg_backend_pid())")`)
	if caught.Kind != "connection" || !caught.IsError {
		t.Errorf("a session that the server ended threw %+v, want kind connection", caught)
	}
	if got := v.js(`client.query("SELECT 1 AS one")[0].one`); got != int64(1) {
		t.Errorf("the next query gave %v", got)
	}
}

func TestAnEndingVUCancelsItsCall(t *testing.T) {
	_, v := onPostgres(t, "undefined")
	v.js(`client.query("SELECT 1")`)
	caught := make(chan thrown)
	go func() { caught <- v.throws(`client.query("SELECT pg_sleep(30)")`) }()
	v.CancelContext()
	if got := <-caught; got.Kind != "canceled" {
		t.Errorf("a call of a VU that ended threw %+v, want kind canceled", got)
	}
}

func TestReadTableGivesPlainData(t *testing.T) {
	_, v := onPostgres(t, "undefined")
	v.js(`client.execute("CREATE TABLE people (id int8 PRIMARY KEY, name varchar(40) NOT NULL)")`)
	defer v.js(`client.execute("DROP TABLE people")`)
	if got := v.js(`(() => { const t = client.readTable("people"); return [t.qualified, t.key.join(), t.columns[1].maximumLength].join(" ") })()`); got != `"public"."people" id 40` {
		t.Errorf("the table reads as %v", got)
	}
	if caught := v.throws(`client.readTable("peple")`); caught.Kind != "not_found" {
		t.Errorf("a missing table threw %+v", caught)
	}
}

func TestSystemsNameWhatIsCompiledIn(t *testing.T) {
	v := newProcess(t).inInit()
	if got := v.js(`dbmark.systems().map((s) => s.system).join()`); got != "postgres,redis,spacetimedb,noop" {
		t.Errorf("systems are %v", got)
	}
}
