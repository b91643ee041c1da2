package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/drivertest"
	"github.com/dbmark/dbmark/k6-ext/drivers/postgres/postgrestest"
)

const largeBytes = 16 << 20

func TestDriverKeepsEveryPromiseInEveryMode(t *testing.T) {
	execute(t, "CREATE TABLE conformance (n int8)", "CREATE TABLE conformance_read (id int8 PRIMARY KEY, name text)",
		"INSERT INTO conformance_read SELECT i, 'name ' || i FROM generate_series(-10, 1000) i")
	for _, mode := range []string{ModePrepared, ModeStatement, ModeSimple} {
		t.Run(mode, func(t *testing.T) { drivertest.Run(t, suite(mode)) })
	}
	t.Run("multiplexed", func(t *testing.T) {
		s := suite(ModePrepared)
		s.Driver = drivertest.Multiplexed(t, s.Driver)
		drivertest.Run(t, s)
	})
}

func suite(mode string) drivertest.Suite {
	statement := func(name string, kind driver.Kind, text string, parameters ...string) driver.Operation {
		return driver.Operation{Name: name, Kind: kind, Parameters: parameters, Steps: []driver.Step{{Statement: text, Parameters: parameters}}}
	}
	unexpected := statement("unexpected", driver.Read, "SELECT 1 WHERE false")
	unexpected.Steps[0].Expect = &driver.RowRange{Minimum: 1, Maximum: 1}
	return drivertest.Suite{
		Driver:  New(),
		Server:  server.Address(),
		URL:     func(address string) string { return postgrestest.URL(address, postgrestest.Password) },
		Mode:    mode,
		Secrets: []string{postgrestest.Password, "p%40ss%3Aw%2Frd%231", "p%40ss:w%2Frd%231", "wr0ng-passw0rd"},
		WrongPasswordURL: func(address string) string {
			return postgrestest.URL(address, "wr0ng-passw0rd")
		},
		BadURLs: map[string]string{
			"an unknown option":    "postgres://127.0.0.1/postgres?poool=7",
			"a port that is none":  "postgres://127.0.0.1:abc/postgres",
			"an unknown sslmode":   "postgres://127.0.0.1/postgres?sslmode=sometimes",
			"an unescaped host":    "postgres://user:p@ss:w/rd#1@127.0.0.1/postgres",
			"a port out of range":  "postgres://127.0.0.1:99999/postgres",
			"another system's URL": "redis://127.0.0.1",
		},
		Refused: map[string]driver.Operation{
			"a command":              {Name: "o", Steps: []driver.Step{{Command: []string{"GET", "x"}}}},
			"no steps":               {Name: "o"},
			"an empty statement":     {Name: "o", Steps: []driver.Step{{Statement: " "}}},
			"too few parameters":     {Name: "o", Steps: []driver.Step{{Statement: "SELECT $1"}}},
			"an unknown parameter":   {Name: "o", Parameters: []string{"a"}, Steps: []driver.Step{{Statement: "SELECT $1", Parameters: []string{"b"}}}},
			"an unknown isolation":   {Name: "o", Steps: []driver.Step{{Statement: "SELECT 1"}}, Transaction: &driver.Transaction{Isolation: "perfect"}},
			"a capture into nothing": {Name: "o", Steps: []driver.Step{{Statement: "SELECT 1", Capture: []driver.Capture{{Parameter: "x"}}}}},
		},
		Read: drivertest.Case{
			Operation: statement("read", driver.Read, "SELECT name FROM conformance_read WHERE id = $1", "id"),
			Fill:      func(n int64, p []driver.Value) { p[0].SetInt(n) },
		},
		Write: drivertest.Case{
			Operation: statement("write", driver.Write, "INSERT INTO conformance VALUES ($1)", "n"),
			Fill:      func(n int64, p []driver.Value) { p[0].SetInt(n) },
		},
		Written: func(ctx context.Context, s driver.Session, n int64) (int64, error) {
			result, err := s.Query(ctx, driver.Statement{Text: "SELECT count(*) FROM conformance WHERE n = $1", Arguments: []any{n}})
			if err != nil {
				return 0, err
			}
			return result.Rows[0][0].(int64), nil
		},
		Slow:        &drivertest.Case{Operation: statement("slow", driver.Read, "SELECT pg_sleep(1)")},
		SlowFor:     time.Second,
		Failing:     &drivertest.Case{Operation: statement("failing", driver.Read, "SELECT 1 / (SELECT 0)")},
		FailingKind: driver.KindStatement,
		Unexpected:  &drivertest.Case{Operation: unexpected},
		Large: &drivertest.Case{
			Operation: statement("large", driver.Read, "SELECT length($1::text)", "text"),
			Fill: func(_ int64, p []driver.Value) {
				for i, b := 0, p[0].Grow(driver.Text, largeBytes); i < len(b); i++ {
					b[i] = 'x'
				}
			},
		},
		LargeBytes: largeBytes,
	}
}
