//go:build systems

package spacetimedb

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/drivertest"
	"github.com/dbmark/dbmark/k6-ext/drivers/spacetimedb/spacetimedbtest"
	"github.com/dbmark/dbmark/k6-ext/histogram"
)

var sockets = []string{modeBSATN, modeJSON}

func steps(name string, statements ...string) driver.Operation {
	o := driver.Operation{Name: name, Kind: driver.Read}
	for _, statement := range statements {
		o.Steps = append(o.Steps, driver.Step{Statement: statement})
	}
	return o
}

// eventually waits for what the keeper notices.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("it did not happen: %s", what)
}

func TestASubscriptionSeesWhatOthersDoAlsoWhileItsSessionIsIdle(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	for _, mode := range sockets {
		for _, compression := range []string{"none", "brotli", "gzip"} {
			t.Run(mode+"/"+compression, func(t *testing.T) {
				if err := server.Call(t, "reset"); err != nil {
					t.Fatal(err)
				}
				const rows = 100 // beyond the size from which the server compresses
				_, writer := openTarget(t, driver.Config{URL: server.URL(), Mode: mode}, call("CALL increment($1, 1)", "id"))
				for i := range rows {
					perform(t, writer, 0, texts(fmt.Sprintf("counter %d", i)))
				}
				target, s := openTarget(t, driver.Config{URL: server.URL() + "?compression=" + compression, Mode: mode},
					steps("subscribe", "SUBSCRIBE SELECT * FROM counters"), steps("unsubscribe", "UNSUBSCRIBE"),
					steps("refused", "SUBSCRIBE SELECT * FROM nothing"), call("CALL increment('own', 1)"), steps("read", "SELECT * FROM counters"))
				if c := perform(t, s, 0, nil); c.Err != nil || c.RowsRead != rows || c.BytesRead == 0 {
					t.Fatalf("%+v", c)
				}
				perform(t, writer, 0, texts("new"))
				perform(t, writer, 0, texts("new"))
				perform(t, writer, 0, texts("counter 1"))
				if rows := server.SQL(t, "DELETE FROM counters WHERE id = 'counter 2'"); len(rows) > 0 {
					t.Fatal(rows)
				}
				seen := func(name string, n int64) {
					t.Helper()
					eventually(t, fmt.Sprintf("%s is %d", name, n), func() bool { return counted(target, name) == n })
				}
				seen("spacetime_table_inserts_total", 1)
				seen("spacetime_table_updates_total", 2)
				seen("spacetime_table_deletes_total", 1)
				// Its own call's update has rows now, too.
				if c := perform(t, s, 3, nil); c.Err != nil || c.RowsWritten != 1 {
					t.Fatalf("%+v", c)
				}
				seen("spacetime_table_inserts_total", 2)
				if c := perform(t, s, 4, nil); c.Err != nil || c.RowsRead != rows+1 {
					t.Fatalf("%+v", c)
				}
				if c := perform(t, s, 2, nil); c.Err == nil || c.Err.Kind != driver.KindNotFound || c.Err.SessionLost {
					t.Fatalf("%+v", c)
				}
				if c := perform(t, s, 1, nil); c.Err != nil {
					t.Fatalf("%+v", c)
				}
				perform(t, writer, 0, texts("after the end"))
				if err := s.Submit(context.Background(), &driver.Request{Operation: 1}); err == nil || err.Kind != driver.KindValidation {
					t.Fatalf("UNSUBSCRIBE without a subscription: %v", err)
				}
				perform(t, s, 3, nil)
				if n := counted(target, "spacetime_table_inserts_total"); n != 2 {
					t.Errorf("%d inserts were counted, also after the end", n)
				}
				if n := counted(target, "spacetime_subscription_errors_total"); n != 1 {
					t.Errorf("%d subscription errors", n)
				}
			})
		}
	}
}

func TestReconnectingKeepsTheIdentityAndDropsSubscriptions(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	for _, mode := range sockets {
		t.Run(mode, func(t *testing.T) {
			thinking := steps("hold", "SUBSCRIBE SELECT * FROM counters", "UNSUBSCRIBE")
			thinking.Steps[0].Think = 300 * time.Millisecond
			target, s := openTarget(t, driver.Config{URL: server.URL(), Mode: mode},
				steps("drop", "RECONNECT", "SUBSCRIBE SELECT * FROM counters"), steps("reopen", "RECONNECT CLOSE", "SUBSCRIBE SELECT * FROM counters"),
				thinking, call("CALL increment('a', 1)"))
			token := s.(*session).link.token
			for range 3 {
				for operation := range 3 {
					if c := perform(t, s, operation, nil); c.Err != nil {
						t.Fatalf("operation %d: %v", operation, c.Err)
					}
				}
				if c := perform(t, s, 3, nil); c.Err != nil || c.RowsWritten != 1 {
					t.Fatalf("%+v", c)
				}
			}
			if s.(*session).link.token != token {
				t.Error("it has another identity")
			}
			for name, expected := range map[string]int64{"spacetime_ws_connections_total": 7, "spacetime_connection_drops_total": 3,
				"spacetime_reconnect_attempts_total": 6, "spacetime_ws_connection_errors_total": 0, "spacetime_reducer_calls_total": 3,
				"spacetime_reducer_errors_total": 0} {
				if n := counted(target, name); n != expected {
					t.Errorf("%s is %d, expected %d", name, n, expected)
				}
			}
			if sent, received := counted(target, "spacetime_ws_messages_sent_total"), counted(target, "spacetime_ws_messages_received_total"); sent != 15 || received < 15+7 {
				t.Errorf("%d messages sent, expected 15; %d received", sent, received)
			}
			for _, instrument := range target.Instruments() {
				if instrument.Times == nil {
					continue
				}
				expected := map[string]uint64{"spacetime_ws_latency_ms": 15, "spacetime_reducer_latency_ms": 3, "spacetime_subscription_latency_ms": 9}[instrument.Name]
				for _, n := range []uint64{expected, 0} { // what was taken is gone
					times := histogram.NewInterval()
					if instrument.Times(times); times.Count() != n {
						t.Errorf("%s has %d times, expected %d", instrument.Name, times.Count(), n)
					}
				}
			}
		})
	}
}

func TestReconnectingTriesAgainAsOftenAsItMay(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	proxy, err := drivertest.NewProxy(server.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	base := "spacetimedb://" + proxy.Address() + "/benchmark"
	target, s := openTarget(t, driver.Config{URL: base + "?retries=1000&retry_delay=10ms"}, steps("drop", "RECONNECT"))
	proxy.Refuse()
	accepts := make(chan error, 1)
	go func() {
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && counted(target, "spacetime_ws_connection_errors_total") < 2; {
			time.Sleep(time.Millisecond)
		}
		accepts <- proxy.Accept()
	}()
	if c := perform(t, s, 0, nil); c.Err != nil {
		t.Fatal(c.Err)
	}
	if err := <-accepts; err != nil {
		t.Fatal(err)
	}
	if n := counted(target, "spacetime_ws_connection_errors_total"); n < 2 {
		t.Errorf("%d connection errors", n)
	}
	_, s = openTarget(t, driver.Config{URL: base + "?retries=3&retry_delay=100ms"}, steps("drop", "RECONNECT"))
	proxy.Refuse()
	start := time.Now()
	c := perform(t, s, 0, nil)
	if c.Err == nil || c.Err.Kind != driver.KindUnreachable || !c.Err.SessionLost || !strings.Contains(c.Err.Message, "failed 4 times") {
		t.Fatalf("%v", c.Err)
	}
	if took := time.Since(start); took < 290*time.Millisecond {
		t.Errorf("it took %v with three delays of 100 ms", took)
	}
	if err := s.Submit(context.Background(), &driver.Request{}); err == nil || !err.SessionLost {
		t.Errorf("a session without a connection takes requests: %v", err)
	}
}

func TestAServerThatDoesNotAnswerPingsIsGivenUp(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	for _, mode := range sockets {
		t.Run(mode, func(t *testing.T) {
			proxy, err := drivertest.NewProxy(server.Address)
			if err != nil {
				t.Fatal(err)
			}
			defer proxy.Close()
			target, s := openTarget(t, driver.Config{URL: "spacetimedb://" + proxy.Address() + "/benchmark?ping=500ms", Mode: mode}, call("CALL increment('a', 1)"))
			time.Sleep(1500 * time.Millisecond) // of silence, but for pings
			if n := counted(target, "spacetime_connection_drops_total"); n != 0 {
				t.Fatal("a connection whose server answers pings was given up")
			}
			perform(t, s, 0, nil)
			proxy.Stall()
			eventually(t, "the connection is given up", func() bool { return counted(target, "spacetime_connection_drops_total") == 1 })
			if err := s.Submit(context.Background(), &driver.Request{}); err == nil || !err.SessionLost || !strings.Contains(err.Message, "did not answer a ping within 500ms") {
				t.Errorf("%v", err)
			}
		})
	}
}
