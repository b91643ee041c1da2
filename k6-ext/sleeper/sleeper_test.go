package sleeper

import (
	"testing"
	"time"
)

func TestASleepLastsAtLeastAsLongAsAskedUnlessInterrupted(t *testing.T) {
	done := make(chan time.Duration)
	go func() {
		OwnThread()
		var s Sleeper
		start := time.Now()
		for wait := 20 * time.Millisecond; time.Since(start) < wait; {
			s.Sleep(s.Ticket(), wait-time.Since(start))
		}
		done <- time.Since(start)
	}()
	if took := <-done; took < 20*time.Millisecond || took > time.Second {
		t.Errorf("a sleep of 20 ms took %v", took)
	}
}

func TestAnInterruptEndsASleepEvenIfItCameBeforeIt(t *testing.T) {
	var s Sleeper
	start := time.Now()
	ticket := s.Ticket()
	s.Interrupt()
	s.Sleep(ticket, Longest)
	time.AfterFunc(10*time.Millisecond, s.Interrupt)
	s.Sleep(s.Ticket(), Longest)
	if took := time.Since(start); took >= Longest {
		t.Errorf("two interrupted sleeps took %v", took)
	}
}

func TestASleepOfNothingReturns(t *testing.T) {
	var s Sleeper
	s.Sleep(s.Ticket(), 0)
	s.Sleep(s.Ticket(), -time.Second)
}

// BenchmarkOversleep reports by how much a sleep of 100 µs is late, beside time.Sleep.
func BenchmarkOversleep(b *testing.B) {
	const wait = 100 * time.Microsecond
	for name, sleep := range map[string]func(){
		"sleeper": func() func() {
			var s Sleeper
			return func() { s.Sleep(s.Ticket(), wait) }
		}(),
		"time.Sleep": func() { time.Sleep(wait) },
	} {
		b.Run(name, func(b *testing.B) {
			late := time.Duration(0)
			for b.Loop() {
				start := time.Now()
				sleep()
				late += time.Since(start) - wait
			}
			b.ReportMetric(float64(late.Microseconds())/float64(b.N), "µs-late/op")
		})
	}
}
