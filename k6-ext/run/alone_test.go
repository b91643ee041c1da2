package run

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/noop"
)

func TestARunWhoseLoadFailsLetsOthersUseTheData(t *testing.T) {
	registry := driver.NewRegistry(noop.New())
	declaration, err := DecodeDeclaration(text(t, map[string]any{"target": "noop://shared"}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	workload := strings.Replace(work, `"operations"`, `"dataSet": {"name": "people", "tables": [{"name": "people", "rows": 1, "columns":
		[{"name": "id", "generator": {"type": "sequence", "start": 1}}]}], "create": ["CREATE TABLE people (id bigint)"], "drop": [], "finish": [],
		"truncate": []}, "operations"`, 1)
	for number := range 2 {
		r, err := New(declaration, registry)
		if err != nil {
			t.Fatal(err)
		}
		if number == 0 { // somebody else's table
			if err := r.target.(driver.Store).Execute(ctx, []string{"CREATE TABLE people (id text)"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Open(ctx, environment()); err != nil {
			t.Fatal(err)
		}
		if err := r.Load(ctx, []byte(workload)); err == nil || !strings.Contains(err.Error(), "is there already") {
			t.Fatalf("run %d, with the first one not closed: %v", number+1, err)
		}
	}
}
