package report

import (
	"fmt"
	"math"

	"github.com/dbmark/dbmark/k6-ext/histogram"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// A target has recovered from a peak of load in the first of recoveryInARow seconds in each of which a high percentile of the
// response time is at most recoveryFactor times its level before the first peak, or recoveryMilliseconds above it, and no more work waits than
// falls due in recoveryBacklogSeconds. The two limits are those of steadiness: what a steady run may change by is no aftermath.
const (
	recoveryInARow         = 3
	recoveryFactor         = 1 + record.SteadyResponseChange
	recoveryMilliseconds   = record.SteadyResponseMilliseconds
	recoveryBacklogSeconds = 0.01
)

// secondsPercentiles are the percentiles that a second can have, with the operations that it needs: of a p99 ten lie beyond it, of a p95 four, which
// is few, but three seconds in a row must agree.
var secondsPercentiles = []struct {
	percentile float64
	operations uint64
}{{99, 1000}, {95, 80}, {50, 10}}

// recovery remembers each second of the measured phase, about 64 bytes.
type recovery struct {
	timeline *timeline
	seconds  []second
	// response has what finished in the current part, inSecond in one second of it; p99 is that of each part that ended, by its number.
	current  int
	response *histogram.Histogram
	inSecond *histogram.Interval
	p99      map[int]*float64
}

func newRecovery(timeline *timeline) *recovery {
	return &recovery{timeline: timeline, response: histogram.New(), inSecond: histogram.NewInterval(), p99: map[int]*float64{}}
}

// second is what recovery needs of one.
type second struct {
	second  int
	part    int
	count   uint64
	at      [3]float64 // response time in milliseconds, by secondsPercentiles
	backlog int64
}

func (r *recovery) add(rolled *record.Rolled, sample Sample) {
	number, inside := r.timeline.partOf(rolled.Second)
	if number < 0 || !inside {
		return
	}
	if number != r.current {
		r.closePart()
		r.current = number
	}
	all := r.inSecond
	all.Reset()
	for i := range rolled.Windows {
		if window := &rolled.Windows[i]; window.Phase == record.Measure {
			all.Merge(window.Response)
		}
	}
	r.response.MergeInterval(all)
	s := second{second: rolled.Second, part: number, count: all.Count(), backlog: sample.Backlog}
	if s.count > 0 {
		for i, p := range secondsPercentiles {
			s.at[i] = *milliseconds(all.Percentile(p.percentile))
		}
	}
	if last := len(r.seconds) - 1; last >= 0 && r.seconds[last].second == s.second {
		// Two rolls of the same second: the longer one stands for it.
		if r.seconds[last].count < s.count {
			r.seconds[last] = s
		}
		return
	}
	r.seconds = append(r.seconds, s)
}

// closePart keeps the p99 of the part that ended.
func (r *recovery) closePart() {
	if r.response.Count() >= secondsPercentiles[0].operations {
		r.p99[r.current] = milliseconds(r.response.Percentile(99))
	}
	r.response.Reset()
}

func (r *recovery) report() record.RecoveryReport {
	report := record.RecoveryReport{Kind: record.ReportRecovery, Peaks: []record.Peak{}}
	r.closePart()
	parts := r.timeline.parts
	which, known := r.percentile()
	var limit float64
	if known {
		level := r.level(which)
		limit = max(level*recoveryFactor, level+recoveryMilliseconds)
		report.Percentile, report.Level, report.Limit = &secondsPercentiles[which].percentile, &level, &limit
	}
	for i := range parts {
		if !r.isPeak(i) {
			continue
		}
		peak := record.Peak{Part: parts[i].name, EndSecond: parts[i].end, P99: r.p99[i], Outcome: record.RecoveryUnknown}
		if last, seen := r.lastSecond(i); seen {
			peak.Backlog = last.backlog
		}
		after := r.after(i)
		switch {
		case i == len(parts)-1:
			peak.Reason = "nothing follows it"
		case !known:
			peak.Reason = fmt.Sprintf("the first part, or what follows, has too few operations or fewer than %d whole seconds to compare", recoveryInARow)
		case len(after) < recoveryInARow:
			peak.Reason = fmt.Sprintf("fewer than %d whole seconds follow it", recoveryInARow)
		default:
			peak.Outcome = record.NotRecovered
			if at, ok := r.recovered(after, which, limit); ok {
				seconds := math.Max(0, float64(at)-parts[i].end)
				peak.Outcome, peak.Seconds = record.Recovered, &seconds
			}
		}
		report.Peaks = append(report.Peaks, peak)
	}
	return report
}

// isPeak: a part that comes to more load than the first.
func (r *recovery) isPeak(number int) bool {
	return r.timeline.parts[number].held > r.timeline.parts[0].held
}

// after are the seconds between a peak and the next one, or the end.
func (r *recovery) after(peak int) []second {
	var seconds []second
	for _, s := range r.seconds {
		if s.part <= peak {
			continue
		}
		if r.isPeak(s.part) {
			break
		}
		seconds = append(seconds, s)
	}
	return seconds
}

func (r *recovery) lastSecond(part int) (second, bool) {
	for i := len(r.seconds) - 1; i >= 0; i-- {
		if r.seconds[i].part == part {
			return r.seconds[i], true
		}
	}
	return second{}, false
}

// recovered finds the first of enough good seconds in a row.
func (r *recovery) recovered(after []second, which int, limit float64) (first int, ok bool) {
	good := 0
	for i, s := range after {
		waits := float64(s.backlog) > 1+r.timeline.rateAt(s.second)*recoveryBacklogSeconds
		if s.count == 0 || s.at[which] > limit || waits {
			good = 0
			continue
		}
		if good++; good == recoveryInARow {
			return after[i-recoveryInARow+1].second, true
		}
	}
	return 0, false
}

// percentile is the highest that an ordinary second of the parts without a peak can have.
func (r *recovery) percentile() (which int, known bool) {
	var first, others []float64
	for _, s := range r.seconds {
		switch {
		case s.part == 0:
			first = append(first, float64(s.count))
		case !r.isPeak(s.part):
			others = append(others, float64(s.count))
		}
	}
	if len(first) < recoveryInARow || len(others) < recoveryInARow {
		return 0, false
	}
	ordinary := min(record.Median(first), record.Median(others))
	for i, p := range secondsPercentiles {
		if ordinary >= float64(p.operations) {
			return i, true
		}
	}
	return 0, false
}

// level is the percentile in an ordinary second of the first part: the median of its seconds, which one stall does not move.
func (r *recovery) level(which int) float64 {
	var values []float64
	for _, s := range r.seconds {
		if s.part == 0 && s.count > 0 {
			values = append(values, s.at[which])
		}
	}
	return record.Median(values)
}
