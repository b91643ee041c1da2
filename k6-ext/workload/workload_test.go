package workload

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

const good = `{
	"name": "shop", "system": "postgres", "description": "",
	"operations": [
		{"name": "find", "kind": "read", "weight": 3, "parameters": [{"name": "id", "generator": {"type": "uniform", "minimum": 1, "maximum": 9}}],
		 "steps": [{"statement": "SELECT 1", "parameters": ["id"], "thinkMilliseconds": 1.5, "expect": {"minimum": 1, "maximum": 1}},
		           {"command": ["GET", "{id}"], "capture": [{"column": 0, "parameter": "id"}]}],
		 "transaction": {"isolation": "serializable", "readOnly": true}, "retry": {"attempts": 3, "backoffMilliseconds": 5}},
		{"name": "add", "kind": "write", "weight": 1, "parameters": [{"name": "id", "generator": {"type": "sequence", "start": 10}}],
		 "steps": [{"statement": "INSERT", "parameters": ["id"]}], "inserts": {"count": "SELECT 0", "remove": "DELETE", "keys": ["id"]}}
	],
	"dataSet": {"name": "shop", "create": [], "drop": [], "finish": [], "truncate": [], "tables": [
		{"name": "goods", "rows": 9, "columns": [{"name": "id", "generator": {"type": "sequence", "start": 1}}]}]},
	"pools": [{"name": "ids", "statement": "SELECT 1"}],
	"slo": {"p95Milliseconds": 10}
}`

func TestDecodeKeepsEverythingThatWasDeclared(t *testing.T) {
	w, err := Decode([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	var before, after any
	text, err := json.Marshal(w)
	if err != nil || json.Unmarshal(text, &after) != nil || json.Unmarshal([]byte(good), &before) != nil {
		t.Fatal(err)
	}
	if a, b := mustJSON(t, before), mustJSON(t, after); a != b {
		t.Errorf("declared was\n%s\nand kept\n%s", a, b)
	}
	compiled := w.DriverOperations()
	find := compiled[0]
	if find.Name != "find" || find.Kind != driver.Read || find.Parameters[0] != "id" || find.Transaction.Isolation != "serializable" ||
		find.Steps[0].Think != 1500*time.Microsecond || find.Steps[0].Expect.Maximum != 1 || find.Steps[1].Capture[0].Parameter != "id" {
		t.Errorf("the driver gets %+v", find)
	}
}

func mustJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestATransactionWithoutARuleIsTriedAgainByTheDefault(t *testing.T) {
	for _, c := range []struct {
		declared string
		want     *RetryRule
	}{
		{`"transaction": {}`, &DefaultTransactionRetry},
		{`"transaction": {}, "retry": {"attempts": 1}`, &RetryRule{Attempts: 1}},
		{`"description": ""`, nil},
	} {
		w, err := Decode([]byte(`{"name": "w", "operations": [{"name": "o", "kind": "write", "steps": [{"statement": "SELECT 1"}], ` + c.declared + `}]}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Operations[0].Retry; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.declared, got, c.want)
		}
	}
}

func TestDecodeRefusesMistakesAndNamesThem(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`"backoffMilliseconds": 5`, `"backoffMilliseconds": -5`, `operation "find" waits for -5 ms`},
		{`"weight": 3`, `"wieght": 3`, `the field "wieght" is not known`},
		{`"statement": "SELECT 1", "parameters"`, `"sql": "SELECT 1", "parameters"`, `the field "sql" is not known`},
		{`"weight": 3`, `"weight": "3"`, `"operations.weight" is a string; expected a number`},
		{`"operations": [`, `"operations": "all", "pools": [`, `"operations" is a string; expected an array`},
		{`"kind": "read"`, `"kind": "reed"`, `operation "find" is of kind "reed"; expected read, write, delete or batch`},
		{`"kind": "read"`, `"kind": null`, `operation "find" is of kind ""; expected read, write, delete or batch`},
		{`"name": "find"`, `"name": ""`, `operation 1 of workload "shop" has no name`},
		{`"name": "add"`, `"name": "find"`, `workload "shop" has two operations named "find"`},
		{`{"statement": "INSERT", "parameters": ["id"]}`, ``, `operation "add" has no steps; expected at least one`},
		{`"INSERT", "parameters": ["id"]`, `"INSERT", "parameters": ["key"]`, `step 1 of operation "add" uses parameter "key", which the operation does not declare`},
		{`"parameter": "id"`, `"parameter": "it"`, `step 2 of operation "find" captures parameter "it", which the operation does not declare`},
		{`"command": ["GET", "{id}"]`, `"command": []`, `step 2 of operation "find" needs either a statement or a command`},
		{`"command": ["GET", "{id}"]`, `"command": ["GET"], "statement": "x"`, `step 2 of operation "find" needs either a statement or a command`},
		{`"thinkMilliseconds": 1.5`, `"thinkMilliseconds": -1`, `step 1 of operation "find" thinks for -1 ms; expected 0 or more`},
		{`"attempts": 3`, `"attempts": 0`, `operation "find" has 0 attempts; expected 1 or more`},
		{`"keys": ["id"]`, `"keys": ["no"]`, `operation "add" names the key "no", which is not one of its parameters`},
		{`"rows": 9`, `"rows": -1`, `table "goods" of data set "shop" has -1 rows; expected 0 or more`},
		{`"columns": [{"name": "id", "generator": {"type": "sequence", "start": 1}}]`, `"columns": []`, `table "goods" of data set "shop" has no columns`},
		{`"parameters": [{"name": "id", "generator": {"type": "sequence", "start": 10}}]`,
			`"parameters": [{"name": "id", "generator": {}}, {"name": "id", "generator": {}}]`, `operation "add" has a parameter without a name or two named "id"`},
	} {
		text := strings.Replace(good, c.from, c.to, 1)
		if text == good {
			t.Fatalf("%q is not in the workload", c.from)
		}
		_, err := Decode([]byte(text))
		if err == nil || !strings.Contains(err.Error(), c.want) || driver.KindOf(err) != driver.KindUsage {
			t.Errorf("%s\ngave %v (%v), want %q", c.to, err, driver.KindOf(err), c.want)
		}
	}
	for text, want := range map[string]string{
		``:                    "the workload cannot be read: it ends too early",
		`[]`:                  "the workload cannot be read: it is an array; expected an object",
		`null`:                `has no operations; expected at least one`,
		`{"operations": []}`:  `has no operations; expected at least one`,
		`{"name": "x"} extra`: "there is something after its end",
	} {
		if _, err := Decode([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gave %v, want %q", text, err, want)
		}
	}
}

func TestWritesAndChangesFollowTheMix(t *testing.T) {
	for _, c := range []struct {
		name            string
		operations      []Operation
		writes, changes bool
	}{
		{"reads", []Operation{{Kind: driver.Read, Weight: 1}}, false, false},
		{"an update", []Operation{{Kind: driver.Write, Weight: 1}}, true, true},
		{"inserts above the data set", []Operation{{Kind: driver.Write, Weight: 1, Inserts: &Inserts{}}}, true, false},
		{"inserts that change other rows too", []Operation{{Kind: driver.Write, Weight: 1, Inserts: &Inserts{ChangesOthers: true}}}, true, true},
		{"a delete", []Operation{{Kind: driver.Delete, Weight: 1}}, true, true},
		{"an update that the mix leaves out", []Operation{{Kind: driver.Write, Weight: 0}, {Kind: driver.Read, Weight: 1}}, false, false},
	} {
		w := &Workload{Operations: c.operations}
		if w.Writes() != c.writes || w.Changes() != c.changes {
			t.Errorf("%s: writes %v, changes %v; want %v, %v", c.name, w.Writes(), w.Changes(), c.writes, c.changes)
		}
	}
}
