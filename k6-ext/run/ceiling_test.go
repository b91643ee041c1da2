package run

import (
	"context"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/dataset"
	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/engine"
)

// readYourWrites inserts, and reads what was inserted last: what a rehearsal left behind would change its parameters.
const readYourWrites = `{"name": "test", "system": "noop", "description": "", "operations": [
	{"name": "insert", "kind": "write", "weight": 1, "parameters": [{"name": "id", "generator": {"type": "sequence", "start": 1000}}],
	 "steps": [{"statement": "insert", "parameters": ["id"]}], "inserts": {"count": "writes insert", "remove": ""}},
	{"name": "find", "kind": "read", "weight": 1, "parameters": [{"name": "id", "generator": {"type": "latest", "minimum": 1, "maximum": 999}}],
	 "steps": [{"statement": "find", "parameters": ["id"], "thinkMilliseconds": 5}]}
]}`

// loaded is a run before its start.
func loaded(t *testing.T, workload string, changes map[string]any) *Run {
	t.Helper()
	r := newRun(t, changes)
	if _, err := r.Open(context.Background(), environment()); err != nil {
		t.Fatal(err)
	}
	if err := r.Load(context.Background(), []byte(workload)); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMeasuringTheCeilingTouchesNothingOfTheRun(t *testing.T) {
	for name, changes := range map[string]map[string]any{
		"closed loop": {"operationCount": 200, "profile": closed(1, 0)},
		"open loop":   {"profile": open(1, 400, 0.5), "gracefulStopSeconds": 30},
	} {
		t.Run(name, func(t *testing.T) {
			r := loaded(t, readYourWrites, changes)
			for range 2 {
				found, err := r.rehearse(context.Background())
				// An operation thinks for 5 ms: one worker would do 400 a second if the rehearsal did as well.
				if err != nil || found.operationsPerSecond < 1000 {
					t.Fatalf("the rehearsal gave %+v, %v", found, err)
				}
			}
			if n := r.config.Past.Inserts(); n != 0 {
				t.Errorf("the run's past knows of %d inserts before its start", n)
			}
			held, err := dataset.Count(context.Background(), r.target, driver.Statement{Text: "writes"})
			if err != nil || held != 0 {
				t.Errorf("the target holds %d rows, %v", held, err)
			}
			if err := r.Start(context.Background()); err != nil {
				t.Fatal(err)
			}
			iterate(t, context.Background(), r)
			with := finish(t, r)

			r = loaded(t, readYourWrites, changes)
			r.engine, r.meter = engine.New(r.config), newMeter(nil)
			if err := r.engine.OpenSessions(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := r.openFolder(); err != nil {
				t.Fatal(err)
			}
			r.started = true
			iterate(t, context.Background(), r)
			without := finish(t, r)

			if with.Digest.Value != without.Digest.Value || with.Digest.Operations != 200 || without.Digest.Operations != 200 {
				t.Errorf("the digest is %+v with a rehearsal, and %+v without", with.Digest, without.Digest)
			}
			if len(with.Books) != 1 || !with.Books[0].Balanced || with.Books[0].Acknowledged != without.Books[0].Acknowledged {
				t.Errorf("the books are %+v with a rehearsal, and %+v without", with.Books, without.Books)
			}
			if with.Totals.Measure.All.Operations != 200 {
				t.Errorf("%d operations were recorded", with.Totals.Measure.All.Operations)
			}
			if with.Ceiling == nil || with.Ceiling.Share == nil || without.Ceiling != nil {
				t.Errorf("the ceiling is %+v with a rehearsal, and %+v without", with.Ceiling, without.Ceiling)
			}
		})
	}
}

func TestTheCeilingHoldsTheCostOfAnIteration(t *testing.T) {
	r := loaded(t, work, map[string]any{"operationsPerIteration": 10, "profile": closed(1, 60)})
	r.rehearsed = &rehearsed{operationsPerSecond: 1_000_000, workers: 1, cores: 1, seconds: 0.4}
	it := r.Iterations()
	for range 10_000 {
		it.Begin()
		if !it.left.IsZero() {
			t.Fatal("a pause goes on in an iteration")
		}
		it.End()
		if !it.left.IsZero() {
			// Ten microseconds for ten operations that take one each: half of what the loop alone could do.
			it.left = it.left.Add(-10 * time.Microsecond)
		}
	}
	if n := len(it.kept); n < keepPauses/2 || n > keepPauses {
		t.Errorf("%d of 10,000 pauses are kept", n)
	}
	for i := range it.kept {
		it.kept[i] = 10 * time.Microsecond
	}
	c := r.ceiling(nil)
	if c.OperationsPerSecond < 499_999 || c.OperationsPerSecond > 500_001 || *c.OperationsPerIteration != 10 || *c.BetweenIterations != 0.01 || c.Share != nil {
		t.Errorf("the ceiling is %+v", c)
	}
}

func TestAnInterruptEndsTheMeasuringOfTheCeiling(t *testing.T) {
	r := loaded(t, work, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Start(ctx); err == nil || r.started {
		t.Errorf("the run started in spite of an interrupt: %v", err)
	}
}
