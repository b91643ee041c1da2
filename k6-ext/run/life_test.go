package run

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/noop"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// closed is a profile of a closed loop with a measured phase alone.
func closed(workers, seconds float64) map[string]any {
	return map[string]any{"name": "closed", "description": "", "loop": "closed", "segments": []any{
		map[string]any{"phase": "measure", "seconds": seconds, "workers": map[string]any{"from": workers, "to": workers}},
	}}
}

// open is a profile of an open loop with a measured phase alone.
func open(workers, rate, seconds float64) map[string]any {
	return map[string]any{"name": "open", "description": "", "loop": "open", "segments": []any{
		map[string]any{"phase": "measure", "seconds": seconds, "rate": map[string]any{"from": rate, "to": rate},
			"workers": map[string]any{"from": workers, "to": workers}},
	}}
}

// text is a declaration as JSON, with changes; a change to nil leaves the field out.
func text(t *testing.T, changes map[string]any) []byte {
	t.Helper()
	declared := map[string]any{
		"suite": "test", "target": "noop://local", "profile": closed(2, 0.2), "seed": 1, "connections": "per-worker", "depth": 1,
		"timeoutMilliseconds": 1000, "connectTimeoutMilliseconds": 0, "gracefulStopSeconds": 1, "metrics": "windows",
		"resultsDirectory": t.TempDir(), "allowWrites": false, "reload": false, "loadConnections": 1,
		"variables": map[string]string{"SEED": "1"}, "version": "1", "gitRevision": "abc",
	}
	maps.Copy(declared, changes)
	maps.DeleteFunc(declared, func(_ string, value any) bool { return value == nil })
	encoded, err := json.Marshal(declared)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func newRun(t *testing.T, changes map[string]any) *Run {
	t.Helper()
	declaration, err := DecodeDeclaration(text(t, changes))
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(declaration, driver.NewRegistry(noop.New()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func environment() Environment {
	return Environment{Events: NewEvents(nil), Log: func(string, ...any) {}, Stripe: pacing.WholeStripe()}
}

const work = `{"name": "test", "system": "noop", "description": "", "operations": [
	{"name": "find", "kind": "read", "weight": 3, "parameters": [{"name": "key", "generator": {"type": "uniform", "minimum": 1, "maximum": 1000000}}],
	 "steps": [{"statement": "find", "parameters": ["key"]}]},
	{"name": "change", "kind": "write", "weight": 1, "parameters": [{"name": "text", "generator": {"type": "text", "length": 20}}],
	 "steps": [{"statement": "change", "parameters": ["text"]}]}
]}`

// started opens, loads and starts a run.
func started(t *testing.T, workload string, changes map[string]any) *Run {
	t.Helper()
	r := newRun(t, changes)
	ctx := context.Background()
	if _, err := r.Open(ctx, environment()); err != nil {
		t.Fatal(err)
	}
	if err := r.Load(ctx, []byte(workload)); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	return r
}

// iterate lets every worker run until the run is over.
func iterate(t *testing.T, ctx context.Context, r *Run) {
	t.Helper()
	var group sync.WaitGroup
	for number := range r.config.Workers {
		worker, err := r.Worker(number, nil)
		if err != nil {
			t.Fatal(err)
		}
		group.Add(1)
		go func() {
			defer group.Done()
			for first := true; first || !r.Finished() && ctx.Err() == nil; first = false {
				r.Iterate(ctx, worker, number)
			}
		}()
	}
	group.Wait()
}

// complete runs a workload to its end, and gives its file as it is on disk.
func complete(t *testing.T, workload string, changes map[string]any) *record.RunFile {
	t.Helper()
	r := started(t, workload, changes)
	iterate(t, context.Background(), r)
	return finish(t, r)
}

func finish(t *testing.T, r *Run) *record.RunFile {
	t.Helper()
	if _, err := r.Finish(context.Background()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(r.folder.RunPath())
	if err != nil {
		t.Fatal(err)
	}
	var file record.RunFile
	if err := json.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	return &file
}

// refused checks that an error is a mistake of the user's that says what is wanted.
func refused(t *testing.T, what string, err error, wanted string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), wanted) || driver.KindOf(err) != driver.KindUsage {
		t.Errorf("%s gave %v, want a usage error with %q", what, err, wanted)
	}
}

func TestStepsOutOfTurnAreRefused(t *testing.T) {
	ctx := context.Background()
	r := newRun(t, nil)
	refused(t, "load before open", r.Load(ctx, []byte(work)), "load() was called before open()")
	refused(t, "start before open", r.Start(ctx), "start() was called before load()")
	if _, err := r.Open(ctx, environment()); err != nil {
		t.Fatal(err)
	}
	_, err := r.Open(ctx, environment())
	refused(t, "a second open", err, "open() was called twice")
	refused(t, "a broken workload", r.Load(ctx, []byte(`{"name": "x"}`)), "has no operations")
	refused(t, "start after a load that failed", r.Start(ctx), "start() was called before load(), or after it failed")
	_, err = r.Worker(0, nil)
	refused(t, "iterate before start", err, "iterate() was called before start()")
	if _, err := r.Finish(ctx); err == nil {
		t.Error("a run that never started was finished")
	}
	r = started(t, work, nil)
	refused(t, "a second start", r.Start(ctx), "start() was called twice")
	refused(t, "load after start", r.Load(ctx, []byte(work)), "load() was called after start()")
	_, err = r.Worker(2, nil)
	refused(t, "a third VU for two workers", err, "more VUs than the profile has workers (2)")
	iterate(t, ctx, r)
	finish(t, r)
	if _, err := r.Finish(ctx); err == nil {
		t.Error("a run was finished twice")
	}
	_, err = r.Worker(0, nil)
	refused(t, "iterate after finish", err, "iterate() was called after finish()")
}

func TestARunWithoutAnOperationLeavesNoResult(t *testing.T) {
	results := t.TempDir()
	r := started(t, work, map[string]any{"resultsDirectory": results})
	if _, err := r.Finish(context.Background()); driver.KindOf(err) != driver.KindCanceled {
		t.Errorf("a run that ended before its first operation gave %v", err)
	}
	left, _ := os.ReadDir(results)
	if len(left) != 0 || r.Result() != nil {
		t.Errorf("it left %v and the result %s", left, r.Result())
	}
}

// crowded is a target with few connections.
type crowded struct {
	driver.Target
	most, used int
}

func (c *crowded) Describe(context.Context) (driver.Server, error) {
	return driver.Server{Product: "crowded", MaximumConnections: c.most, UsedConnections: c.used}, nil
}

func TestTooFewConnectionsAreRefusedWithBothNumbers(t *testing.T) {
	for _, c := range []struct {
		workers     float64
		connections any
		own         int // what the workers need
		most, used  int
		suggested   int // 0: the run is let through
	}{
		{8, "per-worker", 8, 9 + connectionsBesides, 1, 0},
		{8, "per-worker", 8, 8 + connectionsBesides, 1, 7},
		{8, "per-worker", 8, 3, 3, 1},
		{500, "per-worker", 500, 100, 0, 20},
		{500, 20, 20, 100, 0, 0},
		{500, 100, 100, 100, 0, 20},
		{500, "per-worker", 500, 0, 0, 0},
	} {
		r := newRun(t, map[string]any{"profile": closed(c.workers, 1), "connections": c.connections})
		r.target = &crowded{r.target, c.most, c.used}
		_, err := r.Open(context.Background(), environment())
		if c.suggested == 0 {
			if err != nil {
				t.Errorf("%v workers, %v: %v", c.workers, c.connections, err)
			}
			continue
		}
		refused(t, "too few connections", err, fmt.Sprintf("the run needs %d connections, but the server has only %d free (it allows %d, and %d are in use)",
			c.own+connectionsBesides, c.most-c.used, c.most, c.used))
		refused(t, "too few connections", err, fmt.Sprintf("CONNECTIONS=%d,", c.suggested))
		refused(t, "load after that", r.Load(context.Background(), []byte(work)), "before open(), or after it failed")
	}
}

func TestOperationCountIsExact(t *testing.T) {
	digests := map[string]bool{}
	for _, changes := range []map[string]any{
		{"profile": closed(1, 0.1)},
		{"profile": closed(8, 0.1)},
		{"profile": closed(8, 0.1), "depth": 16},
		{"profile": closed(3, 0.1), "connections": 2},
		{"profile": closed(3, 0.1), "operationsPerIteration": 7},
		{"profile": open(4, 10_000, 60)},
	} {
		changes["operationCount"] = 5003
		file := complete(t, work, changes)
		if file.Totals.Measure.All.Operations != 5003 || file.Digest.Operations != 5003 || !file.Digest.Comparable {
			t.Errorf("%v: %d operations, digest %+v", changes, file.Totals.Measure.All.Operations, *file.Digest)
		}
		if file.Status != record.Complete {
			t.Errorf("%v: status %s", changes, file.Status)
		}
		digests[file.Digest.Value] = true
	}
	if len(digests) != 1 {
		t.Errorf("the same operations have the digests %v", digests)
	}
	if other := complete(t, work, map[string]any{"operationCount": 5003, "seed": 2}); digests[other.Digest.Value] {
		t.Error("another seed has the same digest")
	}
}

func TestDigestSaysWhetherItCanBeCompared(t *testing.T) {
	latest := strings.Replace(work, `"type": "uniform"`, `"type": "latest"`, 1)
	for _, c := range []struct {
		name, work string
		changes    map[string]any
		comparable bool
		reason     string
	}{
		{"an open loop with nothing undone", work, map[string]any{"profile": open(2, 500, 0.2)}, true, ""},
		{"a count", work, map[string]any{"operationCount": 100}, true, ""},
		{"a closed loop of seconds", work, nil, false, "a closed loop without OPERATION_COUNT runs as many operations as it can"},
		{"work undone", work, map[string]any{"profile": open(1, 500, 0.2), "target": "noop://local?latency=50ms", "gracefulStopSeconds": 0}, false,
			"not every operation of the schedule ran"},
		{"the run's own past", latest, map[string]any{"operationCount": 100}, false, "the parameters of find depend on the run's own past"},
	} {
		file := complete(t, c.work, c.changes)
		if file.Digest.Comparable != c.comparable || file.Digest.Reason != c.reason {
			t.Errorf("%s: %+v", c.name, *file.Digest)
		}
	}
}

// codes of what speaks against a run.
func codes(file *record.RunFile) map[string]bool {
	found := map[string]bool{}
	for _, reason := range file.Validity.Reasons {
		found[reason.Code] = true
	}
	return found
}

func TestRunsThatCannotBeTrustedSayWhy(t *testing.T) {
	file := complete(t, work, map[string]any{"target": "noop://local?latency=1ms"})
	if !file.Validity.Valid {
		t.Errorf("a good run is not valid: %v", file.Validity.Reasons)
	}
	file = complete(t, work, map[string]any{"target": "noop://local?latency=1ms&errors=0.1"})
	if file.Validity.Valid || !codes(file)[record.CodeErrors] {
		t.Errorf("a tenth of the operations failed, and the reasons are %v", file.Validity.Reasons)
	}
	file = complete(t, work, map[string]any{"profile": open(1, 500, 0.2), "target": "noop://local?latency=50ms", "gracefulStopSeconds": 0})
	undone := file.Totals.Measure.All
	if !codes(file)[record.CodeUndone] || undone.Undone == 0 || undone.Operations+undone.Undone != 100 {
		t.Errorf("%d of 100 ran, %d are undone, and the reasons are %v", undone.Operations, undone.Undone, file.Validity.Reasons)
	}
}

func TestAnInterruptedRunKeepsWhatItMeasured(t *testing.T) {
	r := started(t, work, map[string]any{"profile": closed(2, 3600), "target": "noop://local?latency=1ms"})
	ctx, interrupt := context.WithCancel(context.Background())
	r.environment.Listener = func(*record.Rolled, record.HarnessLine, time.Time) { interrupt() }
	iterate(t, ctx, r)
	file := finish(t, r)
	if file.Status != record.Interrupted || file.Validity.Valid || !codes(file)[record.CodeInterrupted] {
		t.Errorf("status %s, reasons %v", file.Status, file.Validity.Reasons)
	}
	all := file.Totals.Measure.All
	if all.Operations == 0 || all.Failed != 0 {
		t.Errorf("%d operations, %d failed", all.Operations, all.Failed)
	}
	if length := *file.Phases[0].Seconds; length < 0.5 || length > 5 {
		t.Errorf("the measured phase that was cut lasts %v s in the file", length)
	}
}

func TestTheFileHoldsWhatRan(t *testing.T) {
	file := complete(t, work, map[string]any{"target": "noop://user:secret@local?latency=1ms", "profile": closed(3, 0.2), "connections": 2})
	if file.Software.GitRevision != "abc" || file.Variables["SEED"] != "1" || file.Suite.Name != "test" || file.Target.System != "noop" {
		t.Errorf("%+v", file.Setup)
	}
	if strings.Contains(file.Target.URL, "secret") {
		t.Errorf("the target is written as %s", file.Target.URL)
	}
	if file.Topology.Workers != 3 || file.Topology.Connections != "pool" || file.Topology.ConnectionCount != 2 {
		t.Errorf("topology %+v", file.Topology)
	}
}

func TestAPlaceForResultsThatIsAFileIsRefusedAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := newRun(t, map[string]any{"resultsDirectory": filepath.Join(file, "results")})
	_, err := r.Open(context.Background(), environment())
	refused(t, "a file as the folder for results", err, "name another one with --out or DBMARK_RESULTS")
}
