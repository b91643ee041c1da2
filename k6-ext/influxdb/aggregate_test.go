package influxdb

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"go.k6.io/k6/v2/metrics"
)

// registered are metrics of all types.
type registered struct {
	registry                    *metrics.Registry
	counter, gauge, rate, trend *metrics.Metric
	transactions                *metrics.Metric
}

func register(t *testing.T) registered {
	t.Helper()
	registry := metrics.NewRegistry()
	return registered{
		registry: registry,
		counter:  registry.MustNewMetric("counted", metrics.Counter), gauge: registry.MustNewMetric("gauged", metrics.Gauge),
		rate: registry.MustNewMetric("rated", metrics.Rate), trend: registry.MustNewMetric("timed", metrics.Trend),
		transactions: registry.MustNewMetric(operationsMetric, metrics.Counter),
	}
}

func (r *registered) sample(metric *metrics.Metric, at time.Time, value float64, tags ...string) metrics.Sample {
	set := r.registry.RootTagSet()
	for i := 0; i < len(tags); i += 2 {
		set = set.With(tags[i], tags[i+1])
	}
	return metrics.Sample{TimeSeries: metrics.TimeSeries{Metric: metric, Tags: set}, Time: at, Value: value}
}

var start = time.Date(2026, 11, 21, 12, 0, 0, 123_456_789, time.UTC)

func seconds(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }

func TestSamplesAreSummedUpBySecondAndSeries(t *testing.T) {
	r := register(t)
	a := newAggregator(start)
	a.add([]metrics.Sample{
		r.sample(r.counter, seconds(0.1), 2), r.sample(r.counter, seconds(0.9), 3), r.sample(r.counter, seconds(1), 7),
		r.sample(r.counter, seconds(0.5), 11, "operation", "b"), r.sample(r.counter, seconds(-0.5), 13),
	})
	if taken, _ := a.take(seconds(2.9), false); len(taken) != 1 || taken[0].at != start {
		t.Errorf("2.9 s after the start, with 2 s of grace, are given out: %v", taken)
	}
	want := map[string]float64{"1 ": 5, "1 b": 11, "2 ": 7}
	got := map[string]float64{}
	taken, _ := a.take(seconds(4), false)
	for _, one := range taken {
		operation, _ := one.series.Tags.Get("operation")
		got[fmt.Sprintf("%v %s", one.at.Sub(start).Seconds(), operation)] = one.sink.(*metrics.CounterSink).Value
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("given out are %v, want %v", got, want)
	}
	if taken, _ := a.take(seconds(100), true); len(taken) != 0 {
		t.Errorf("the same is given out twice: %v", taken)
	}
}

func TestWhatComesLateHasAnInstantOfItsOwn(t *testing.T) {
	r := register(t)
	a := newAggregator(start)
	instants := map[time.Time]float64{}
	for i := range 5 {
		a.add([]metrics.Sample{r.sample(r.counter, seconds(0.5), 1)})
		taken, _ := a.take(seconds(float64(10+i)), i == 4)
		for _, one := range taken {
			instants[one.at] += one.sink.(*metrics.CounterSink).Value
			if late := one.at.Sub(seconds(1)); late < 0 || late > time.Microsecond {
				t.Errorf("a second that ended at %v is given out with %v", seconds(1), one.at)
			}
		}
	}
	if len(instants) != 5 {
		t.Errorf("five parts of one second have the instants %v", instants)
	}
}

func TestNothingIsLostBetweenAddingAndTaking(t *testing.T) {
	r := register(t)
	a := newAggregator(time.Now())
	const adders, each = 4, 20_000
	var adding sync.WaitGroup
	for range adders {
		adding.Go(func() {
			for range each {
				a.add([]metrics.Sample{r.sample(r.counter, time.Now().Add(-3*time.Second), 1)})
			}
		})
	}
	sum, instants := 0.0, map[time.Time]bool{}
	take := func(all bool) {
		taken, _ := a.take(time.Now(), all)
		for _, one := range taken {
			if instants[one.at] {
				t.Fatalf("two points at %v", one.at)
			}
			instants[one.at] = true
			sum += one.sink.(*metrics.CounterSink).Value
		}
	}
	done := make(chan struct{})
	go func() { adding.Wait(); close(done) }()
	for !isClosed(done) {
		take(false)
	}
	take(true)
	if sum != adders*each {
		t.Errorf("%v of %d are given out", sum, adders*each)
	}
}

func TestCountlessSeriesAreRefusedAndCounted(t *testing.T) {
	r := register(t)
	a := newAggregator(start)
	for i := range mostSeries + 10 {
		a.add([]metrics.Sample{r.sample(r.counter, start, 1, "url", fmt.Sprint(i))})
	}
	a.add([]metrics.Sample{r.sample(r.counter, start, 1, "url", "5")})
	taken, refused := a.take(start, true)
	if len(taken) != mostSeries || refused != 10 {
		t.Errorf("%d series were taken and %d samples refused, want %d and 10", len(taken), refused, mostSeries)
	}
}

func BenchmarkAdd(b *testing.B) {
	registry := metrics.NewRegistry()
	metric := registry.MustNewMetric("counted", metrics.Counter)
	tags := registry.RootTagSet().With("operation", "select")
	samples := make([]metrics.Sample, 256)
	for i := range samples {
		samples[i] = metrics.Sample{TimeSeries: metrics.TimeSeries{Metric: metric, Tags: tags}, Time: time.Now(), Value: 1}
	}
	a := newAggregator(time.Now())
	b.ResetTimer()
	for range b.N {
		a.add(samples)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(samples)), "ns/sample")
}
