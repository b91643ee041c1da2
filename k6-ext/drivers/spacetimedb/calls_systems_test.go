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
)

func call(statement string, parameters ...string) driver.Operation {
	return driver.Operation{Name: "call", Kind: driver.Write, Parameters: parameters,
		Steps: []driver.Step{{Statement: statement, Parameters: parameters}}}
}

// texts makes parameters of texts.
func texts(values ...string) []driver.Value {
	parameters := make([]driver.Value, len(values))
	for i, value := range values {
		parameters[i].SetText(value)
	}
	return parameters
}

// perform runs one request alone.
func perform(t testing.TB, s driver.Session, operation int, parameters []driver.Value) driver.Completion {
	t.Helper()
	if err := s.Submit(context.Background(), &driver.Request{Operation: operation, Tag: 7, Parameters: parameters}); err != nil {
		t.Fatal(err)
	}
	done := s.Deliver(context.Background(), nil)
	if len(done) != 1 || done[0].Tag != 7 {
		t.Fatalf("%+v", done)
	}
	return done[0]
}

// collect delivers until n requests have ended, by their tags.
func collect(t testing.TB, s driver.Session, n int) map[uint64]driver.Completion {
	t.Helper()
	got := map[uint64]driver.Completion{}
	for len(got) < n {
		done := s.Deliver(context.Background(), nil)
		if len(done) == 0 {
			t.Fatalf("%d of %d were delivered", len(got), n)
		}
		for _, c := range done {
			got[c.Tag] = c
		}
	}
	return got
}

func TestFailuresAmongCallsInFlightAreTheirOwn(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			s := openSession(t, server.URL(), mode, call("CALL create_message($1, 's', 'c', 't')", "id"), call("CALL increment($1, 9223372036854775807)", "id"))
			counter := "overflowing " + mode
			for round := range 20 {
				// Of 20 in flight, four fail for two reasons: two have no key, two add to a full counter.
				for i := range 20 {
					r := &driver.Request{Tag: uint64(i), Parameters: texts(fmt.Sprintf("%s %d %d", mode, round, i))}
					switch i {
					case 7, 8:
						r.Parameters = texts("")
					case 11, 15:
						r.Operation, r.Parameters = 1, texts(counter)
					case 3:
						r.Operation, r.Parameters = 1, texts(fmt.Sprintf("full %s %d", mode, round))
					}
					if round == 0 && i == 0 {
						if err := server.Call(t, "increment", counter, 1); err != nil {
							t.Fatal(err)
						}
					}
					if err := s.Submit(context.Background(), r); err != nil {
						t.Fatal(err)
					}
				}
				for tag, c := range collect(t, s, 20) {
					switch tag {
					case 7, 8:
						if c.Err == nil || !strings.Contains(c.Err.Message, "message_id is empty") {
							t.Errorf("call %d: %v", tag, c.Err)
						}
					case 11, 15:
						if c.Err == nil || !strings.Contains(c.Err.Message, counter) {
							t.Errorf("call %d: %v", tag, c.Err)
						}
					default:
						if c.Err != nil || c.RowsWritten != 1 {
							t.Errorf("call %d: %+v", tag, c)
						}
					}
				}
			}
			if n := server.Sum(t, "SELECT COUNT(*) AS n FROM messages"); n < 20*15 || n%(20*15) != 0 {
				t.Errorf("%d messages on the server", n)
			}
		})
	}
}

func TestABatchSaysHowManyOfItsCallsWereCommitted(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			batch := driver.Operation{Name: "batch", Kind: driver.Batch}
			for i := range 10 {
				name := fmt.Sprintf("id%d", i)
				batch.Parameters = append(batch.Parameters, name)
				batch.Steps = append(batch.Steps, driver.Step{Statement: "CALL create_message($1, 's', 'c', 't')", Parameters: []string{name}})
			}
			s := openSession(t, server.URL(), mode, batch)
			names := make([]string, 10)
			for i := range names {
				names[i] = fmt.Sprintf("%s %d", mode, i)
			}
			if c := perform(t, s, 0, texts(names...)); c.Err != nil || c.RowsWritten != 10 {
				t.Errorf("%+v", c)
			}
			for i := range names {
				names[i] = fmt.Sprintf("%s again %d", mode, i)
			}
			names[2], names[5], names[9] = "", mode+" 5", ""
			c := perform(t, s, 0, texts(names...))
			if c.Err == nil || c.RowsWritten != 7 || c.Err.OutcomeUnknown || c.Err.SessionLost || !strings.Contains(c.Err.Message, "7 of its 10 calls were committed") {
				t.Errorf("%+v %v", c, c.Err)
			}
			if n := server.Sum(t, "SELECT COUNT(*) AS n FROM messages"); n%17 != 0 {
				t.Errorf("%d messages on the server", n)
			}
		})
	}
}

func TestABatchWhoseConnectionBreaksIsCountedAsFarAsItWasAnswered(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	const calls = 50
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			batch := driver.Operation{Name: "batch", Kind: driver.Batch, Parameters: []string{"id"}}
			for range calls {
				batch.Steps = append(batch.Steps, driver.Step{Statement: "CALL increment($1, 1)", Parameters: []string{"id"}})
			}
			var committed, unknown int64
			id := "cut " + mode
			for _, after := range []int{0, 700, 3000, 9000} {
				proxy, err := drivertest.NewProxy(server.Address)
				if err != nil {
					t.Fatal(err)
				}
				s := openSession(t, "spacetimedb://"+proxy.Address()+"/benchmark", mode, batch)
				proxy.CutAfter(after)
				c := perform(t, s, 0, texts(id))
				committed += c.RowsWritten
				if c.Err != nil {
					unknown += calls - c.RowsWritten
					if c.Err.Kind != driver.KindConnection || !c.Err.SessionLost || !c.Err.OutcomeUnknown ||
						!strings.Contains(c.Err.Message, fmt.Sprintf("%d of its %d calls were committed", c.RowsWritten, calls)) {
						t.Errorf("cut after %d bytes: %+v %v", after, c, c.Err)
					}
				}
				_ = s.Close(context.Background())
				proxy.Close()
			}
			if unknown == 0 {
				t.Fatal("no connection broke")
			}
			if held := server.Sum(t, "SELECT value FROM counters WHERE id = '"+id+"'"); held < committed || held > committed+unknown {
				t.Errorf("the server holds %d; %d were acknowledged and %d are unknown", held, committed, unknown)
			}
		})
	}
}

func TestAKilledServerFailsWhatIsInFlightAndIsFoundAgain(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			target, s := openTarget(t, driver.Config{URL: server.URL(), Mode: mode}, call("CALL increment($1, 1)", "id"))
			server.Pause()
			for i := range 20 {
				if err := s.Submit(context.Background(), &driver.Request{Tag: uint64(i), Parameters: texts("a")}); err != nil {
					t.Fatal(err)
				}
			}
			time.AfterFunc(50*time.Millisecond, server.Kill)
			failed := 0
			for tag, c := range collect(t, s, 20) {
				if c.Err == nil { // answered by a thread that had not stopped yet
					continue
				}
				failed++
				if c.Err.Kind != driver.KindConnection || !c.Err.SessionLost || !c.Err.OutcomeUnknown {
					t.Errorf("call %d: %+v", tag, c.Err)
				}
			}
			if failed == 0 {
				t.Error("no call failed")
			}
			program, _ := target.Compile([]driver.Operation{call("CALL increment($1, 1)", "id")})
			if _, err := target.OpenSession(context.Background(), program); driver.KindOf(err) != driver.KindUnreachable {
				t.Errorf("without a server: %v", err)
			}
			server.Restart(t)
			again, err := target.OpenSession(context.Background(), program)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close(context.Background())
			if c := perform(t, again, 0, texts("a")); c.Err != nil || c.RowsWritten != 1 {
				t.Errorf("%+v", c)
			}
			if n := counted(target, "spacetime_reconnect_attempts_total"); n != 2 {
				t.Errorf("%d attempts to reconnect, expected 2", n)
			}
		})
	}
}

// counted reads an instrument that counts.
func counted(t *target, name string) int64 {
	for _, instrument := range t.Instruments() {
		if instrument.Name == name {
			return instrument.Count()
		}
	}
	return -1
}
