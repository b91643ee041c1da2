package engine

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/noop"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// prepare makes a configuration of two operations against a target, to be changed by the test.
func prepare(t *testing.T, target string, change func(*Config)) *Engine {
	t.Helper()
	return prepareWith(t, noop.New(), target, change)
}

func prepareWith(t *testing.T, system driver.Driver, url string, change func(*Config)) *Engine {
	t.Helper()
	target, err := system.Open(driver.Config{URL: url, Timeout: time.Second, ConnectTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	program, err := target.Compile([]driver.Operation{
		{Name: "look", Kind: driver.Read, Parameters: []string{"id"}, Steps: []driver.Step{{Statement: "look", Parameters: []string{"id"}}}},
		{Name: "add", Kind: driver.Write, Parameters: []string{"id"}, Steps: []driver.Step{{Statement: "add", Parameters: []string{"id"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	compile := func(operation, spec string) []generator.Generator {
		g, err := generator.Compile(generator.Spec(spec), generator.Scope{Seed: 1, Operation: operation, Parameter: "id"})
		if err != nil {
			t.Fatal(err)
		}
		return []generator.Generator{g}
	}
	mix, err := generator.NewMix(1, []float64{70, 30})
	if err != nil {
		t.Fatal(err)
	}
	config := Config{
		Target: target, Program: program, Mix: mix, Past: &generator.Past{}, Seed: 1, Stripe: pacing.WholeStripe(),
		Operations: []Operation{
			{Name: "look", Generators: compile("look", `{"type":"uniform","minimum":1,"maximum":1000}`), Retry: Retry{Attempts: 1}},
			{Name: "add", Generators: compile("add", `{"type":"sequence","start":1001}`), Inserts: true, Retry: Retry{Attempts: 1}},
		},
		Phases:  []PhaseSpan{{Phase: record.Measure, Start: 0}},
		Workers: 4, Depth: 1, Shards: 4, GracefulStop: time.Second,
	}
	change(&config)
	engine := New(config)
	if err := engine.OpenSessions(context.Background()); err != nil {
		t.Fatal(err)
	}
	return engine
}

// runAll lets every worker run slices until the run is over, as k6 does.
func runAll(ctx context.Context, e *Engine, limit int64) {
	e.Begin()
	var group sync.WaitGroup
	for number := range e.config.Workers {
		group.Add(1)
		go func() {
			defer group.Done()
			worker := e.Worker(number, nil)
			for !e.Finished() && ctx.Err() == nil {
				worker.Slice(ctx, e.Elapsed()+50*time.Millisecond, limit)
			}
		}()
	}
	group.Wait()
}

// finish stops the engine and gives its outcome and the totals of the measured phase.
func finish(e *Engine) (Outcome, record.Total) {
	outcome := e.Stop(context.Background())
	e.Recorder().Roll(time.Now())
	return outcome, record.Sum(e.Recorder().Totals(record.Measure))
}

func TestTheDigestIsTheSameWhateverTheNumberOfWorkersAndTheDepth(t *testing.T) {
	var digest uint64
	for i, shape := range []struct {
		workers, depth, pool int
		limit                int64
	}{{1, 1, 0, 0}, {8, 1, 0, 0}, {3, 16, 0, 0}, {8, 1, 2, 0}, {4, 1, 0, 7}} {
		e := prepare(t, "noop://local", func(c *Config) {
			c.Workers, c.Depth, c.PoolSize, c.Count = shape.workers, shape.depth, shape.pool, 20_000
		})
		runAll(context.Background(), e, shape.limit)
		outcome, total := finish(e)
		if outcome.Executed != 20_000 || total.Operations != 20_000 || !outcome.Complete || outcome.Interrupted {
			t.Errorf("%+v: executed %d, recorded %d, %+v", shape, outcome.Executed, total.Operations, outcome)
		}
		if i == 0 {
			digest = outcome.Digest
		} else if outcome.Digest != digest {
			t.Errorf("%+v: digest %x, want %x", shape, outcome.Digest, digest)
		}
	}
}

func TestAnotherSeedOrCountHasAnotherDigest(t *testing.T) {
	digests := map[uint64]bool{}
	for _, count := range []int64{999, 1000} {
		e := prepare(t, "noop://local", func(c *Config) { c.Count = count })
		runAll(context.Background(), e, 0)
		outcome, _ := finish(e)
		digests[outcome.Digest] = true
	}
	if len(digests) != 2 {
		t.Error("runs of 999 and 1000 operations have the same digest")
	}
}

func openLoop(t *testing.T, rate float64, length time.Duration) func(*Config) {
	schedule, err := pacing.NewSchedule([]pacing.Segment{{Duration: length, From: rate, To: rate}})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *Config) { c.Schedule = schedule }
}

func TestAnOpenLoopSendsItsSchedule(t *testing.T) {
	e := prepare(t, "noop://local", openLoop(t, 2000, time.Second))
	runAll(context.Background(), e, 0)
	outcome, total := finish(e)
	if total.Operations != 2000 || total.Undone != 0 || !outcome.Complete || outcome.Interrupted {
		t.Errorf("%d operations, %d undone, %+v", total.Operations, total.Undone, outcome)
	}
	if e.Recorder().Lag(record.Measure).Count() == 0 {
		t.Error("no harness lag was recorded, though workers were free")
	}
}

// k6 is told how many slices a run takes: a worker that ended its slice whenever nothing was due would be out of them long before the end.
func TestAWorkerWithSeveralInFlightWaitsForWhatIsDueLaterInItsSlice(t *testing.T) {
	e := prepare(t, "noop://local", func(c *Config) {
		openLoop(t, 200, 500*time.Millisecond)(c)
		c.Workers, c.Depth = 1, 4
	})
	e.Begin()
	e.Worker(0, nil).Slice(context.Background(), time.Hour, 0)
	outcome, total := finish(e)
	if total.Operations != 100 || !outcome.Complete || outcome.Interrupted {
		t.Errorf("%d operations in one slice, want 100; %+v", total.Operations, outcome)
	}
}

func TestWorkThatWaitsForAWorkerHasTheWaitInItsResponseTime(t *testing.T) {
	// Two workers of 20 ms each do 100 a second; 200 are asked for: half a second's worth waits at the end.
	e := prepare(t, "noop://local?latency=20ms", func(c *Config) {
		openLoop(t, 200, time.Second)(c)
		c.Workers, c.GracefulStop = 2, 10*time.Second
	})
	runAll(context.Background(), e, 0)
	_, total := finish(e)
	if total.Operations != 200 || total.Undone != 0 {
		t.Fatalf("%d operations, %d undone", total.Operations, total.Undone)
	}
	if worst := time.Duration(total.Response.Max()); worst < 900*time.Millisecond {
		t.Errorf("the longest response time is %v; the last operation waited about a second", worst)
	}
	if worst := time.Duration(total.Service.Percentile(50)); worst > 200*time.Millisecond {
		t.Errorf("the median service time is %v; the target answers in 20 ms", worst)
	}
}

func TestWhatIsNotStartedByTheGracefulStopIsUndone(t *testing.T) {
	e := prepare(t, "noop://local?latency=100ms", func(c *Config) {
		openLoop(t, 200, 500*time.Millisecond)(c)
		c.Workers, c.GracefulStop = 1, 200*time.Millisecond
	})
	runAll(context.Background(), e, 0)
	outcome, total := finish(e)
	if total.Undone == 0 || total.Operations+total.Undone != 100 {
		t.Errorf("%d operations and %d undone; together they must be the 100 that were due", total.Operations, total.Undone)
	}
	if total.Response.Count() != 100 {
		t.Errorf("the response times hold %d operations; the undone belong to them", total.Response.Count())
	}
	if outcome.Complete {
		t.Error("a run with undone work calls its digest comparable")
	}
}

func TestAnEndedContextInterruptsAndCountsOnlyWhatWasDue(t *testing.T) {
	e := prepare(t, "noop://local", openLoop(t, 100, time.Hour))
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, cancel)
	runAll(ctx, e, 0)
	outcome, total := finish(e)
	if !outcome.Interrupted || total.Operations == 0 || total.Operations+total.Undone > 100 {
		t.Errorf("interrupted %v, %d operations, %d undone", outcome.Interrupted, total.Operations, total.Undone)
	}
}

func TestWaitingForASharedPoolIsResponseTimeAndReported(t *testing.T) {
	e := prepare(t, "noop://local?latency=10ms", func(c *Config) { c.Workers, c.PoolSize, c.Count = 8, 1, 40 })
	runAll(context.Background(), e, 0)
	outcome, total := finish(e)
	if outcome.PoolWait.Count != 40 || outcome.PoolWait.Worst < 20*time.Millisecond {
		t.Errorf("pool waits: %+v", outcome.PoolWait)
	}
	service, response := time.Duration(total.Service.Percentile(50)), time.Duration(total.Response.Percentile(50))
	if response < 2*service {
		t.Errorf("median service time %v, response time %v: eight workers share one connection", service, response)
	}
}

func TestInsertsThatSucceedAreCountedForLatest(t *testing.T) {
	e := prepare(t, "noop://local", func(c *Config) { c.Count = 1000 })
	runAll(context.Background(), e, 0)
	_, total := finish(e)
	adds := e.Recorder().Totals(record.Measure)[1].Operations
	if total.Operations != 1000 || int64(adds) != e.config.Past.Inserts() {
		t.Errorf("%d adds, %d counted", adds, e.config.Past.Inserts())
	}
}
