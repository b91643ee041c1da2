package dbmark

import (
	"time"

	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/record"
)

// checkTag is the tag by which k6 tells the results of its checks apart.
const checkTag = "check"

// checkSums makes, of one second, Counters of the checks that its operations passed and failed. k6's own Rate `checks` cannot be given a sum:
// it counts samples, so that only the mode with a sample for each operation fills it.
func checkSums(set *metricSet, t *tagging, rolled *record.Rolled, end time.Time) metrics.Samples {
	var samples metrics.Samples
	type result struct {
		metric *metrics.Metric
		tags   *metrics.TagSet
	}
	places := map[result]int{}
	add := func(metric *metrics.Metric, tags *metrics.TagSet, value uint64) {
		if value == 0 {
			return
		}
		// Several operations may have one check: two samples of one series and instant would overwrite each other.
		place, known := places[result{metric, tags}]
		if !known {
			place = len(samples)
			places[result{metric, tags}] = place
			samples = append(samples, metrics.Sample{TimeSeries: metrics.TimeSeries{Metric: metric, Tags: tags}, Time: end})
		}
		samples[place].Value += float64(value)
	}
	for i := range rolled.Windows {
		w := &rolled.Windows[i]
		if check := t.operations[w.Operation].check; check != "" {
			tags := t.phases[w.Phase].With(checkTag, check)
			add(set.checksSucceeded, tags, w.Succeeded())
			add(set.checksFailed, tags, w.Failed)
		}
	}
	return samples
}
