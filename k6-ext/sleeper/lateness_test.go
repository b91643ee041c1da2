package sleeper

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkLateness is the yardstick of pacing: how late a thread that does nothing else wakes for instants that lie evenly spread,
// a schedule of so many a second. What comes later than this in a run is the harness's.
func BenchmarkLateness(b *testing.B) {
	for _, rate := range []int{500, 10_000} {
		b.Run(fmt.Sprintf("rate=%d", rate), func(b *testing.B) {
			late := make([]time.Duration, b.N)
			done := make(chan struct{})
			go func() {
				defer close(done)
				OwnThread()
				var s Sleeper
				interval := time.Second / time.Duration(rate)
				start := time.Now()
				for i := range late {
					due := interval * time.Duration(i+1)
					for {
						now := time.Since(start)
						if now >= due {
							late[i] = now - due
							break
						}
						s.Sleep(s.Ticket(), due-now)
					}
				}
			}()
			<-done
			slices.Sort(late)
			microseconds := func(share float64) float64 {
				return float64(late[min(len(late)-1, int(share*float64(len(late))))]) / float64(time.Microsecond)
			}
			b.ReportMetric(microseconds(0.5), "p50-µs")
			b.ReportMetric(microseconds(0.99), "p99-µs")
			b.ReportMetric(microseconds(1), "max-µs")
		})
	}
}
