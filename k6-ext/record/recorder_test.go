package record

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/histogram"
)

var epoch = time.Date(2026, 11, 21, 9, 40, 12, 0, time.UTC)

func at(seconds float64) time.Time { return epoch.Add(time.Duration(seconds * float64(time.Second))) }

// observation is a successful read of the measured phase.
func observation(operation int, service time.Duration) Observation {
	return Observation{Operation: operation, Phase: Measure, Service: service, Response: service, Lag: -1, Attempts: 1, RowsRead: 1}
}

func TestEveryObservationIsInExactlyOneWindowAndInTheTotals(t *testing.T) {
	r := NewRecorder([]string{"select", "insert"}, 4, epoch)
	var want [phaseCount][2]Counts
	reference := histogram.New()
	var wg sync.WaitGroup
	stop := make(chan struct{})
	var fromWindows [phaseCount][2]Counts
	collect := func(rolled *Rolled) {
		for _, w := range rolled.Windows {
			fromWindows[w.Phase][w.Operation].Add(&w.Counts)
			if w.Service.Count() != w.Operations || w.Response.Count() != w.Operations+w.Undone {
				t.Errorf("window %d: histograms hold %d and %d of %d operations and %d undone",
					w.Second, w.Service.Count(), w.Response.Count(), w.Operations, w.Undone)
			}
		}
	}
	var rolls sync.WaitGroup
	rolls.Add(1)
	go func() {
		defer rolls.Done()
		for second := 1.0; ; second++ {
			select {
			case <-stop:
				return
			default:
				collect(r.Roll(at(second)))
			}
		}
	}()
	var mutex sync.Mutex
	for worker := range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			for range 5000 {
				o := observation(random.IntN(2), time.Duration(random.Int64N(1e9)))
				o.Phase = Phase(random.IntN(3))
				o.Attempts = 1 + random.Int32N(3)
				o.RowsWritten, o.BytesRead, o.BytesWritten = random.Int64N(5), random.Int64N(100), random.Int64N(100)
				if random.IntN(10) == 0 {
					o.ErrorKind, o.Unknown = errorKinds[random.IntN(len(errorKinds))], random.IntN(2) == 0
				}
				r.Shard(worker).Record(&o)
				mutex.Lock()
				c := &want[o.Phase][o.Operation]
				c.Operations++
				c.Attempts += uint64(o.Attempts)
				c.RowsRead++
				c.RowsWritten += uint64(o.RowsWritten)
				c.BytesRead += uint64(o.BytesRead)
				c.BytesWritten += uint64(o.BytesWritten)
				if o.ErrorKind != "" {
					c.Failed++
					c.Errors[errorIndex(o.ErrorKind)]++
					if o.Unknown {
						c.Unknown++
					}
				}
				if o.Phase == Measure {
					reference.Record(int64(o.Service))
				}
				mutex.Unlock()
			}
		}()
	}
	wg.Wait()
	close(stop)
	rolls.Wait()
	collect(r.Roll(at(1e6)))

	for _, phase := range Phases() {
		for operation, total := range r.Totals(phase) {
			if total.Counts != want[phase][operation] {
				t.Errorf("%v %s: totals %+v, want %+v", phase, total.Name, total.Counts, want[phase][operation])
			}
			if fromWindows[phase][operation] != want[phase][operation] {
				t.Errorf("%v %s: windows add up to %+v, want %+v", phase, total.Name, fromWindows[phase][operation], want[phase][operation])
			}
		}
	}
	all := Sum(r.Totals(Measure))
	if all.Service.EncodeBase64() != reference.EncodeBase64() || all.Service.Max() != reference.Max() || all.Service.Min() != reference.Min() {
		t.Error("the merged histogram differs from one that recorded everything itself")
	}
}

func TestAWindowIsTheSecondInWhichItsMiddleLies(t *testing.T) {
	r := NewRecorder([]string{"select"}, 1, epoch)
	for _, c := range []struct {
		now    float64
		second int
	}{{1.0004, 0}, {2, 1}, {3.9, 2}, {4, 3}, {7.2, 5}, {8, 7}, {8.3, 8}} {
		if rolled := r.Roll(at(c.now)); rolled.Second != c.second {
			t.Errorf("roll at %v s is of second %d, want %d", c.now, rolled.Second, c.second)
		}
	}
}

func TestASecondWithoutOperationsHasNoWindows(t *testing.T) {
	r := NewRecorder([]string{"select"}, 1, epoch)
	o := observation(0, time.Millisecond)
	r.Shard(0).Record(&o)
	if n := len(r.Roll(at(1)).Windows); n != 1 {
		t.Fatalf("%d windows, want 1", n)
	}
	if n := len(r.Roll(at(2)).Windows); n != 0 {
		t.Fatalf("%d windows, want none", n)
	}
}

func TestUndoneEntersTheResponseTimeButNotTheServiceTime(t *testing.T) {
	r := NewRecorder([]string{"select", "insert"}, 2, epoch)
	o := observation(0, time.Millisecond)
	r.Shard(0).Record(&o)
	r.Undone(0, Measure, 3*time.Second)
	r.UndoneN(1, Measure, 4*time.Second, 5)
	rolled := r.Roll(at(1))
	if all := rolled.All(); all.Operations != 1 || all.Undone != 6 {
		t.Fatalf("counts %+v", all)
	}
	merged := histogram.NewInterval()
	if rolled.Response(merged); merged.Count() != 7 || merged.Max() != int64(4*time.Second) {
		t.Errorf("response holds %d up to %d", merged.Count(), merged.Max())
	}
	totals := r.Totals(Measure)
	if totals[0].Service.Count() != 1 || totals[0].Response.Max() != int64(3*time.Second) {
		t.Errorf("select: service %d, response max %d", totals[0].Service.Count(), totals[0].Response.Max())
	}
	if totals[1].Service.Count() != 0 || totals[1].Response.Count() != 5 {
		t.Errorf("insert: service %d, response %d", totals[1].Service.Count(), totals[1].Response.Count())
	}
}

func TestLagIsKeptByPhaseAndOnlyWhereItIsKnown(t *testing.T) {
	r := NewRecorder([]string{"select"}, 1, epoch)
	for _, lag := range []time.Duration{-1, 0, 2 * time.Millisecond} {
		o := observation(0, time.Millisecond)
		o.Lag = lag
		r.Shard(0).Record(&o)
	}
	rolled := r.Roll(at(1))
	if n := rolled.Lag[Measure].Count(); n != 2 {
		t.Errorf("%d lags in the window, want 2", n)
	}
	if r.Lag(Measure).Count() != 2 || r.Lag(Warmup).Count() != 0 {
		t.Errorf("lag totals: %d and %d", r.Lag(Measure).Count(), r.Lag(Warmup).Count())
	}
}

func TestRecordDoesNotAllocate(t *testing.T) {
	r := NewRecorder([]string{"select", "insert"}, 1, epoch)
	s := r.Shard(0)
	o := observation(1, time.Millisecond)
	o.Lag, o.ErrorKind = 1000, driver.KindTimeout
	s.Record(&o)
	if n := testing.AllocsPerRun(1000, func() { s.Record(&o) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestHistogramsOfAFinishedPhaseServeTheNextOne(t *testing.T) {
	r := NewRecorder([]string{"select"}, 2, epoch)
	second := 1.0
	run := func(phase Phase) int {
		for range 5 {
			for shard := range 2 {
				o := observation(0, time.Millisecond)
				o.Phase = phase
				r.Shard(shard).Record(&o)
			}
			r.Roll(at(second))
			second++
		}
		held := len(r.histograms.empty)
		for _, s := range r.shards {
			for _, b := range []*buffer{s.active, s.standby, &r.window} {
				for _, c := range b.cells {
					if c.service != nil {
						held += 2
					}
				}
			}
		}
		return held
	}
	warmup := run(Warmup)
	if measure := run(Measure); measure > warmup+4 {
		t.Errorf("%d histograms after the warm-up, %d after measuring", warmup, measure)
	}
}

func TestEveryKindOfErrorHasAPlaceOfItsOwn(t *testing.T) {
	for _, kind := range kindsInTheSourceOfDriver(t) {
		if errorKinds[errorIndex(kind)] != kind {
			t.Errorf("errors of kind %q would be counted as %q: add it to errorKinds", kind, errorKinds[errorIndex(kind)])
		}
	}
	var c ErrorCounts
	c[errorIndex(driver.KindDeadlock)]++
	c[errorIndex("never heard of")]++
	if m := c.Map(); len(m) != 2 || m["deadlock"] != 1 || m["statement"] != 1 {
		t.Errorf("counts %v", m)
	}
}

func BenchmarkRecord(b *testing.B) {
	r := NewRecorder([]string{"select"}, 1, epoch)
	s := r.Shard(0)
	o := observation(0, 0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		o.Service = time.Duration(50_000 + i%4096*100)
		o.Response = o.Service + 1000
		s.Record(&o)
	}
}

func BenchmarkRecordWithLag(b *testing.B) {
	r := NewRecorder([]string{"select"}, 1, epoch)
	s := r.Shard(0)
	o := observation(0, 0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		o.Service = time.Duration(50_000 + i%4096*100)
		o.Response, o.Lag = o.Service+1000, time.Duration(i%4096*100)
		s.Record(&o)
	}
}

func BenchmarkRecordByEightGoroutines(b *testing.B) {
	for _, shards := range []int{1, 8} {
		b.Run(fmt.Sprintf("%d shards", shards), func(b *testing.B) {
			r := NewRecorder([]string{"select"}, shards, epoch)
			b.ReportAllocs()
			var wg sync.WaitGroup
			for worker := range 8 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					s := r.Shard(worker)
					o := observation(0, 0)
					for i := range b.N / 8 {
						o.Service = time.Duration(50_000 + i%4096*100)
						o.Response = o.Service
						s.Record(&o)
					}
				}()
			}
			wg.Wait()
		})
	}
}

func BenchmarkRoll(b *testing.B) {
	names := []string{"select", "range", "insert", "update"}
	r := NewRecorder(names, 8, epoch)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		for n := range 8 * 4 * 100 {
			o := observation(n%4, time.Duration(50_000+n*1000))
			r.Shard(n % 8).Record(&o)
		}
		b.StartTimer()
		r.Lines(r.Roll(at(float64(i + 1))))
	}
}
