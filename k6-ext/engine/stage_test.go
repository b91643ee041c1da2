package engine

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/record"
)

// staged starts the workers of a staged run, as a run does; the function that it gives waits for their end.
func staged(t *testing.T, url string, change func(*Config)) (e *Engine, wait func()) {
	t.Helper()
	e = prepare(t, url, func(c *Config) {
		c.Staged, c.Open = true, true
		if change != nil {
			change(c)
		}
	})
	e.Begin()
	var group sync.WaitGroup
	for number := range e.config.Workers {
		group.Add(1)
		go func() {
			defer group.Done()
			worker := e.Worker(number, nil)
			for !e.Finished() {
				if e.EnterStage(context.Background(), number) {
					worker.Slice(context.Background(), e.Elapsed()+50*time.Millisecond, 0)
					e.LeaveStage()
				}
			}
		}()
	}
	return e, group.Wait
}

// perform makes one stage to the end of its time, and gives what was left undone.
func perform(t *testing.T, e *Engine, stage Stage) (undone int64) {
	t.Helper()
	measured, err := e.BeginStage(stage)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(measured + stage.Measure - e.Elapsed())
	for at := time.Now(); time.Since(at) < 100*time.Millisecond; time.Sleep(time.Millisecond) {
		if left, _ := e.StageLeft(); left == 0 {
			break
		}
	}
	by := e.Elapsed()
	e.CloseStage()
	for e.StageBusy() {
		time.Sleep(time.Millisecond)
	}
	return e.EndStage(by)
}

func TestStagesSendTheirRatesOneAfterAnotherWithoutAGapInTheIndexes(t *testing.T) {
	e, wait := staged(t, "noop://local?latency=1ms", nil)
	var due uint64
	for _, rate := range []float64{100, 400, 50} {
		if undone := perform(t, e, Stage{Rate: rate, Workers: 4, Warmup: 100 * time.Millisecond, Measure: 400 * time.Millisecond}); undone != 0 {
			t.Fatalf("%d undone at %v/s", undone, rate)
		}
		due += uint64(rate / 2)
	}
	e.EndStages()
	wait()
	outcome, total := finish(e)
	warm := record.Sum(e.Recorder().Totals(record.Warmup))
	if got := total.Operations + warm.Operations; got != due || outcome.Executed != int64(due) || outcome.LastIndex != int64(due) || outcome.Interrupted {
		t.Fatalf("%d operations of %d, %+v", got, due, outcome)
	}
	if warm.Operations != due/5 {
		t.Fatalf("%d of %d operations were due in the warm-ups, expected a fifth", warm.Operations, due)
	}
	// The same first operations as a run that knew its load beforehand.
	whole := prepare(t, "noop://local", func(c *Config) { c.Count = int64(due) })
	runAll(context.Background(), whole, 0)
	if expected, _ := finish(whole); outcome.Digest != expected.Digest {
		t.Fatalf("digest %x, expected %x", outcome.Digest, expected.Digest)
	}
}

func TestAStageThatIsTooMuchIsCutAndLeavesNothingForTheNext(t *testing.T) {
	// Four workers with replies after 20 ms do 200 a second.
	e, wait := staged(t, "noop://local?latency=20ms", nil)
	undone := perform(t, e, Stage{Rate: 1000, Workers: 4, Measure: 500 * time.Millisecond})
	if undone < 300 {
		t.Fatalf("%d undone, expected what four workers cannot do of 500", undone)
	}
	e.Recorder().Roll(time.Now())
	over := record.Sum(e.Recorder().Totals(record.Measure))
	if over.Undone != uint64(undone) || over.Operations+over.Undone != 500 || over.Response.Count() != 500 {
		t.Fatalf("%d operations, %d undone, %d response times; expected 500", over.Operations, over.Undone, over.Response.Count())
	}
	if left := perform(t, e, Stage{Rate: 50, Workers: 4, Measure: 400 * time.Millisecond}); left != 0 {
		t.Fatalf("%d of the next stage undone", left)
	}
	e.EndStages()
	wait()
	outcome, total := finish(e)
	if after := total.Operations - over.Operations; after != 20 {
		t.Fatalf("%d operations in the stage after, expected 20", after)
	}
	if outcome.LastIndex != int64(total.Operations) {
		t.Fatalf("the last index is %d after %d operations: undone ones left a gap", outcome.LastIndex, total.Operations)
	}
}

func TestAStageOfAClosedLoopHasTheWorkersThatItWants(t *testing.T) {
	e, wait := staged(t, "noop://local?latency=20ms", func(c *Config) { c.Open, c.Workers = false, 8 })
	var before uint64
	for _, workers := range []int{1, 8, 2} {
		perform(t, e, Stage{Workers: workers, Measure: 400 * time.Millisecond})
		e.Recorder().Roll(time.Now())
		total := record.Sum(e.Recorder().Totals(record.Measure))
		// At most 20 each, and not fewer than a very busy machine would do.
		if did := total.Operations - before; did > uint64(20*workers) || did < uint64(workers) || workers == 8 && did <= 40 {
			t.Fatalf("%d workers did %d operations", workers, did)
		}
		before = total.Operations
	}
	e.EndStages()
	wait()
	if outcome, _ := finish(e); outcome.Executed != int64(before) || outcome.LastIndex < outcome.Executed {
		t.Fatalf("%+v", outcome)
	}
}

func TestWorkersThatWaitForAStageEndWithTheirContextAndTheRunIsInterrupted(t *testing.T) {
	e := prepare(t, "noop://local", func(c *Config) { c.Staged, c.Open = true, true })
	e.Begin()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan bool)
	go func() { ended <- e.EnterStage(ctx, 0) }()
	cancel()
	if <-ended || !e.Interrupted() {
		t.Fatal("entered a stage that there is not, or the run is not interrupted")
	}
	e.EndStages()
	if outcome, _ := finish(e); !outcome.Interrupted {
		t.Fatalf("%+v", outcome)
	}
}
