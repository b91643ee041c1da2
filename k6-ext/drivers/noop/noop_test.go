package noop

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/drivertest"
)

func operation(name string, kind driver.Kind, steps ...driver.Step) driver.Operation {
	return driver.Operation{Name: name, Kind: kind, Parameters: []string{"k"}, Steps: steps}
}

func fill(n int64, parameters []driver.Value) { parameters[0].SetInt(n) }

func TestConformance(t *testing.T) {
	drivertest.Run(t, drivertest.Suite{
		Driver: New(),
		Local:  true,
		URL:    func(string) string { return "noop://local?rows=1" },
		BadURLs: map[string]string{
			"an unknown option":      "noop://local?speed=9",
			"a latency without unit": "noop://local?latency=5",
			"a share above one":      "noop://local?errors=1.5",
			"a negative capacity":    "noop://local?capacity=-5",
			"a share that is none":   "noop://local?errors=NaN",
			"half of a stall":        "noop://local?stall_at=5s",
			"negative rows":          "noop://local?rows=-1",
			"no host":                "noop://",
		},
		Refused: map[string]driver.Operation{
			"no steps":                operation("empty", driver.Read),
			"an undeclared parameter": operation("o", driver.Read, driver.Step{Parameters: []string{"missing"}}),
			"an undeclared capture":   operation("o", driver.Read, driver.Step{Capture: []driver.Capture{{Parameter: "missing"}}}),
		},
		Read:    drivertest.Case{Operation: operation("read", driver.Read, driver.Step{Statement: "r"}), Fill: fill},
		Write:   drivertest.Case{Operation: operation("write", driver.Write, driver.Step{Statement: "w"}), Fill: fill},
		Slow:    &drivertest.Case{Operation: operation("slow", driver.Read, driver.Step{Think: 600 * time.Millisecond}), Fill: fill},
		SlowFor: 600 * time.Millisecond,
		Unexpected: &drivertest.Case{Operation: operation("unexpected", driver.Read,
			driver.Step{Expect: &driver.RowRange{Minimum: 2, Maximum: 3}}), Fill: fill},
	})
}

// open opens a session on a target of a driver of its own.
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

func submit(t testing.TB, s driver.Session, operation, n int) {
	t.Helper()
	for i := range n {
		r := &driver.Request{Operation: operation, Tag: uint64(i), Parameters: make([]driver.Value, 1)}
		if err := s.Submit(context.Background(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func deliver(s driver.Session, n int) (all []driver.Completion) {
	for len(all) < n {
		all = s.Deliver(context.Background(), all)
	}
	return all
}

func TestTheLatencyIsPreciseAndParallel(t *testing.T) {
	const latency, repetitions, depth, attempts = 5 * time.Millisecond, 40, 32, 10
	_, s := open(t, "noop://local?latency=5ms", operation("read", driver.Read, driver.Step{}))
	var times []time.Duration
	// A busy machine delays some, so a good quarter has to be in time; a very busy one is asked again.
	for range attempts {
		times = times[:0]
		for range repetitions {
			start := time.Now()
			submit(t, s, 0, depth)
			deliver(s, depth)
			times = append(times, time.Since(start))
		}
		slices.Sort(times)
		if times[0] < latency {
			t.Fatalf("the fastest took %v, less than %v", times[0], latency)
		}
		if times[repetitions/4] <= latency+500*time.Microsecond {
			break
		}
	}
	if quarter := times[repetitions/4]; quarter > latency+500*time.Microsecond {
		t.Fatalf("in %d attempts, a quarter took up to %v, expected %v and at most 0.5 ms more", attempts, quarter, latency)
	}
	t.Logf("median %v, slowest %v", times[repetitions/2], times[repetitions-1])
}

func TestNothingIsServedDuringTheStall(t *testing.T) {
	const stallAt, stallFor = 50 * time.Millisecond, 200 * time.Millisecond
	earliest := time.Now()
	_, s := open(t, "noop://local?stall_at=50ms&stall_for=200ms&latency=1ms", operation("read", driver.Read, driver.Step{}))
	latest := time.Now() // the stall is counted from an instant between the two
	served, longest := 0, time.Duration(0)
	for time.Since(latest) < stallAt+stallFor+50*time.Millisecond {
		sent := time.Now()
		submit(t, s, 0, 1)
		deliver(s, 1)
		if at := time.Since(earliest); sent.Sub(latest) > stallAt && at < stallAt+stallFor {
			t.Fatalf("a reply came %v after the start, in the middle of the stall", at)
		}
		served++
		longest = max(longest, time.Since(sent))
	}
	// A busy machine may send the one that waits after the stall began.
	if longest < stallFor/4 || served < 3 {
		t.Fatalf("%d served, the slowest in %v", served, longest)
	}
}

func TestRequestsBeyondTheCapacityWaitForTheirTurn(t *testing.T) {
	target, one := open(t, "noop://local?capacity=1000", operation("read", driver.Read, driver.Step{}))
	program, _ := target.Compile([]driver.Operation{operation("read", driver.Read, driver.Step{})})
	other, err := target.OpenSession(context.Background(), program)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close(context.Background()) }()
	start := time.Now()
	submit(t, one, 0, 100)
	submit(t, other, 0, 100)
	deliver(one, 100)
	half := time.Since(start)
	deliver(other, 100)
	if all := time.Since(start); half < 100*time.Millisecond || all < 200*time.Millisecond {
		t.Fatalf("200 requests were served in %v, the first 100 in %v; expected a millisecond for each, at least", all, half)
	}
	if settings := serverOf(t, target).Settings["capacity"]; settings != "1000" {
		t.Fatalf("the settings say %q", settings)
	}
}

func serverOf(t *testing.T, target driver.Target) driver.Server {
	t.Helper()
	server, err := target.Describe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func TestExactlyTheShareOfRequestsFails(t *testing.T) {
	_, s := open(t, "noop://local?errors=0.013", operation("read", driver.Read, driver.Step{}))
	submit(t, s, 0, 10_000)
	failed := 0
	for _, c := range deliver(s, 10_000) {
		if c.Err != nil {
			failed++
		}
	}
	if failed != 130 {
		t.Fatalf("%d of 10,000 requests failed, expected 130", failed)
	}
}

func TestWithoutRowsAStepGivesWhatItExpects(t *testing.T) {
	_, s := open(t, "noop://local", operation("range", driver.Read, driver.Step{Expect: &driver.RowRange{Minimum: 100, Maximum: 100}}))
	submit(t, s, 0, 1)
	if c := deliver(s, 1)[0]; c.Err != nil || c.RowsRead != 100 || c.BytesRead != 10_000 {
		t.Fatalf("%+v", c)
	}
}

func TestWritesAreCountedAcrossSessions(t *testing.T) {
	insert := operation("insert", driver.Write, driver.Step{})
	target, first := open(t, "noop://local", insert, operation("update", driver.Write, driver.Step{}))
	submit(t, first, 0, 3)
	submit(t, first, 1, 2)
	deliver(first, 5)
	_ = first.Close(context.Background())
	program, _ := target.Compile([]driver.Operation{insert})
	second, err := target.OpenSession(context.Background(), program)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close(context.Background())
	submit(t, second, 0, 4)
	deliver(second, 4)
	for text, expected := range map[string]int64{"writes": 9, "writes insert": 7, "writes update": 2, "writes other": 0} {
		rows, err := second.Query(context.Background(), driver.Statement{Text: text})
		if err != nil || rows.Rows[0][0] != expected {
			t.Errorf("%q: %v %v, expected %d", text, rows, err, expected)
		}
	}
}

func TestTheStoreHoldsWhatWasLoaded(t *testing.T) {
	ctx := context.Background()
	d := New()
	target, err := d.Open(driver.Config{URL: "noop://local"})
	if err != nil {
		t.Fatal(err)
	}
	store := target.(driver.Store)
	load := func(rows int, commit bool) {
		t.Helper()
		b, err := store.OpenBulk(ctx, `"dbmark"."my rows"`, []string{"a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		for range rows {
			if err := b.Write(ctx, make([]driver.Value, 2)); err != nil {
				t.Fatal(err)
			}
		}
		if commit {
			if n, err := b.Commit(ctx); err != nil || n != int64(rows) {
				t.Fatalf("%d rows, %v", n, err)
			}
		}
		b.Abort()
	}
	expect := func(rows int64) {
		t.Helper()
		other, _ := d.Open(driver.Config{URL: "noop://local"})
		s, _ := other.OpenSession(ctx, nil)
		defer s.Close(ctx)
		result, err := s.Query(ctx, driver.Statement{Text: `rows "dbmark"."my rows"`})
		if err != nil || result.Rows[0][0] != rows {
			t.Fatalf("%v %v, expected %d rows", result, err, rows)
		}
	}
	if _, err := store.OpenBulk(ctx, `"dbmark"."my rows"`, nil); driver.KindOf(err) != driver.KindNotFound {
		t.Fatalf("loading a missing table: %v", err)
	}
	if err := store.Execute(ctx, []string{`CREATE SCHEMA x`, `create table "dbmark"."my rows" (a int, b text)`}); err != nil {
		t.Fatal(err)
	}
	load(10, true)
	load(5, false)
	expect(10)
	if err := store.Execute(ctx, []string{`TRUNCATE "dbmark"."my rows"`, `ANALYZE`}); err != nil {
		t.Fatal(err)
	}
	expect(0)
	if err := store.Execute(ctx, []string{`drop table if exists "dbmark"."my rows"`, `drop table if exists nothing`}); err != nil {
		t.Fatal(err)
	}
	if exists, _ := store.TableExists(ctx, `"dbmark"."my rows"`); exists {
		t.Fatal("a dropped table exists")
	}
}

func TestManifestsAreKeptAndLocksExclude(t *testing.T) {
	ctx := context.Background()
	target, _ := New().Open(driver.Config{URL: "noop://local"})
	store := target.(driver.Store)
	if m, err := store.Manifest(ctx, "oltp"); m != nil || err != nil {
		t.Fatalf("%v %v before any was saved", m, err)
	}
	saved := &driver.Manifest{Name: "oltp", Rows: map[string]int64{"a": 1}, State: driver.Ready}
	if err := store.SaveManifest(ctx, saved); err != nil {
		t.Fatal(err)
	}
	saved.Rows["a"] = 2
	if m, _ := store.Manifest(ctx, "oltp"); m == nil || m.Rows["a"] != 1 || m.State != driver.Ready {
		t.Fatalf("%+v", m)
	}
	unlock, err := store.Lock(ctx, "oltp")
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := store.Lock(short, "oltp"); driver.KindOf(err) != driver.KindTimeout {
		t.Fatalf("a second lock: %v", err)
	}
	unlock()
	unlock()
	if unlock, err = store.Lock(ctx, "oltp"); err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestAnUnknownOptionNamesTheKnownOnes(t *testing.T) {
	_, err := New().Open(driver.Config{URL: "noop://local?speed=9"})
	var e *driver.Error
	if !errors.As(err, &e) || !strings.Contains(e.Message, "speed") || !strings.Contains(e.Message, "latency") {
		t.Fatal(err)
	}
}

func BenchmarkDepth1(b *testing.B)  { benchmark(b, "noop://local", 1) }
func BenchmarkDepth16(b *testing.B) { benchmark(b, "noop://local", 16) }
func BenchmarkDepth16WithLatency(b *testing.B) {
	benchmark(b, "noop://local?latency=100us&errors=0.1", 16)
}

func benchmark(b *testing.B, url string, depth int) {
	_, s := open(b, url, operation("read", driver.Read, driver.Step{}))
	requests := make([]driver.Request, depth)
	for i := range requests {
		requests[i].Parameters = make([]driver.Value, 1)
	}
	var done []driver.Completion
	ctx := context.Background()
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += depth {
		for i := range requests {
			if err := s.Submit(ctx, &requests[i]); err != nil {
				b.Fatal(err)
			}
		}
		for left := depth; left > 0; left -= len(done) {
			done = s.Deliver(ctx, done[:0])
		}
	}
}
