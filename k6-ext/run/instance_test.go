package run

import (
	"context"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/noop"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// instance is one of n equal instances.
func instance(number, of int) Environment {
	e := environment()
	e.Stripe = pacing.Stripe{Period: int64(of), Offsets: []int64{int64(number - 1)}}
	e.ScaleWorkers = func(whole int) int { return (whole + of - number) / of }
	e.Part = &record.Instance{Segment: strconv.Itoa(number), Sequence: "of " + strconv.Itoa(of), Number: number, Of: of}
	return e
}

// counted runs one of two instances, whose rows one statement counts, to its end.
func counted(t *testing.T, registry *driver.Registry, number int, changes map[string]any) *record.RunFile {
	t.Helper()
	changes["testId"], changes["operationCount"], changes["profile"] = "a run", 1000, closed(2, 1)
	declaration, err := DecodeDeclaration(text(t, changes))
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(declaration, registry)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := r.Open(ctx, instance(number, 2)); err != nil {
		t.Fatal(err)
	}
	inserting := strings.Replace(work, `"steps": [{"statement": "change"`, `"inserts": {"count": "writes change"}, "steps": [{"statement": "change"`, 1)
	if err := r.Load(ctx, []byte(inserting)); err != nil {
		t.Fatal(err)
	}
	// As where all are counted before the first one starts.
	for statement := range r.heldBefore {
		r.heldBefore[statement] = 0
	}
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	iterate(t, ctx, r)
	file, err := r.Finish(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestInstancesWhoseRowsCannotBeToldApartSayThatTheyHoldAll(t *testing.T) {
	registry := driver.NewRegistry(noop.New())
	results := t.TempDir()
	first := counted(t, registry, 1, map[string]any{"resultsDirectory": results})
	second := counted(t, registry, 2, map[string]any{"resultsDirectory": results})
	acknowledged := uint64(0)
	for _, file := range []*record.RunFile{first, second} {
		book := file.Books[0]
		acknowledged += book.Acknowledged
		if !book.AllInstances || !book.Balanced {
			t.Errorf("the book of one instance is %+v", book)
		}
		if slices.ContainsFunc(file.Validity.Reasons, func(r record.Reason) bool { return r.Code == record.CodeBooks }) {
			t.Errorf("one instance is not valid for the rows of another: %v", file.Validity.Reasons)
		}
	}
	if held := uint64(*second.Books[0].Held); held != acknowledged || held <= second.Books[0].Acknowledged {
		t.Errorf("the last one to end counts %d rows, want those of both, %d", held, acknowledged)
	}
	if first.ID != "a-run-1-of-2" || second.ID != "a-run-2-of-2" || first.TestID != "a run" || second.Instance.Number != 2 {
		t.Errorf("the instances are %q and %q of the run %q", first.ID, second.ID, first.TestID)
	}
}

func TestAnInstanceWhoseOwnRowsAreMissingIsNotBalanced(t *testing.T) {
	book := record.NewBook("insert", 10, 3, 9).OfAllInstances()
	validity := record.Validate(&record.Facts{Status: record.Complete, Books: []record.Book{book}})
	if book.Balanced || !slices.ContainsFunc(validity.Reasons, func(r record.Reason) bool {
		return r.Code == record.CodeBooks && strings.Contains(r.Message, "10 rows were inserted by this instance alone, but the target holds 9")
	}) {
		t.Errorf("%+v %v", book, validity.Reasons)
	}
}

func TestAnInstanceLooksForItsOwnKeysAlone(t *testing.T) {
	seen := map[uint64]int{}
	for number := 1; number <= 3; number++ {
		r := started(t, work, nil)
		r.environment.Stripe = instance(number, 3).Stripe
		for index := range r.indexesOf(1, 1000) {
			seen[index]++
		}
		r.environment.Stripe = pacing.WholeStripe()
		if number > 1 {
			continue
		}
		for index := range r.indexesOf(1, 1000) {
			seen[index] += 10
		}
	}
	for index, times := range seen {
		if times != 11 {
			t.Errorf("index %d: %d (10: one process has it, 1 for each of three instances)", index, times)
		}
	}
}

func TestInstancesThatCouldNotDoTheirPartAreRefused(t *testing.T) {
	ramp := open(4, 100, 1)
	ramp["segments"].([]any)[0].(map[string]any)["workers"] = map[string]any{"from": 1, "to": 4}
	for promise, c := range map[string]struct {
		changes map[string]any
		wanted  string
	}{
		"more instances than workers": {map[string]any{"profile": closed(1, 1)}, "has none of the profile's 1 workers"},
		"than workers at a time":      {map[string]any{"profile": ramp}, "none of the 1 workers that the profile has where it has the fewest"},
		"than iterations for their operations": {map[string]any{"operationCount": 100, "operationsPerIteration": 10, "profile": closed(3, 1)},
			"has 1 of 3 workers, which is less than its part of the 100 operations"},
		"than operations":                      {map[string]any{"operationCount": 1}, "none of the 1 operations"},
		"than connections":                     {map[string]any{"connections": 1}, "none of the 1 connections of the pool"},
		"without a name that all of them know": {map[string]any{"testId": nil}, "set DBMARK_TEST_ID to the same new name"},
	} {
		changes := map[string]any{"testId": "a run"}
		for name, value := range c.changes {
			changes[name] = value
		}
		r := newRun(t, changes)
		if _, err := r.Open(context.Background(), instance(2, 2)); err == nil || !strings.Contains(err.Error(), c.wanted) {
			t.Errorf("%s: %v", promise, err)
		}
	}
}

func TestAPoolIsSharedByTheInstances(t *testing.T) {
	r := newRun(t, map[string]any{"testId": "a run", "connections": 5})
	total := 0
	for number := 1; number <= 2; number++ {
		r.environment = instance(number, 2)
		total += r.poolSize()
	}
	if total != 5 {
		t.Errorf("two instances share 5 connections as %d", total)
	}
}

func TestARunStartsAtTheInstantThatItIsTold(t *testing.T) {
	// Its other end is not closed: the end of whoever listens would interrupt this process.
	here, there := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, there) }()
	r := newRun(t, map[string]any{"startAt": "told"})
	ctx := context.Background()
	e := environment()
	e.Events = NewEvents(here)
	if _, err := r.Open(ctx, e); err != nil {
		t.Fatal(err)
	}
	if err := r.Load(ctx, []byte(work)); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(600 * time.Millisecond).Truncate(time.Millisecond)
	go func() {
		_, _ = io.WriteString(there, "noise\n{\"startAt\":\""+at.UTC().Format(time.RFC3339Nano)+"\"}\n")
	}()
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	iterate(t, ctx, r)
	if began := r.engine.Start(); began.Before(at) {
		t.Errorf("it began %v before the instant", at.Sub(began))
	}
	if file := finish(t, r); !strings.HasPrefix(file.StartedAt, at.UTC().Format("2006-01-02T15:04:05")) && time.Since(at) < time.Second {
		t.Errorf("it started at %s, want %v", file.StartedAt, at)
	}
}

func TestARunThatNobodyCanTellItsStartIsRefused(t *testing.T) {
	r := newRun(t, map[string]any{"startAt": "told"})
	ctx := context.Background()
	if _, err := r.Open(ctx, environment()); err != nil {
		t.Fatal(err)
	}
	if err := r.Load(ctx, []byte(work)); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(ctx); err == nil || !strings.Contains(err.Error(), "nobody is there who could tell") {
		t.Error(err)
	}
	if _, err := DecodeDeclaration(text(t, map[string]any{"startAt": "noon"})); err == nil || !strings.Contains(err.Error(), `DBMARK_START_AT is "noon"`) {
		t.Error(err)
	}
}

func TestAnInstanceThatStartsLateSaysSo(t *testing.T) {
	agreed := time.Now().Add(-3 * time.Second).UTC()
	r := newRun(t, map[string]any{"startAt": agreed.Format(time.RFC3339Nano), "testId": "late"})
	ctx := context.Background()
	e := instance(1, 2)
	var said strings.Builder
	e.Log = func(format string, _ ...any) { said.WriteString(format) }
	if _, err := r.Open(ctx, e); err != nil {
		t.Fatal(err)
	}
	if err := r.Load(ctx, []byte(work)); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	iterate(t, ctx, r)
	file := finish(t, r)
	startedAt, err := time.Parse(time.RFC3339, file.StartedAt)
	if err != nil || startedAt.Sub(agreed) < 2900*time.Millisecond || file.Instance.AgreedStart != instant(agreed) {
		t.Errorf("started at %s, agreed %s (%v)", file.StartedAt, file.Instance.AgreedStart, err)
	}
	if !strings.Contains(said.String(), "starts late") {
		t.Errorf("it said %q", said.String())
	}
}
