package postgres

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/postgres/postgrestest"
)

// server is shared by the tests that do it no harm.
var server *postgrestest.Server

func TestMain(m *testing.M) {
	var err error
	if server, err = postgrestest.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	server.Stop()
	os.Exit(code)
}

// open opens a target on the shared server.
func openTarget(t testing.TB, config driver.Config) *target {
	t.Helper()
	if config.URL == "" {
		config.URL = server.URL()
	}
	opened, err := New().Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	return opened.(*target)
}

// openSession opens a session with a program.
func openSession(t testing.TB, opened *target, operations ...driver.Operation) driver.Session {
	t.Helper()
	compiled, err := opened.Compile(operations)
	if err != nil {
		t.Fatal(err)
	}
	s, err := opened.OpenSession(context.Background(), compiled)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	return s
}

// execute runs statements on the shared server.
func execute(t testing.TB, statements ...string) {
	t.Helper()
	if err := openTarget(t, driver.Config{}).Execute(context.Background(), statements); err != nil {
		t.Fatal(err)
	}
}

// do runs one request.
func do(t testing.TB, s driver.Session, operation int, parameters ...driver.Value) driver.Completion {
	t.Helper()
	if err := s.Submit(context.Background(), &driver.Request{Operation: operation, Parameters: parameters, Tag: 7}); err != nil {
		return driver.Completion{Tag: 7, Err: err}
	}
	done := s.Deliver(context.Background(), nil)
	if len(done) != 1 || done[0].Tag != 7 {
		t.Fatalf("delivered %+v, want one completion with tag 7", done)
	}
	return done[0]
}

// query runs a statement on a session and gives its rows.
func query(t testing.TB, s driver.Session, text string, arguments ...any) [][]any {
	t.Helper()
	result, err := s.Query(context.Background(), driver.Statement{Text: text, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return result.Rows
}

func read(statement string, parameters ...string) driver.Operation {
	return driver.Operation{Name: "read", Kind: driver.Read, Parameters: parameters, Steps: []driver.Step{{Statement: statement, Parameters: parameters}}}
}

func intValue(n int64) (v driver.Value)      { v.SetInt(n); return v }
func textValue(s string) (v driver.Value)    { v.SetText(s); return v }
func floatValue(f float64) (v driver.Value)  { v.SetFloat(f); return v }
func boolValue(b bool) (v driver.Value)      { v.SetBool(b); return v }
func timeValue(t time.Time) (v driver.Value) { v.SetTimestamp(t.UnixMicro()); return v }
func bytesValue(kind driver.ValueKind, b []byte) (v driver.Value) {
	copy(v.Grow(kind, len(b)), b)
	return v
}
