package pacing

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// hand is a clock that a test moves.
type hand struct{ now atomic.Int64 }

func (h *hand) clock() time.Duration { return time.Duration(h.now.Load()) }

func TestAnOperationIsClaimedOnlyWhenItIsDue(t *testing.T) {
	clock := &hand{}
	p := NewPacer(mustSchedule(t, Segment{time.Second, 10, 10}), WholeStripe(), 1, clock.clock)
	if claim, ok := p.TryClaim(); !ok || claim.Index != 0 || claim.Due != 0 {
		t.Fatalf("the first operation is due at once, got %+v %v", claim, ok)
	}
	if claim, ok := p.TryClaim(); ok {
		t.Fatalf("operation %d was claimed before it was due", claim.Index)
	}
	clock.now.Store(int64(350 * time.Millisecond))
	if p.Backlog() != 3 {
		t.Errorf("backlog is %d after 350 ms at 10/s with one claimed, want 3", p.Backlog())
	}
	for want := int64(1); want <= 3; want++ {
		claim, ok := p.TryClaim()
		if !ok || claim.Index != want || claim.Due != time.Duration(want)*100*time.Millisecond {
			t.Errorf("want operation %d, got %+v %v", want, claim, ok)
		}
	}
	if _, ok := p.TryClaim(); ok {
		t.Error("a fourth operation was claimed")
	}
}

func TestLateWorkKeepsItsIntendedStart(t *testing.T) {
	clock := &hand{}
	p := NewPacer(mustSchedule(t, Segment{time.Second, 100, 100}), WholeStripe(), 1, clock.clock)
	clock.now.Store(int64(time.Second))
	timer := time.NewTimer(time.Hour)
	for index := range int64(100) {
		claim, ok := p.Claim(context.Background(), time.Second, 2*time.Second, timer)
		if !ok || claim.Due != time.Duration(index)*10*time.Millisecond || claim.Waiting {
			t.Fatalf("operation %d: %+v %v", index, claim, ok)
		}
	}
	if !p.Exhausted() {
		t.Error("all was claimed, and the pacer is not exhausted")
	}
}

func TestAWorkerThatWasFreeAndAskedLateLaggedItself(t *testing.T) {
	clock := &hand{}
	p := NewPacer(mustSchedule(t, Segment{time.Second, 10, 10}), WholeStripe(), 1, clock.clock)
	p.TryClaim()
	clock.now.Store(int64(180 * time.Millisecond))
	claim, ok := p.Claim(context.Background(), 50*time.Millisecond, time.Second, time.NewTimer(time.Hour))
	if !ok || !claim.Waiting || claim.Claimed-claim.Due != 80*time.Millisecond {
		t.Errorf("got %+v %v; the worker was free at 50 ms, the operation due at 100 ms and claimed at 180 ms", claim, ok)
	}
}

func TestEveryOperationIsClaimedOnceByManyWorkers(t *testing.T) {
	start := time.Now()
	p := NewPacer(mustSchedule(t, Segment{300 * time.Millisecond, 10_000, 10_000}), WholeStripe(), 8,
		func() time.Duration { return time.Since(start) })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go p.Dispatch(ctx)
	seen := make([]atomic.Int32, 3000)
	var early atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			timer := time.NewTimer(time.Hour)
			for !p.Exhausted() {
				claim, ok := p.Claim(ctx, time.Since(start), time.Since(start)+100*time.Millisecond, timer)
				if !ok {
					continue
				}
				seen[claim.Index].Add(1)
				if claim.Claimed < claim.Due {
					early.Add(1)
				}
			}
		}()
	}
	group.Wait()
	for index := range seen {
		if n := seen[index].Load(); n != 1 {
			t.Fatalf("operation %d was claimed %d times", index, n)
		}
	}
	if early.Load() > 0 {
		t.Errorf("%d operations were claimed before they were due", early.Load())
	}
}

func TestAWaitingWorkerStopsAtItsTimeAndWithItsContext(t *testing.T) {
	start := time.Now()
	p := NewPacer(mustSchedule(t, Segment{time.Hour, 1, 1}), WholeStripe(), 1, func() time.Duration { return time.Since(start) })
	timer := time.NewTimer(time.Hour)
	p.TryClaim()
	if _, ok := p.Claim(context.Background(), 0, 30*time.Millisecond, timer); ok {
		t.Error("something was claimed")
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, ok := p.Claim(ctx, 0, time.Hour, timer); ok {
		t.Error("something was claimed after the context had ended")
	}
	if waited := time.Since(start); waited > 10*time.Second {
		t.Errorf("waited %v", waited)
	}
}

func TestWhatWasDueAndNotClaimedIsUndone(t *testing.T) {
	clock := &hand{}
	p := NewPacer(mustSchedule(t, Segment{time.Second, 10, 10}), WholeStripe(), 1, clock.clock)
	clock.now.Store(int64(450 * time.Millisecond))
	p.TryClaim()
	p.TryClaim()
	var undone []int64
	p.Unclaimed(450*time.Millisecond, func(index int64, due time.Duration) { undone = append(undone, index) })
	if len(undone) != 3 || undone[0] != 2 || undone[2] != 4 {
		t.Errorf("undone are %v, want 2, 3 and 4", undone)
	}
	p.Close()
	if _, ok := p.TryClaim(); ok {
		t.Error("a closed pacer gave an operation")
	}
}

func TestAClosedLoopRunsExactlyItsLimit(t *testing.T) {
	for _, workers := range []int{1, 8} {
		x := NewIndexes(WholeStripe(), 20_000, workers)
		seen := make([]atomic.Int32, 20_000)
		var group sync.WaitGroup
		for worker := range workers {
			group.Add(1)
			go func() {
				defer group.Done()
				for round := 0; !x.Exhausted(); round++ {
					block, ok := x.Take()
					if !ok {
						time.Sleep(time.Millisecond)
						continue
					}
					if (round+worker)%3 == 0 && block.End-block.Next > 1 {
						half := Block{Next: (block.Next + block.End) / 2, End: block.End}
						block.End = half.Next
						x.Return(half)
					}
					for ; block.Next < block.End; block.Next++ {
						seen[x.Index(block.Next)].Add(1)
						x.Finished(1)
					}
				}
			}()
		}
		group.Wait()
		for index := range seen {
			if n := seen[index].Load(); n != 1 {
				t.Fatalf("%d workers: index %d ran %d times", workers, index, n)
			}
		}
	}
}

func TestAClosedLoopWithoutLimitGoesOn(t *testing.T) {
	x := NewIndexes(WholeStripe(), 0, 2)
	first, _ := x.Take()
	second, _ := x.Take()
	if first.Next != 0 || second.Next != first.End || x.Exhausted() {
		t.Errorf("blocks %v and %v", first, second)
	}
}

func TestWorkersThatWaitLearnThatTheLastOperationWasClaimed(t *testing.T) {
	start := time.Now()
	const workers = 8
	p := NewPacer(mustSchedule(t, Segment{50 * time.Millisecond, 100, 100}), WholeStripe(), workers, func() time.Duration { return time.Since(start) })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go p.Dispatch(ctx)
	ended := make(chan struct{})
	for range workers {
		go func() {
			timer := time.NewTimer(time.Hour)
			for ok := true; ok; {
				_, ok = p.Claim(ctx, 0, time.Hour, timer)
			}
			ended <- struct{}{}
		}()
	}
	for range workers {
		select {
		case <-ended:
		case <-time.After(30 * time.Second):
			t.Fatal("a worker still waits for an operation after the last one")
		}
	}
}

func TestABusyWorkerThatTakesWhatAnIdleOneWasFreeForDoesNotHideTheLag(t *testing.T) {
	clock := &hand{}
	p := NewPacer(mustSchedule(t, Segment{time.Second, 10, 10}), WholeStripe(), 2, clock.clock)
	p.TryClaim()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Claim(ctx, 0, time.Hour, time.NewTimer(time.Hour))
	}()
	for p.idle.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	clock.now.Store(int64(130 * time.Millisecond))
	// This worker ended its last operation after the next one was due, while the other was idle and nobody had woken it yet.
	claim, ok := p.Claim(context.Background(), 120*time.Millisecond, time.Hour, time.NewTimer(time.Hour))
	if !ok || !claim.Waiting {
		t.Errorf("got %+v %v; a worker was free when the operation was due", claim, ok)
	}
	cancel()
	<-ended
	clock.now.Store(int64(230 * time.Millisecond))
	claim, ok = p.Claim(context.Background(), 220*time.Millisecond, time.Hour, time.NewTimer(time.Hour))
	if !ok || claim.Waiting {
		t.Errorf("got %+v %v; no worker was free when the operation was due", claim, ok)
	}
}
