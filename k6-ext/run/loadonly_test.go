package run

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/noop"
)

// changing is a workload that writes to a data set of its own.
var changing = strings.Replace(work, `"operations"`, `"dataSet": {"name": "people", "tables": [{"name": "people", "rows": 3, "check": "rows people",
	"columns": [{"name": "id", "generator": {"type": "sequence", "start": 1}}]}], "create": ["CREATE TABLE people (id bigint)"], "drop": ["DROP TABLE IF EXISTS people"],
	"finish": [], "truncate": ["TRUNCATE people"]}, "operations"`, 1)

func TestLoadOnlyLeavesTheDataSetInItsFirstState(t *testing.T) {
	ctx := context.Background()
	target := "noop://load-only"
	registry := driver.NewRegistry(noop.New())
	results := t.TempDir()
	loads := func(changes map[string]any) *Run {
		changes["target"], changes["resultsDirectory"] = target, results
		declaration, err := DecodeDeclaration(text(t, changes))
		if err != nil {
			t.Fatal(err)
		}
		r, err := New(declaration, registry)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
		if _, err := r.Open(ctx, environment()); err != nil {
			t.Fatal(err)
		}
		if err := r.Load(ctx, []byte(changing)); err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := loads(map[string]any{"loadOnly": true})
	if first.loaded == nil || first.loaded.Reused || first.loaded.Rows != 3 {
		t.Fatalf("it loaded %+v", first.loaded)
	}
	if err := first.Start(ctx); err == nil || !strings.Contains(err.Error(), "loadOnly") {
		t.Errorf("start() after it gave %v", err)
	}
	// Others are not kept away, and find the data as if no run had been there, though this workload writes.
	second := loads(map[string]any{})
	if !second.loaded.Reused {
		t.Errorf("a run after it loaded again: %s", second.loaded.Reason)
	}
	second.Close()
	// That run has said that it changes the data: to load only is to bring it back.
	third := loads(map[string]any{"loadOnly": true})
	if third.loaded.Reused || !strings.Contains(third.loaded.Reason, "had changed it") {
		t.Errorf("after a run that writes: %+v", third.loaded)
	}
	if left, err := os.ReadDir(results); err != nil || len(left) > 0 {
		t.Errorf("the folder for results has %v, %v", left, err)
	}
}
