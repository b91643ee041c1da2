package dbmark

import (
	"time"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/histogram"
	"github.com/dbmark/dbmark/k6-ext/live"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// tagging makes the tags that every sample carries.
type tagging struct {
	base       *metrics.TagSet
	operations []taggedOperation
	// sets by phase and operation.
	sets [][]*metrics.TagSet
	// checks are those with the name of the operation's check; nil where it has none.
	checks [][]*metrics.TagSet
	// phases are the tags of what is not of an operation, by phase.
	phases []*metrics.TagSet
}

// taggedOperation is what samples say of an operation.
type taggedOperation struct {
	name string
	kind driver.Kind
	// check is the name of the k6 check that it passes or fails; empty: none.
	check string
}

// newTagging adds to the tags that k6 gives every sample of a VU. Without a testID a user's own (--tag testid=…) stays.
func newTagging(base *metrics.TagSet, system, instance, testID string, operations []taggedOperation) *tagging {
	base = base.With("system", system).With("instance", instance)
	if _, given := base.Get("testid"); testID != "" || !given {
		base = base.With("testid", testID)
	}
	t := &tagging{base: base, operations: operations}
	for _, phase := range record.Phases() {
		sets, checks := make([]*metrics.TagSet, len(operations)), make([]*metrics.TagSet, len(operations))
		for i, operation := range operations {
			sets[i] = t.base.With("operation", operation.name).With("kind", string(operation.kind)).With("phase", phase.String())
			if operation.check != "" {
				checks[i] = sets[i].With(checkTag, operation.check)
			}
		}
		t.sets, t.checks = append(t.sets, sets), append(t.checks, checks)
		t.phases = append(t.phases, t.base.With("phase", phase.String()))
	}
	return t
}

// operationSampler makes one sample an operation: the mode in which k6's thresholds and outputs work as its users know them.
type operationSampler struct {
	*tagging
	metrics *metricSet
	output  chan<- metrics.SampleContainer
	buffer  metrics.Samples
}

const (
	// samplesAtOnce are handed to k6 together: its channel costs more than a sample.
	samplesAtOnce = 256
	// mostSamples is room for those of one operation.
	mostSamples = 16
)

func newOperationSampler(state *lib.State, set *metricSet, t *tagging) *operationSampler {
	return &operationSampler{tagging: t, metrics: set, output: state.Samples}
}

// Observe implements engine.Observer.
func (s *operationSampler) Observe(o *record.Observation) {
	set, tags, now := s.metrics, s.sets[o.Phase][o.Operation], time.Now()
	add := func(metric *metrics.Metric, tags *metrics.TagSet, value float64) {
		s.buffer = append(s.buffer, metrics.Sample{
			TimeSeries: metrics.TimeSeries{Metric: metric, Tags: tags}, Time: now, Value: value,
		})
	}
	failed := 0.0
	if o.ErrorKind != "" {
		failed = 1
	}
	add(set.transactions, tags, 1)
	add(set.successRate, tags, 1-failed)
	add(set.errorRate, tags, failed)
	add(set.latency, tags, milliseconds(o.Service))
	add(set.responseTime, tags, milliseconds(o.Response))
	add(set.byKind[s.operations[o.Operation].kind], tags, milliseconds(o.Service))
	if checked := s.checks[o.Phase][o.Operation]; checked != nil {
		add(set.checks, checked, 1-failed)
	}
	for _, amount := range []struct {
		metric *metrics.Metric
		value  int64
	}{
		{set.bytesRead, o.BytesRead}, {set.bytesWritten, o.BytesWritten},
		{set.recordsRead, o.RowsRead}, {set.recordsWritten, o.RowsWritten}, {set.transactionRetries, int64(o.Attempts) - 1},
	} {
		if amount.value > 0 {
			add(amount.metric, tags, float64(amount.value))
		}
	}
	if o.ErrorKind != "" {
		tags = tags.With("error", string(o.ErrorKind))
		add(set.transactionErrors, tags, 1)
		if metric := set.ofError(o.ErrorKind); metric != nil {
			add(metric, tags, 1)
		}
	}
	if len(s.buffer) >= samplesAtOnce {
		s.flush()
	}
}

// flush hands the samples to k6, which keeps them.
func (s *operationSampler) flush() {
	if len(s.buffer) == 0 {
		return
	}
	s.output <- s.buffer
	// As much as it took now: a thousand workers with a few samples a second each would throw away 15 MB a second of empty places.
	room := len(s.buffer)
	if room >= samplesAtOnce { // it was full, and the next one may hold a few more, for which a full one would be copied into twice the room
		room = samplesAtOnce + mostSamples
	}
	s.buffer = make(metrics.Samples, 0, room)
}

// windowSums makes, of one second, a Counter for each sum of each operation: never a Rate, which would count seconds.
func windowSums(set *metricSet, t *tagging, rolled *record.Rolled, end time.Time) metrics.Samples {
	var samples metrics.Samples
	add := func(metric *metrics.Metric, tags *metrics.TagSet, value float64) {
		samples = append(samples, metrics.Sample{
			TimeSeries: metrics.TimeSeries{Metric: metric, Tags: tags}, Time: end, Value: value,
		})
	}
	for i := range rolled.Windows {
		w := &rolled.Windows[i]
		tags := t.sets[w.Phase][w.Operation]
		for _, sum := range []struct {
			metric *metrics.Metric
			value  uint64
		}{
			{set.transactions, w.Operations},
			{set.bytesRead, w.BytesRead}, {set.bytesWritten, w.BytesWritten},
			{set.recordsRead, w.RowsRead}, {set.recordsWritten, w.RowsWritten}, {set.transactionRetries, w.Attempts - w.Operations},
		} {
			if sum.value > 0 {
				add(sum.metric, tags, float64(sum.value))
			}
		}
		for kind, count := range w.Errors.Map() {
			tags := tags.With("error", kind)
			add(set.transactionErrors, tags, float64(count))
			if metric := set.ofError(driver.ErrorKind(kind)); metric != nil {
				add(metric, tags, float64(count))
			}
		}
	}
	return samples
}

// windowPercentiles makes, of one second, a Gauge for each percentile of each operation: never a Trend, which would average percentiles.
func windowPercentiles(set *metricSet, t *tagging, rolled *record.Rolled, end time.Time) metrics.Samples {
	var samples metrics.Samples
	for i := range rolled.Windows {
		w := &rolled.Windows[i]
		for name, h := range timesOf(w) {
			if h == nil || h.Count() == 0 {
				continue
			}
			for _, gauge := range gaugeSuffixes {
				samples = append(samples, metrics.Sample{
					TimeSeries: metrics.TimeSeries{Metric: set.gauges[name][gauge.suffix], Tags: t.sets[w.Phase][w.Operation]},
					Time:       end, Value: milliseconds(time.Duration(h.Percentile(gauge.percentile))),
				})
			}
		}
	}
	return samples
}

// harnessSamples makes, of one second, a Gauge for each figure of the load generator, and of the server where it is on this host.
func harnessSamples(set *metricSet, t *tagging, rolled *record.Rolled, harness *record.HarnessLine, end time.Time) metrics.Samples {
	var samples metrics.Samples
	add := func(metric *metrics.Metric, tags *metrics.TagSet, value float64) {
		samples = append(samples, metrics.Sample{
			TimeSeries: metrics.TimeSeries{Metric: metric, Tags: tags}, Time: end, Value: value,
		})
	}
	tags := t.base.With("phase", harness.Phase)
	add(set.elapsed, tags, float64(harness.Second+1))
	add(set.workers, tags, float64(harness.WorkersActive))
	add(set.backlog, tags, float64(harness.Backlog))
	if harness.CPUSeconds != nil && harness.Seconds > 0 {
		add(set.harnessCPU, tags, *harness.CPUSeconds/harness.Seconds)
	}
	if harness.MemoryBytes != nil {
		add(set.harnessMemory, tags, float64(*harness.MemoryBytes))
	}
	if harness.Server != nil && harness.Server.Seconds > 0 {
		add(set.serverCPU, tags, harness.Server.CPUSeconds/harness.Server.Seconds)
		add(set.serverMemory, tags, float64(harness.Server.MemoryBytes))
	}
	for phase, lag := range rolled.Lag {
		if lag == nil || lag.Count() == 0 {
			continue
		}
		for _, gauge := range gaugeSuffixes {
			add(set.harnessLag[gauge.suffix], t.phases[phase], milliseconds(time.Duration(lag.Percentile(gauge.percentile))))
		}
	}
	return samples
}

// bucketSamples makes Counters of histograms, one for each bucket that is not empty.
func bucketSamples(set *metricSet, histograms []live.Histogram, end time.Time) metrics.Samples {
	var samples metrics.Samples
	for i := range histograms {
		h := &histograms[i]
		for bucket, count := range h.Counts {
			if count > 0 {
				tags := h.Tags.With(live.BucketTag, live.BucketLabels[bucket])
				samples = append(samples, metrics.Sample{
					TimeSeries: metrics.TimeSeries{Metric: set.buckets[h.Metric], Tags: tags}, Time: end, Value: float64(count),
				})
			}
		}
	}
	return samples
}

// histogramsOf makes the histograms of one second. Those of a window are good until the next roll only: these are for outputs, which read
// them later.
func histogramsOf(t *tagging, rolled *record.Rolled) []live.Histogram {
	var histograms []live.Histogram
	for i := range rolled.Windows {
		w := &rolled.Windows[i]
		for name, h := range timesOf(w) {
			if h == nil || h.Count() == 0 {
				continue
			}
			counts := make([]uint64, len(live.BucketLimits)+1)
			h.CountUpTo(live.BucketLimits, counts)
			histograms = append(histograms, live.Histogram{Metric: name, Tags: t.sets[w.Phase][w.Operation], Counts: counts})
		}
	}
	return histograms
}

// timesOf are a window's histograms by the name of their metrics.
func timesOf(w *record.Window) map[string]*histogram.Interval {
	return map[string]*histogram.Interval{"latency_ms": w.Service, "response_time_ms": w.Response}
}

// sloSamples makes a sample of each SLO that was missed. Its tag slo says which: without it, two of one operation would be one to an output.
func sloSamples(set *metricSet, t *tagging, verdicts []record.Verdict, now time.Time) metrics.Samples {
	var samples metrics.Samples
	for _, verdict := range verdicts {
		if verdict.Met == nil || *verdict.Met {
			continue
		}
		for i, operation := range t.operations {
			if operation.name == verdict.Operation {
				tags := t.sets[record.Measure][i].With("slo", verdict.Metric)
				samples = append(samples, metrics.Sample{
					TimeSeries: metrics.TimeSeries{Metric: set.sloMissed, Tags: tags}, Time: now, Value: 1,
				})
			}
		}
	}
	return samples
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
