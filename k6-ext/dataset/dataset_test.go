package dataset

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/noop"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

func openStore(t *testing.T) driver.Store {
	t.Helper()
	target, err := noop.New().Open(driver.Config{URL: "noop://" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-"))})
	if err != nil {
		t.Fatal(err)
	}
	return target.(driver.Store)
}

// people is a data set of one table.
func people(rows int64) *workload.DataSet {
	return &workload.DataSet{
		Name: "people",
		Tables: []workload.Table{{Name: "people", Rows: rows, Check: "rows people", Columns: []workload.Parameter{
			{Name: "id", Generator: generator.Spec(`{"type":"sequence","start":1}`)},
			{Name: "name", Generator: generator.Spec(`{"type":"text","length":10}`)},
		}}},
		Create:   []string{"CREATE TABLE people (id bigint, name text)"},
		Drop:     []string{"DROP TABLE IF EXISTS people"},
		Truncate: []string{"TRUNCATE people"},
	}
}

func rowsOf(t *testing.T, store driver.Store) int64 {
	t.Helper()
	rows, err := Count(context.Background(), store, driver.Statement{Text: "rows people"})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestADataSetIsLoadedOnceAndThenReused(t *testing.T) {
	store := openStore(t)
	var states []State
	options := Options{Seed: 1, Connections: 4, Report: func(p Progress) {
		if len(states) == 0 || states[len(states)-1] != p.State {
			states = append(states, p.State)
		}
	}}
	first, err := Prepare(context.Background(), store, people(30_001), options)
	if err != nil {
		t.Fatal(err)
	}
	if first.Reused || first.Rows != 30_001 || rowsOf(t, store) != 30_001 || first.Connections != 4 {
		t.Errorf("first: %+v, the table holds %d", first, rowsOf(t, store))
	}
	if states[0] != Started || states[len(states)-1] != Finished {
		t.Errorf("reported %v", states)
	}
	second, err := Prepare(context.Background(), store, people(30_001), options)
	if err != nil || !second.Reused || second.Rows != 30_001 {
		t.Errorf("second: %+v, %v", second, err)
	}
}

func TestWhatIsNoLongerTheDataSetIsLoadedAgain(t *testing.T) {
	options := Options{Seed: 1, Connections: 2}
	cases := map[string]struct {
		spoil  func(t *testing.T, store driver.Store) (*workload.DataSet, Options)
		reason string
	}{
		"another size": {func(*testing.T, driver.Store) (*workload.DataSet, Options) {
			return people(200), options
		}, "another size"},
		"another seed": {func(*testing.T, driver.Store) (*workload.DataSet, Options) {
			return people(100), Options{Seed: 2, Connections: 2}
		}, "another size, seed"},
		"reload": {func(*testing.T, driver.Store) (*workload.DataSet, Options) {
			return people(100), Options{Seed: 1, Connections: 2, Reload: true}
		}, "reload was asked for"},
		"changed by a run": {func(t *testing.T, store driver.Store) (*workload.DataSet, Options) {
			if err := MarkChanged(context.Background(), store, "people"); err != nil {
				t.Fatal(err)
			}
			return people(100), options
		}, "had changed it"},
		"changed by somebody": {func(t *testing.T, store driver.Store) (*workload.DataSet, Options) {
			if err := store.Execute(context.Background(), []string{"TRUNCATE people"}); err != nil {
				t.Fatal(err)
			}
			return people(100), options
		}, "added or removed rows"},
		"dropped by somebody": {func(t *testing.T, store driver.Store) (*workload.DataSet, Options) {
			if err := store.Execute(context.Background(), []string{"DROP TABLE people"}); err != nil {
				t.Fatal(err)
			}
			return people(100), options
		}, "were gone"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			store := openStore(t)
			if _, err := Prepare(context.Background(), store, people(100), options); err != nil {
				t.Fatal(err)
			}
			declared, changed := test.spoil(t, store)
			result, err := Prepare(context.Background(), store, declared, changed)
			if err != nil {
				t.Fatal(err)
			}
			if result.Reused || !strings.Contains(result.Reason, test.reason) {
				t.Errorf("%+v; expected a load because of %q", result, test.reason)
			}
			if rowsOf(t, store) != declared.Tables[0].Rows {
				t.Errorf("the table holds %d rows", rowsOf(t, store))
			}
			again, err := Prepare(context.Background(), store, declared, Options{Seed: changed.Seed, Connections: 2})
			if err != nil || !again.Reused {
				t.Errorf("afterwards: %+v, %v", again, err)
			}
		})
	}
}

func TestAnInterruptedLoadStartsOver(t *testing.T) {
	store := openStore(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Prepare(ctx, store, people(1_000_000_000), Options{Seed: 1, Connections: 2, Report: func(p Progress) {
		if p.State == Running && p.Rows > 0 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) && driver.KindOf(err) != driver.KindCanceled {
		t.Fatalf("an interrupted load ended with %v", err)
	}
	manifest, err := store.Manifest(context.Background(), "people")
	if err != nil || manifest == nil || manifest.State != driver.Loading {
		t.Fatalf("the manifest is %+v, %v; it must say that the load did not finish", manifest, err)
	}
	result, err := Prepare(context.Background(), store, people(1000), Options{Seed: 1, Connections: 2})
	if err != nil || result.Reused || rowsOf(t, store) != 1000 || !strings.Contains(result.Reason, "interrupted") {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestATableThatDbmarkDidNotMakeIsNeverTouched(t *testing.T) {
	store := openStore(t)
	if err := store.Execute(context.Background(), []string{"CREATE TABLE people (id bigint)"}); err != nil {
		t.Fatal(err)
	}
	for _, reload := range []bool{false, true} {
		_, err := Prepare(context.Background(), store, people(10), Options{Seed: 1, Reload: reload})
		if driver.KindOf(err) != driver.KindUsage || !strings.Contains(err.Error(), "people") {
			t.Errorf("reload %v: got %v", reload, err)
		}
	}
}

func TestOnlyOneLoadsAtATime(t *testing.T) {
	store := openStore(t)
	results := make(chan Result, 4)
	for range 4 {
		go func() {
			result, err := Prepare(context.Background(), store, people(50_000), Options{Seed: 1, Connections: 2})
			if err != nil {
				t.Error(err)
			}
			results <- result
		}()
	}
	loaded := 0
	for range 4 {
		if result := <-results; !result.Reused {
			loaded++
		}
	}
	if loaded != 1 || rowsOf(t, store) != 50_000 {
		t.Errorf("%d of four loaded it, and it has %d rows", loaded, rowsOf(t, store))
	}
}
