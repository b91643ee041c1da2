//go:build systems

package redis

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/drivertest"
	"github.com/dbmark/dbmark/k6-ext/drivers/redis/redistest"
)

func command(words ...string) driver.Step { return driver.Step{Command: words} }

func TestConformance(t *testing.T) {
	for _, protocol := range []string{"2", "3"} {
		t.Run("RESP"+protocol, func(t *testing.T) {
			const password = "Sesame-40"
			server := redistest.Start(t, "requirepass "+password)
			with := func(password string) func(string) string {
				return func(address string) string {
					return "redis://:" + password + "@" + address + "/2?protocol=" + protocol
				}
			}
			url := with(password)
			_, s := open(t, url(server.Address))
			query(t, s, "SET", "answer", "42")
			missing := command("GET", "missing:{k}")
			missing.Expect = &driver.RowRange{Minimum: 1, Maximum: 1}
			fill := func(n int64, p []driver.Value) { p[0].SetInt(n) }
			suite := drivertest.Suite{
				Driver:           New(),
				Server:           server.Address,
				URL:              url,
				Secrets:          []string{password, "Wrong-41"},
				WrongPasswordURL: with("Wrong-41"),
				BadURLs: map[string]string{
					"no host":               "redis://",
					"a database of letters": "redis://:" + password + "@localhost/letters",
					"an unknown option":     "redis://:" + password + "@localhost?speed=9",
					"an unknown protocol":   "redis://localhost?protocol=4",
					"a port too high":       "redis://:" + password + "@localhost:70000",
					"no URL at all":         "redis://:" + password + "@local host:6379",
				},
				Refused: map[string]driver.Operation{
					"a statement":             {Name: "o", Steps: []driver.Step{{Statement: "SELECT 1"}}},
					"no steps":                {Name: "o"},
					"an undeclared parameter": {Name: "o", Steps: []driver.Step{command("GET", "a:{missing}")}},
					"a subscription":          {Name: "o", Steps: []driver.Step{command("subscribe", "c")}},
					"an isolation level":      {Name: "o", Steps: []driver.Step{command("GET", "a")}, Transaction: &driver.Transaction{Isolation: "read committed"}},
				},
				Read: drivertest.Case{Operation: driver.Operation{Name: "get", Kind: driver.Read, Steps: []driver.Step{command("GET", "answer")}}},
				Write: drivertest.Case{Operation: driver.Operation{Name: "push", Kind: driver.Write, Parameters: []string{"k", "v"}, Steps: []driver.Step{command("RPUSH", "list:{k}", "{v}")}},
					Fill: func(n int64, p []driver.Value) { p[0].SetInt(n); p[1].SetText(fmt.Sprintf("value %d\r\n\x00é", n)) }},
				Written: func(ctx context.Context, s driver.Session, n int64) (int64, error) {
					rows, err := s.Query(ctx, driver.Statement{Command: []string{"LRANGE", fmt.Sprintf("list:%d", n), "0", "-1"}})
					if err != nil {
						return 0, err
					}
					for _, row := range rows.Rows {
						if row[0] != fmt.Sprintf("value %d\r\n\x00é", n) {
							return 0, fmt.Errorf("the server holds %q", row[0])
						}
					}
					return int64(len(rows.Rows)), nil
				},
				Slow:        &drivertest.Case{Operation: driver.Operation{Name: "wait", Kind: driver.Read, Parameters: []string{"k"}, Steps: []driver.Step{command("BLPOP", "never:{k}", "0.7")}}, Fill: fill},
				SlowFor:     700 * time.Millisecond,
				Failing:     &drivertest.Case{Operation: driver.Operation{Name: "wrongtype", Kind: driver.Write, Steps: []driver.Step{command("LPUSH", "answer", "x")}}},
				FailingKind: driver.KindStatement,
				Unexpected:  &drivertest.Case{Operation: driver.Operation{Name: "miss", Kind: driver.Read, Parameters: []string{"k"}, Steps: []driver.Step{missing}}, Fill: fill},
				Large: &drivertest.Case{Operation: driver.Operation{Name: "large", Kind: driver.Write, Parameters: []string{"v"}, Steps: []driver.Step{command("SET", "large", "{v}")}},
					Fill: func(_ int64, p []driver.Value) { p[0].Grow(driver.Bytes, 16<<20) }},
				LargeBytes: 16 << 20,
			}
			drivertest.Run(t, suite)
			t.Run("multiplexed", func(t *testing.T) {
				suite.Driver = drivertest.Multiplexed(t, suite.Driver)
				drivertest.Run(t, suite)
			})
		})
	}
}

// open opens a session on a URL.
func open(t testing.TB, url string, operations ...driver.Operation) (driver.Target, driver.Session) {
	t.Helper()
	target, err := New().Open(driver.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	program, err := target.Compile(operations)
	if err != nil {
		t.Fatal(err)
	}
	s, err := target.OpenSession(context.Background(), program)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return target, s
}

func query(t testing.TB, s driver.Session, words ...string) *driver.ResultSet {
	t.Helper()
	rows, err := s.Query(context.Background(), driver.Statement{Command: words})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func run(t testing.TB, s driver.Session, parameters []driver.Value) driver.Completion {
	t.Helper()
	if err := s.Submit(context.Background(), &driver.Request{Tag: 7, Parameters: parameters}); err != nil {
		t.Fatal(err)
	}
	done := s.Deliver(context.Background(), nil)
	if len(done) != 1 || done[0].Tag != 7 {
		t.Fatalf("%+v", done)
	}
	return done[0]
}

func TestAPipelineCountsTheRowsOfAllItsSteps(t *testing.T) {
	server := redistest.Start(t)
	for _, transaction := range []*driver.Transaction{nil, {}} {
		_, s := open(t, "redis://"+server.Address, driver.Operation{Name: "o", Kind: driver.Batch, Parameters: []string{"k"}, Transaction: transaction,
			Steps: []driver.Step{command("SET", "a:{k}", "1"), command("MGET", "a:{k}", "nothing"), command("HSET", "h:{k}", "x", "1", "y", "2"),
				command("HGETALL", "h:{k}"), command("DEL", "a:{k}", "h:{k}", "nothing")}})
		for range 3 {
			c := run(t, s, []driver.Value{{Kind: driver.Int, Number: 12}})
			if c.Err != nil || c.RowsRead != 3 || c.RowsWritten != 1+2+2 {
				t.Fatalf("transaction %v: %+v", transaction, c)
			}
		}
	}
}

func TestATransactionThatIsRefusedWritesNothing(t *testing.T) {
	server := redistest.Start(t)
	_, s := open(t, "redis://"+server.Address, driver.Operation{Name: "o", Kind: driver.Write, Transaction: &driver.Transaction{},
		Steps: []driver.Step{command("SET", "a", "1"), command("NO-SUCH-COMMAND")}})
	if c := run(t, s, nil); c.Err == nil || c.Err.Kind != driver.KindStatement || c.Err.SessionLost || !strings.Contains(c.Err.Message, "NO-SUCH") {
		t.Fatalf("%+v", c.Err)
	}
	if rows := query(t, s, "EXISTS", "a"); rows.Rows[0][0] != int64(0) {
		t.Fatal("the first step was executed")
	}
}

func TestACapturedValueReachesTheNextStep(t *testing.T) {
	server := redistest.Start(t)
	one, two := command("INCR", "counter"), command("HMGET", "pair", "x", "y")
	one.Capture = []driver.Capture{{Column: 0, Parameter: "n"}}
	two.Capture = []driver.Capture{{Column: 1, Parameter: "y"}}
	two.Think = 20 * time.Millisecond
	_, s := open(t, "redis://"+server.Address, driver.Operation{Name: "o", Kind: driver.Batch, Parameters: []string{"n", "y"},
		Steps: []driver.Step{one, two, command("SET", "copy:{n}", "{y}")}})
	query(t, s, "HSET", "pair", "x", "1", "y", "zwei")
	start := time.Now()
	if c := run(t, s, make([]driver.Value, 2)); c.Err != nil {
		t.Fatal(c.Err)
	}
	if took := time.Since(start); took < 20*time.Millisecond {
		t.Fatalf("it did not think: %v", took)
	}
	if rows := query(t, s, "GET", "copy:1"); rows.Rows[0][0] != "zwei" {
		t.Fatalf("%v", rows.Rows)
	}
	query(t, s, "DEL", "pair")
	if c := run(t, s, make([]driver.Value, 2)); c.Err == nil || c.Err.Kind != driver.KindValidation {
		t.Fatalf("a captured null: %+v", c.Err)
	}
	if rows := query(t, s, "PING"); rows.Rows[0][0] != "PONG" {
		t.Fatal("the session is out of step")
	}
}

func TestDescribeTellsTheSettingsThatMatter(t *testing.T) {
	server := redistest.Start(t, "maxmemory 100mb", "maxclients 77", "user limited on >word ~* +@all -config")
	target, _ := open(t, "redis://"+server.Address)
	got, err := target.Describe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got.Product != "Redis" || got.ProcessID != server.ProcessID() || got.MaximumConnections != 77 ||
		got.Settings["maxmemory"] != "104857600" || got.Settings["appendonly"] != "no" || got.UsedConnections != 1 {
		t.Fatalf("%+v", got)
	}
	target, _ = open(t, "redis://limited:word@"+server.Address+"?protocol=3")
	if got, err = target.Describe(context.Background()); err != nil || got.Settings["configuration"] == "" || got.Settings["maxmemory"] != "104857600" {
		t.Fatalf("%+v %v", got, err)
	}
}

func TestTheServersErrorsHaveTheirKinds(t *testing.T) {
	server := redistest.Start(t, "maxmemory 1", "maxclients 3", "user reader on >word ~* +@all -@write")
	_, s := open(t, "redis://"+server.Address)
	expect := func(s driver.Session, kind driver.ErrorKind, words ...string) {
		t.Helper()
		if _, err := s.Query(context.Background(), driver.Statement{Command: words}); driver.KindOf(err) != kind {
			t.Errorf("%s: %v, expected %s", words[0], err, kind)
		}
	}
	expect(s, driver.KindResource, "SET", "a", strings.Repeat("x", 4096))
	expect(s, driver.KindNotFound, "EVALSHA", strings.Repeat("0", 40), "0")
	_, reader := open(t, "redis://reader:word@"+server.Address)
	expect(reader, driver.KindPermission, "SET", "a", "1")
	target, _ := open(t, "redis://"+server.Address)
	if _, err := target.OpenSession(context.Background(), nil); driver.KindOf(err) != driver.KindTooManyConnections {
		t.Errorf("the fourth connection of three: %v", err)
	}
	_ = reader.Close(context.Background())
	time.Sleep(20 * time.Millisecond)
	elsewhere, _ := New().Open(driver.Config{URL: "redis://" + server.Address + "/99"})
	if _, err := elsewhere.OpenSession(context.Background(), nil); driver.KindOf(err) != driver.KindNotFound {
		t.Errorf("database 99: %v", err)
	}
}

func TestAUnixSocketAndQuotedQueriesWork(t *testing.T) {
	server := redistest.Start(t)
	_, s := open(t, "redis+unix://"+server.Socket+"?database=3")
	if rows, err := s.Query(context.Background(), driver.Statement{Text: `SET "a key" 'two words'`}); err != nil || rows.RowsAffected != 1 {
		t.Fatalf("%v %v", rows, err)
	}
	rows, err := s.Query(context.Background(), driver.Statement{Text: "EVAL \"return {1,{2,'x'},false}\" 0"})
	if err != nil || fmt.Sprint(rows.Rows) != "[[1] [[2 x]] [<nil>]]" {
		t.Fatalf("%v %v", rows, err)
	}
	if rows := query(t, s, "GET", "a key"); rows.Rows[0][0] != "two words" {
		t.Fatalf("%v", rows.Rows)
	}
}

func TestTLSToAServerWithoutItIsAProtocolError(t *testing.T) {
	server := redistest.Start(t)
	target, _ := New().Open(driver.Config{URL: "rediss://" + server.Address, ConnectTimeout: time.Second})
	if _, err := target.OpenSession(context.Background(), nil); driver.KindOf(err) != driver.KindProtocol && driver.KindOf(err) != driver.KindUnreachable {
		t.Fatal(err)
	}
}

func TestAKilledServerFailsWhatIsInFlight(t *testing.T) {
	server := redistest.Start(t)
	_, s := open(t, "redis://"+server.Address, driver.Operation{Name: "o", Steps: []driver.Step{command("BLPOP", "never", "0")}})
	time.AfterFunc(50*time.Millisecond, server.Kill)
	if c := run(t, s, nil); c.Err == nil || c.Err.Kind != driver.KindConnection || !c.Err.SessionLost || !c.Err.OutcomeUnknown {
		t.Fatalf("%+v", c.Err)
	}
}

func BenchmarkGetDepth1(b *testing.B)  { benchmarkGet(b, 1) }
func BenchmarkGetDepth16(b *testing.B) { benchmarkGet(b, 16) }

func benchmarkGet(b *testing.B, depth int) {
	server := redistest.Start(b)
	_, s := open(b, "redis://"+server.Address, driver.Operation{Name: "get", Kind: driver.Read, Parameters: []string{"k"},
		Steps: []driver.Step{command("GET", "user:{k}")}})
	for i := range 1000 {
		query(b, s, "SET", fmt.Sprintf("user:%d", i), strings.Repeat("x", 100))
	}
	requests := make([]driver.Request, depth)
	for i := range requests {
		requests[i].Parameters = make([]driver.Value, 1)
	}
	var done []driver.Completion
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += depth {
		for i := range requests {
			requests[i].Parameters[0].SetInt(int64(n+i) % 1000)
			if err := s.Submit(ctx, &requests[i]); err != nil {
				b.Fatal(err)
			}
		}
		for left := depth; left > 0; left -= len(done) {
			if done = s.Deliver(ctx, done[:0]); done[0].Err != nil || done[0].RowsRead != 1 {
				b.Fatalf("%+v", done[0])
			}
		}
	}
}

func TestTheClockOfAServerOnThisMachineIsThisMachines(t *testing.T) {
	asked := 0
	opened, err := New().Open(driver.Config{URL: "redis://" + redistest.Start(t).Address})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	err = opened.(driver.Clock).ReadClock(context.Background(), 3, func(before, told, after time.Time) {
		asked++
		// It counts microseconds.
		if told.Before(before.Add(-time.Millisecond)) || told.After(after.Add(time.Millisecond)) {
			t.Errorf("asked at %v and answered at %v, it told %v", before, after, told)
		}
	})
	if err != nil || asked != 3 {
		t.Errorf("%d answers: %v", asked, err)
	}
}
