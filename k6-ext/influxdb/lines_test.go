package influxdb

import (
	"math"
	"strings"
	"testing"
	"time"

	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/live"
)

func linesOf(l *lines) []string {
	text, _, _, _ := l.take()
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func TestEachTypeOfMetricHasItsFields(t *testing.T) {
	r := register(t)
	for _, c := range []struct {
		metric *metrics.Metric
		values []float64
		line   string
	}{
		{r.counter, []float64{2, 3.5}, "counted,instance=0,operation=select value=5.5 1795262400000000000"},
		{r.gauge, []float64{2, 5, 3}, "gauged,instance=0,operation=select max=5,min=2,value=3 1795262400000000000"},
		{r.rate, []float64{1, 0, 1, 1}, "rated,instance=0,operation=select count=4,hits=3 1795262400000000000"},
		{
			r.trend, []float64{4, 1, 3, 2, 5},
			"timed,instance=0,operation=select count=5,max=5,min=1,p50=3,p95=4.8,p99=4.96,sum=15 1795262400000000000",
		},
	} {
		sink := metrics.NewSink(c.metric.Type)
		for _, value := range c.values {
			sink.Add(r.sample(c.metric, start, value))
		}
		l := newLines("0")
		series := r.sample(c.metric, start, 0, "operation", "select").TimeSeries
		l.aggregate(&aggregate{series, sink, time.Unix(1795262400, 0)})
		if got := linesOf(l); got[0] != c.line {
			t.Errorf("written is\n%s; want\n%s", got[0], c.line)
		}
	}
}

// secondOf is a second with one Counter, one percentile and one histogram.
func secondOf(r *registered, at time.Time, operations float64) *live.Second {
	counts := make([]uint64, len(live.BucketLimits)+1)
	counts[30], counts[len(live.BucketLimits)] = 40, 2
	tagged := r.sample(r.transactions, at, operations, "operation", "select", "phase", "measure", "testid", "run-1", "instance", "0:1/2")
	percentile := tagged
	percentile.Metric, percentile.Value = r.gauge, 1.5
	return &live.Second{
		At: at, Samples: metrics.Samples{tagged}, Percentiles: metrics.Samples{percentile},
		Histograms: []live.Histogram{{Metric: "response_time_ms", Tags: tagged.Tags, Counts: counts}},
		TestID:     "run-1", Instance: "0:1/2",
	}
}

func TestASecondIsItsSamplesPercentilesAndBuckets(t *testing.T) {
	r := register(t)
	l := newLines("0")
	second := secondOf(&r, time.Unix(1795262400, 17), 42)
	l.of(second)
	l.second(second)
	text, points, operations, refused := l.take()
	want := `transactions_total,instance=0:1/2,operation=select,phase=measure,testid=run-1 value=42 1795262400000000017
gauged,instance=0:1/2,operation=select,phase=measure,testid=run-1 value=1.5 1795262400000000017
response_time_ms_bucket,instance=0:1/2,le=1,operation=select,phase=measure,testid=run-1 value=40 1795262400000000017
response_time_ms_bucket,instance=0:1/2,le=+Inf,operation=select,phase=measure,testid=run-1 value=2 1795262400000000017
`
	if string(text) != want || points != 4 || operations != 42 || refused != 0 {
		t.Errorf("written are %d points of %v operations, %d refused:\n%s", points, operations, refused, text)
	}
}

func TestSamplesWithoutTheRunsTagsGetThem(t *testing.T) {
	r := register(t)
	l := newLines("1/2:1")
	line := func(tags ...string) string {
		sink := metrics.NewSink(metrics.Gauge)
		sink.Add(r.sample(r.gauge, start, 1))
		l.aggregate(&aggregate{r.sample(r.gauge, start, 0, tags...).TimeSeries, sink, time.Unix(1, 0)})
		return strings.Fields(linesOf(l)[0])[0]
	}
	if got := line(); got != "gauged,instance=1/2:1" {
		t.Errorf("before the run: %s", got)
	}
	l.of(&live.Second{TestID: "run-1", Instance: "1/2:1"})
	if got := line(); got != "gauged,instance=1/2:1,testid=run-1" {
		t.Errorf("in the run: %s", got)
	}
	if got := line("testid", "mine", "instance", "7"); got != "gauged,instance=7,testid=mine" {
		t.Errorf("with tags of its own: %s", got)
	}
}

func TestNoTagBreaksTheProtocol(t *testing.T) {
	r := register(t)
	l := newLines("0")
	sink := metrics.NewSink(metrics.Counter)
	sink.Add(r.sample(r.counter, start, 1))
	tags := []string{
		"a b", "c,d=e f", "end", `back\slash\`, "line", "one\ntwo", "none", "", "time", "noon", "bytes", "\xff\xfe", "emoji", "💾", "le", "17",
	}
	series := r.sample(r.counter, start, 0, tags...).TimeSeries
	l.aggregate(&aggregate{series, sink, time.Unix(1, 0)})
	counts := make([]uint64, len(live.BucketLimits)+1)
	counts[0] = 1
	l.second(&live.Second{At: time.Unix(2, 0), Histograms: []live.Histogram{{Metric: "timed", Tags: series.Tags, Counts: counts}}})
	text, points, _, refused := l.take()
	if points != 2 || refused != 0 {
		t.Errorf("%d points, %d refused", points, refused)
	}
	// Keys and values as they are read again; influxtest reads all of them with the protocol's own decoder.
	want := `counted,a\ b=c\,d\=e\ f,bytes="\xff\xfe",emoji=💾,end="back\\slash\\",instance=0,le=17,line="one\ntwo",tag_time=noon value=1 1000000000
timed_bucket,a\ b=c\,d\=e\ f,bytes="\xff\xfe",emoji=💾,end="back\\slash\\",instance=0,le=0.001,line="one\ntwo",tag_time=noon value=1 2000000000
`
	if string(text) != want {
		t.Errorf("written is\n%s; want\n%s", text, want)
	}
}

func TestNumbersThatInfluxDBCannotHoldAreRefusedAndCounted(t *testing.T) {
	r := register(t)
	l := newLines("0")
	for _, value := range []float64{1, math.NaN(), math.Inf(1), 2} {
		sink := metrics.NewSink(metrics.Gauge)
		sink.Add(r.sample(r.gauge, start, value))
		l.aggregate(&aggregate{r.sample(r.gauge, start, 0).TimeSeries, sink, time.Unix(int64(value)&3, 0)})
	}
	text, points, _, refused := l.take()
	if points != 2 || refused != 2 || strings.Count(string(text), "\n") != 2 || strings.Contains(string(text), "NaN") {
		t.Errorf("%d points and %d refused:\n%s", points, refused, text)
	}
}

func TestTagsThatNeverComeAgainDoNotFillTheMemory(t *testing.T) {
	r := register(t)
	l := newLines("0")
	for i := range 2*mostSortedSets + 5 {
		l.tagsOf(r.registry.RootTagSet().With("n", strings.Repeat("x", i%7)+string(rune('a'+i%26))+time.Duration(i).String()))
	}
	if len(l.sorted) > mostSortedSets {
		t.Errorf("%d sets are remembered", len(l.sorted))
	}
}
