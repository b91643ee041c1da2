//go:build systems

package spacetimedb

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/drivertest"
	"github.com/dbmark/dbmark/k6-ext/drivers/spacetimedb/spacetimedbtest"
)

var modes = []string{modeBSATN, modeJSON, modeHTTP}

// largeNumber makes every large message a different one.
var largeNumber atomic.Int64

// hard is a text with everything that an encoding can get wrong.
func hard(n int64) string {
	return fmt.Sprintf("message %d: it's \"quoted\" \\ \r\n\t\x01 é 漢 😀 \u2028", n)
}

func TestConformance(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	server.Call(t, "increment", "answer", 42)
	token := server.Token
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			suite := conformance(server, mode, token)
			drivertest.Run(t, suite)
			t.Run("multiplexed", func(t *testing.T) {
				suite.Driver = drivertest.Multiplexed(t, suite.Driver)
				drivertest.Run(t, suite)
			})
		})
	}
}

func conformance(server *spacetimedbtest.Server, mode, token string) drivertest.Suite {
	url := func(token string) func(string) string {
		return func(address string) string {
			return "spacetimedb://:" + token + "@" + address + "/" + spacetimedbtest.Database
		}
	}
	missing := driver.Step{Statement: "SELECT * FROM counters WHERE id = $1", Parameters: []string{"id"}, Expect: &driver.RowRange{Minimum: 1, Maximum: 1}}
	create := driver.Operation{Name: "create", Kind: driver.Write, Parameters: []string{"id", "content"},
		Steps: []driver.Step{{Statement: "CALL create_message($1, 'sender', $2, '')", Parameters: []string{"id", "content"}}}}
	suite := drivertest.Suite{
		Driver: New(), Server: server.Address, Mode: mode, URL: url(token), WrongPasswordURL: url("Wrong-41.Wrong-41.Wrong-41"),
		Secrets: []string{token, "Wrong-41"},
		BadURLs: map[string]string{
			"no host":                   "spacetimedb:///benchmark",
			"no database":               "spacetimedb://:" + token + "@localhost:3000",
			"a user":                    "spacetimedb://somebody:" + token + "@localhost:3000/benchmark",
			"a port too high":           "spacetimedb://:" + token + "@localhost:70000/benchmark",
			"a database of two words":   "spacetimedb://:" + token + "@localhost/two words",
			"an unknown option":         "spacetimedb://:" + token + "@localhost/benchmark?speed=9",
			"an unknown compression":    "spacetimedb://localhost/benchmark?compression=zip",
			"a token among the options": "spacetimedb://localhost/benchmark?token=" + token,
			"a negative ping":           "spacetimedb://localhost/benchmark?ping=-1s",
			"retries of letters":        "spacetimedb://localhost/benchmark?retries=many",
			"an authority without TLS":  "spacetimedb://localhost/benchmark?ca=file.pem",
			"no URL at all":             "spacetimedb://:" + token + "@local host:3000/benchmark",
		},
		Refused: map[string]driver.Operation{
			"a command":               {Name: "o", Steps: []driver.Step{{Command: []string{"GET", "a"}}}},
			"no steps":                {Name: "o"},
			"an empty statement":      {Name: "o", Steps: []driver.Step{{Statement: " ; "}}},
			"an undeclared parameter": {Name: "o", Steps: []driver.Step{{Statement: "CALL increment($1, 1)", Parameters: []string{"missing"}}}},
			"too few parameters":      {Name: "o", Steps: []driver.Step{{Statement: "CALL increment($1, 1)"}}},
			"a call without an end":   {Name: "o", Steps: []driver.Step{{Statement: "CALL increment('a', 1"}}},
			"a quote without an end":  {Name: "o", Steps: []driver.Step{{Statement: "SELECT * FROM counters WHERE id = 'a"}}},
			"a transaction":           {Name: "o", Transaction: &driver.Transaction{}, Steps: []driver.Step{{Statement: "CALL increment('a', 1)"}}},
		},
		Read: drivertest.Case{Operation: driver.Operation{Name: "read", Kind: driver.Read,
			Steps: []driver.Step{{Statement: "SELECT * FROM counters WHERE id = 'answer'"}}}},
		Write: drivertest.Case{Operation: create, Fill: func(n int64, p []driver.Value) { p[0].SetInt(n); p[1].SetText(hard(n)) }},
		Written: func(ctx context.Context, s driver.Session, n int64) (int64, error) {
			rows, err := s.Query(ctx, driver.Statement{Text: "SELECT content FROM messages WHERE id = $1", Arguments: []any{fmt.Sprint(n)}})
			if err != nil {
				return 0, err
			}
			for _, row := range rows.Rows {
				if row[0] != hard(n) {
					return 0, fmt.Errorf("the server holds %q", row[0])
				}
			}
			return int64(len(rows.Rows)), nil
		},
		Failing: &drivertest.Case{Operation: driver.Operation{Name: "fail", Kind: driver.Write,
			Steps: []driver.Step{{Statement: "CALL create_message('', 'sender', 'content', '')"}}}},
		FailingKind: driver.KindStatement,
		Unexpected: &drivertest.Case{Operation: driver.Operation{Name: "miss", Kind: driver.Read, Parameters: []string{"id"}, Steps: []driver.Step{missing}},
			Fill: func(n int64, p []driver.Value) { p[0].SetText(fmt.Sprintf("missing %d", n)) }},
		Large: &drivertest.Case{Operation: create, Fill: func(n int64, p []driver.Value) {
			p[0].SetText(fmt.Sprintf("large %d", largeNumber.Add(1)))
			p[1].SetText(strings.Repeat("x", 4<<20))
		}},
		LargeBytes: 4 << 20,
	}
	if mode == modeHTTP {
		// The server takes no more than 2 MB over HTTP.
		suite.LargeBytes = 1 << 20
		suite.Large.Fill = func(_ int64, p []driver.Value) {
			p[0].SetText(fmt.Sprintf("large %d", largeNumber.Add(1)))
			p[1].SetText(strings.Repeat("x", 1<<20))
		}
		suite.Refused["a subscription over HTTP"] = driver.Operation{Name: "o", Steps: []driver.Step{{Statement: "SUBSCRIBE SELECT * FROM counters"}}}
	} else {
		suite.Refused["a change over a WebSocket"] = driver.Operation{Name: "o", Steps: []driver.Step{{Statement: "DELETE FROM counters"}}}
		suite.Refused["a subscription to nothing"] = driver.Operation{Name: "o", Steps: []driver.Step{{Statement: "SUBSCRIBE"}}}
	}
	return suite
}
