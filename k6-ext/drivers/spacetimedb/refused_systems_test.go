//go:build systems

package spacetimedb

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/spacetimedb/spacetimedbtest"
)

func TestWhatCannotBeIsToldBeforeAnythingRuns(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	mute := silentListener(t)
	at := func(scheme, userinfo, address, database string) string {
		return scheme + "://" + userinfo + address + "/" + database
	}
	good := call("CALL increment($1, 1)", "id")
	for _, c := range []struct {
		name, url string
		operation driver.Operation
		kind      driver.ErrorKind
		says      []string
	}{
		{"a bad token", at("spacetimedb", ":Secret-9.Secret-9.Secret-9@", server.Address, "benchmark"), good, driver.KindAuthentication, []string{"token"}},
		{"a missing database", at("spacetimedb", "", server.Address, "no-such"), good, driver.KindNotFound, []string{`"no-such"`, "npx dbmark run spacetimedb"}},
		{"a missing reducer", server.URL(), call("CALL decrement($1, 1)", "id"), driver.KindNotFound, []string{`"decrement"`, "increment", "create_message"}},
		{"too few arguments", server.URL(), call("CALL increment($1)", "id"), driver.KindUsage, []string{"takes 2 arguments, got 1", "increment(counter_id: string, amount: i64)"}},
		{"a literal of the wrong type", server.URL(), call("CALL increment($1, 'one')", "id"), driver.KindUsage, []string{`"one" is no i64`}},
		{"a number too large", server.URL(), call("CALL create_user($1, '', '', '', 3000000000, '', true)", "id"), driver.KindUsage, []string{"3000000000 does not fit into i32"}},
		{"TLS to a plain port", at("spacetimedbs", "", server.Address, "benchmark"), good, driver.KindProtocol, []string{"TLS", "spacetimedb://"}},
		{"another web server", at("spacetimedb", "", strings.TrimPrefix(other.URL, "http://"), "benchmark"), good, driver.KindProtocol, []string{"is not SpacetimeDB", "404"}},
		{"a server that says nothing", at("spacetimedb", "", mute, "benchmark"), good, driver.KindUnreachable, []string{"in time"}},
		{"a server that is no web server", at("spacetimedb", "", redisLike(t), "benchmark"), good, driver.KindProtocol, []string{"HTTP"}},
	} {
		for _, mode := range modes {
			t.Run(c.name+"/"+mode, func(t *testing.T) {
				target, err := New().Open(driver.Config{URL: c.url, Mode: mode, ConnectTimeout: time.Second})
				if err != nil {
					t.Fatal(err)
				}
				program, err := target.Compile([]driver.Operation{c.operation})
				if err != nil {
					t.Fatal(err)
				}
				s, err := target.OpenSession(context.Background(), program)
				if err == nil {
					_ = s.Close(context.Background())
					t.Fatal("it was opened")
				}
				if driver.KindOf(err) != c.kind {
					t.Errorf("kind %s, expected %s: %v", driver.KindOf(err), c.kind, err)
				}
				for _, text := range c.says {
					if !strings.Contains(err.Error(), text) {
						t.Errorf("%q does not say %q", err, text)
					}
				}
				if strings.Contains(err.Error(), "Secret-9") {
					t.Errorf("%q shows the token", err)
				}
			})
		}
	}
}

func TestAValueOfTheWrongTypeIsRefusedBeforeItIsSent(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	for _, mode := range []string{modeBSATN, modeJSON} {
		s := openSession(t, server.URL(), mode, call("CALL increment('typed', $1)", "amount"))
		for _, wrong := range [][]driver.Value{texts("one"), {{}}, {{Kind: driver.Bool, Number: 1}}} {
			err := s.Submit(context.Background(), &driver.Request{Parameters: wrong})
			if err == nil || err.Kind != driver.KindUsage || !strings.Contains(err.Message, "argument 2 (amount) of reducer increment") {
				t.Errorf("%s: %v", mode, err)
			}
		}
		if c := perform(t, s, 0, []driver.Value{{Kind: driver.Int, Number: 3}}); c.Err != nil || c.RowsWritten != 1 {
			t.Errorf("%s, after what was refused: %+v", mode, c)
		}
	}
	if n := server.Sum(t, "SELECT value FROM counters WHERE id = 'typed'"); n != 6 {
		t.Errorf("%d on the server", n)
	}
}

// silentListener accepts connections and never answers.
func silentListener(t *testing.T) string { return answering(t, "") }

// redisLike answers as Redis does to what it does not know.
func redisLike(t *testing.T) string { return answering(t, "-ERR unknown command 'GET'\r\n") }

func answering(t *testing.T, text string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			go func() {
				buffer := make([]byte, 4096)
				for {
					if _, err := conn.Read(buffer); err != nil {
						return
					}
					if text != "" {
						_, _ = conn.Write([]byte(text))
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}
