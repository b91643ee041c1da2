package influxdb

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/influxdata/line-protocol/v2/lineprotocol"
	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/live"
)

// lines writes points in InfluxDB's line protocol. The measurement is the metric's name, and times are nanoseconds.
type lines struct {
	encoder lineprotocol.Encoder
	// tags of the run, for samples that do not carry them (k6's own).
	tags map[string]string
	// sorted tags by their set: a run's sets are few, and come again every second.
	sorted map[*metrics.TagSet][]tag

	// points that were written since the last take, the operations that they count, and the points that cannot be expressed (NaN).
	points     int
	operations float64
	refused    int
}

type tag struct{ name, value string }

// field is one number of a point.
type field struct {
	name  string
	value float64
}

// operationsMetric is the metric whose points count operations.
const operationsMetric = "transactions_total"

// mostSortedSets is how many tag sets are remembered: without a limit a script with countless tags would fill the memory.
const mostSortedSets = 10_000

func newLines(instance string) *lines {
	l := &lines{tags: map[string]string{"instance": instance}, sorted: map[*metrics.TagSet][]tag{}}
	l.encoder.SetPrecision(lineprotocol.Nanosecond)
	return l
}

// of names the run that points belong to.
func (l *lines) of(second *live.Second) {
	if l.tags["testid"] == second.TestID && l.tags["instance"] == second.Instance {
		return
	}
	l.tags = map[string]string{"testid": second.TestID, "instance": second.Instance}
	clear(l.sorted)
}

// second writes what is known of a run's second: its samples, and its histograms by bucket, where an empty bucket has no point.
func (l *lines) second(s *live.Second) {
	for _, samples := range []metrics.Samples{s.Samples, s.Percentiles} {
		for i := range samples {
			l.point(samples[i].Metric.Name, samples[i].Tags, "", s.At, field{"value", samples[i].Value})
		}
	}
	for i := range s.Histograms {
		h := &s.Histograms[i]
		for bucket, count := range h.Counts {
			if count > 0 {
				l.point(h.Metric+live.BucketSuffix, h.Tags, live.BucketLabels[bucket], s.At, field{"value", float64(count)})
			}
		}
	}
}

// aggregate writes a series' second.
func (l *lines) aggregate(a *aggregate) {
	l.point(a.series.Metric.Name, a.series.Tags, "", a.at, fieldsOf(a.sink)...)
}

// fieldsOf are the fields of a point, by the type of its metric. What is called `value` can be summed up (Counter) or looked at (Gauge); a
// Trend has none, because a percentile of anything that could stand there would be wrong.
func fieldsOf(sink metrics.Sink) []field {
	switch s := sink.(type) {
	case *metrics.CounterSink:
		return []field{{"value", s.Value}}
	case *metrics.GaugeSink:
		return []field{{"max", s.Max}, {"min", s.Min}, {"value", s.Value}}
	case *metrics.RateSink:
		return []field{{"count", float64(s.Total)}, {"hits", float64(s.Trues)}}
	case *metrics.TrendSink:
		return []field{
			{"count", float64(s.Count())}, {"max", s.Max()}, {"min", s.Min()},
			{"p50", s.P(0.50)}, {"p95", s.P(0.95)}, {"p99", s.P(0.99)}, {"sum", s.Total()},
		}
	default:
		return nil
	}
}

// point writes a line, or counts it as refused. le is the tag of a bucket; empty: none.
func (l *lines) point(measurement string, tags *metrics.TagSet, le string, at time.Time, fields ...field) {
	before := len(l.encoder.Bytes())
	l.encoder.StartLine(measurement)
	bucket := le != ""
	for _, t := range l.tagsOf(tags) {
		if le != "" && t.name > "le" {
			l.encoder.AddTag("le", le)
			le = ""
		}
		if !bucket || t.name != "le" {
			l.encoder.AddTag(t.name, t.value)
		}
	}
	if le != "" {
		l.encoder.AddTag("le", le)
	}
	finite := true
	for _, f := range fields {
		value, ok := lineprotocol.FloatValue(f.value)
		finite = finite && ok
		if ok {
			l.encoder.AddField(f.name, value)
		}
	}
	l.encoder.EndLine(at)
	if l.encoder.Err() != nil || !finite {
		l.encoder.ClearErr()
		l.encoder.SetBuffer(l.encoder.Bytes()[:before])
		l.refused++
		return
	}
	l.points++
	if measurement == operationsMetric {
		l.operations += fields[0].value
	}
}

// tagsOf are a set's tags with the run's, sorted, without empty ones, which the protocol does not know.
func (l *lines) tagsOf(set *metrics.TagSet) []tag {
	if sorted, ok := l.sorted[set]; ok {
		return sorted
	}
	all := maps.Clone(l.tags)
	if set != nil {
		maps.Copy(all, set.Map())
	}
	sorted := []tag{}
	for name, value := range all {
		if name == "time" { // InfluxDB's own
			name = "tag_time"
		}
		if name != "" && value != "" {
			sorted = append(sorted, tag{plain(name), plain(value)})
		}
	}
	slices.SortFunc(sorted, func(a, b tag) int { return strings.Compare(a.name, b.name) })
	if len(l.sorted) >= mostSortedSets {
		clear(l.sorted)
	}
	l.sorted[set] = sorted
	return sorted
}

// plain puts a name or a value that the protocol cannot hold in quotes: control characters, bytes that are no UTF-8, a backslash at the end.
func plain(text string) string {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	if !utf8.ValidString(text) || strings.ContainsFunc(text, control) || strings.HasSuffix(text, `\`) {
		return strconv.Quote(text)
	}
	return text
}

// take gives what was written since the last time.
func (l *lines) take() (text []byte, points int, operations float64, refused int) {
	text, points, operations, refused = l.encoder.Bytes(), l.points, l.operations, l.refused
	l.encoder.SetBuffer(nil)
	l.points, l.operations, l.refused = 0, 0, 0
	return text, points, operations, refused
}
