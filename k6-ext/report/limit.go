package report

import "github.com/dbmark/dbmark/k6-ext/record"

const (
	// limitInARow seconds must miss the same limit: one that does is noise.
	limitInARow = 3
	// In a second, a p95 needs 40 operations and a p99 200, so that two lie beyond.
	limitP95Operations = 40
	limitP99Operations = 200
	// limitReachedShare of the rate must be reached in a second.
	limitReachedShare = 0.9
)

// limit watches a rising load for the first second in which a limit is missed, and goes on being.
type limit struct {
	plan     *Plan
	timeline *timeline
	// running are the misses that go on, with how many seconds they have.
	running map[missKey]*runningMiss
	last    int
	missed  *record.Miss
}

type missKey struct{ operation, metric string }

type runningMiss struct {
	first   record.Miss
	seconds int
	seen    int // the last second of it
}

func newLimit(plan *Plan, timeline *timeline) *limit {
	return &limit{plan: plan, timeline: timeline, running: map[missKey]*runningMiss{}, last: -1}
}

func (l *limit) add(rolled *record.Rolled) {
	// The first second holds only what was both due and finished in it; a second roll of the same second is not whole.
	if l.missed != nil || !l.timeline.measured(rolled.Second) || rolled.Second == l.last || float64(rolled.Second) < l.timeline.start+1 {
		return
	}
	l.last = rolled.Second
	var succeeded uint64
	for i := range rolled.Windows {
		window := &rolled.Windows[i]
		if window.Phase != record.Measure {
			continue
		}
		succeeded += window.Succeeded()
		if slo := l.plan.SLOs[window.Operation]; slo != nil {
			l.judge(rolled.Second, l.plan.Operations[window.Operation], window, slo)
		}
	}
	if rate := l.timeline.rateAt(rolled.Second); rolled.Seconds > 0 {
		if reached := float64(succeeded) / rolled.Seconds; reached < limitReachedShare*rate {
			l.note(rolled.Second, "", record.MetricRate, limitReachedShare*rate, reached)
		}
	}
	l.forget(rolled.Second)
}

func (l *limit) judge(second int, operation string, window *record.Window, slo *record.SLO) {
	percentile := func(metric string, limit *float64, p float64, enough uint64) {
		if limit == nil || window.Response.Count() < enough {
			return
		}
		if actual := *milliseconds(window.Response.Percentile(p)); actual > *limit {
			l.note(second, operation, metric, *limit, actual)
		}
	}
	percentile(record.MetricP95, slo.P95Milliseconds, 95, limitP95Operations)
	percentile(record.MetricP99, slo.P99Milliseconds, 99, limitP99Operations)
	if slo.ErrorRate != nil && window.Operations > 0 {
		if share := float64(window.Failed) / float64(window.Operations); share > *slo.ErrorRate {
			l.note(second, operation, record.MetricErrorRate, *slo.ErrorRate, share)
		}
	}
}

// note counts a miss, and keeps the first that lasted.
func (l *limit) note(second int, operation, metric string, limit, actual float64) {
	key := missKey{operation, metric}
	running := l.running[key]
	if running == nil {
		running = &runningMiss{first: record.Miss{
			Second: second, Offered: l.timeline.rateAt(second), Operation: operation, Metric: metric, Limit: limit, Actual: actual,
		}}
		l.running[key] = running
	}
	running.seconds++
	running.seen = second
	if running.seconds == limitInARow && l.missed == nil {
		first := running.first
		l.missed = &first
	}
}

// forget drops the misses that did not go on in this second.
func (l *limit) forget(second int) {
	for key, running := range l.running {
		if running.seen != second {
			delete(l.running, key)
		}
	}
}
