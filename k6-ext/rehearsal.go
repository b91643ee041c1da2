package dbmark

import (
	"runtime/debug"
	"sync"

	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/engine"
	"github.com/dbmark/dbmark/k6-ext/run"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// sampleRehearsal makes samples as the metrics mode "operations" does, and counts them as k6 does, with metrics that no test has. What k6
// spends on outputs (--out) is not in it.
type sampleRehearsal struct {
	metrics *metricSet
	tagging *tagging
	samples chan metrics.SampleContainer
	done    sync.WaitGroup
	// collection is the percentage at which Go collected before.
	collection int
}

// tightCollection is how much garbage Go may have beside what is in use, in percent: the samples must not take more memory than the run will.
// Go's own is 100. Less makes the ceiling lower, since collecting takes time.
const tightCollection = 55

// passes is how often k6 goes through all samples: for the thresholds, and for the summary at the end.
const passes = 2

// waitingSamples is the room of the channel of samples. It is small, so that little memory is used before the run.
const waitingSamples = 16

func rehearseSamples(operations []workload.Operation) run.Rehearsal {
	registry := metrics.NewRegistry()
	s := &sampleRehearsal{metrics: newMetricSet(registry), samples: make(chan metrics.SampleContainer, waitingSamples)}
	tagged := make([]taggedOperation, len(operations))
	for i := range operations {
		tagged[i] = taggedOperation{operations[i].Name, operations[i].Kind, operations[i].Check}
	}
	s.tagging = newTagging(registry.RootTagSet(), "noop", "0", "", tagged)
	s.collection = debug.SetGCPercent(tightCollection)
	if s.collection < tightCollection {
		debug.SetGCPercent(s.collection)
	}
	s.done.Add(1)
	go s.count()
	return s
}

// keptSamples is how many samples are kept: k6 keeps the values of its Trends to the end, which here would be memory that the run does not need.
const keptSamples = 20_000

func (s *sampleRehearsal) count() {
	defer s.done.Done()
	var sinks [passes]map[*metrics.Metric]metrics.Sink
	kept := keptSamples
	for container := range s.samples {
		if kept >= keptSamples {
			kept = 0
			for pass := range sinks {
				sinks[pass] = map[*metrics.Metric]metrics.Sink{}
			}
		}
		kept += len(container.GetSamples())
		for pass := range sinks {
			for _, sample := range container.GetSamples() {
				sink, known := sinks[pass][sample.Metric]
				if !known {
					sink = metrics.NewSink(sample.Metric.Type)
					sinks[pass][sample.Metric] = sink
				}
				sink.Add(sample)
			}
		}
	}
}

// Worker implements run.Rehearsal.
func (s *sampleRehearsal) Worker() (engine.Observer, func()) {
	sampler := &operationSampler{tagging: s.tagging, metrics: s.metrics, output: s.samples}
	return sampler, sampler.flush
}

// Close implements run.Rehearsal.
func (s *sampleRehearsal) Close() {
	close(s.samples)
	s.done.Wait()
	debug.SetGCPercent(s.collection)
}
