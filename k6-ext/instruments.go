package dbmark

import (
	"maps"
	"slices"
	"time"

	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/histogram"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/run"
)

// instrumentMetrics are the k6 metrics of one of a driver's instruments.
type instrumentMetrics struct {
	// counter is nil for an instrument that times, the others for one that counts.
	counter, trend *metrics.Metric
	// gauges hold the percentiles of a second by suffix.
	gauges map[string]*metrics.Metric
}

// addInstruments registers the metrics of a target's instruments; those that are there already stay.
func (set *metricSet) addInstruments(instruments []driver.Instrument) {
	set.mutex.Lock()
	defer set.mutex.Unlock()
	known := map[string]*instrumentMetrics{}
	if before := set.instruments.Load(); before != nil {
		known = maps.Clone(*before)
	}
	for _, instrument := range instruments {
		if known[instrument.Name] != nil {
			continue
		}
		added := &instrumentMetrics{}
		if instrument.Times == nil {
			added.counter = set.registry.MustNewMetric(instrument.Name, metrics.Counter)
		} else {
			added.trend = set.registry.MustNewMetric(instrument.Name, metrics.Trend, metrics.Time)
			added.gauges = map[string]*metrics.Metric{}
			for _, of := range gaugeSuffixes {
				added.gauges[of.suffix] = set.registry.MustNewMetric(instrument.Name+of.suffix, metrics.Gauge, metrics.Time)
			}
		}
		known[instrument.Name] = added
	}
	set.instruments.Store(&known)
}

// ofInstrument is nil for one that was not added.
func (set *metricSet) ofInstrument(name string) *instrumentMetrics {
	if known := set.instruments.Load(); known != nil {
		return (*known)[name]
	}
	return nil
}

// instrumentNames are the metrics that only one of the modes fills: Trends in the one with a sample for each operation, Gauges in the other.
func (set *metricSet) instrumentNames(mode string) []string {
	var names []string
	if known := set.instruments.Load(); known != nil {
		for _, of := range *known {
			if of.trend == nil {
				continue
			}
			if mode == run.OperationsMode {
				names = append(names, of.trend.Name)
				continue
			}
			for _, gauge := range of.gauges {
				names = append(names, gauge.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// instrumentCounts makes, of one second, a Counter of each of a driver's instruments that counted.
func instrumentCounts(set *metricSet, t *tagging, rolled *record.Rolled, end time.Time) metrics.Samples {
	var samples metrics.Samples
	tags := t.phases[rolled.ReadingPhase]
	for i := range rolled.Readings {
		reading := &rolled.Readings[i]
		of := set.ofInstrument(reading.Name)
		if of != nil && of.counter != nil && reading.Count != 0 {
			samples = append(samples, metrics.Sample{
				TimeSeries: metrics.TimeSeries{Metric: of.counter, Tags: tags}, Time: end, Value: float64(reading.Count),
			})
		}
	}
	return samples
}

// instrumentPercentiles makes, of one second, a Gauge for each percentile of each instrument that timed something.
func instrumentPercentiles(set *metricSet, t *tagging, rolled *record.Rolled, end time.Time) metrics.Samples {
	var samples metrics.Samples
	tags := t.phases[rolled.ReadingPhase]
	eachTimed(set, rolled.Readings, func(of *instrumentMetrics, times *histogram.Interval) {
		for _, gauge := range gaugeSuffixes {
			samples = append(samples, metrics.Sample{
				TimeSeries: metrics.TimeSeries{Metric: of.gauges[gauge.suffix], Tags: tags}, Time: end,
				Value: milliseconds(time.Duration(times.Percentile(gauge.percentile))),
			})
		}
	})
	return samples
}

// instrumentValues makes, of one second, a sample of a Trend for each time, as the instrument's histogram has it: with three significant digits.
func instrumentValues(set *metricSet, t *tagging, rolled *record.Rolled, end time.Time) metrics.Samples {
	var samples metrics.Samples
	tags := t.phases[rolled.ReadingPhase]
	eachTimed(set, rolled.Readings, func(of *instrumentMetrics, times *histogram.Interval) {
		times.Each(func(nanoseconds int64, count uint64) {
			for range count {
				samples = append(samples, metrics.Sample{
					TimeSeries: metrics.TimeSeries{Metric: of.trend, Tags: tags}, Time: end, Value: milliseconds(time.Duration(nanoseconds)),
				})
			}
		})
	})
	return samples
}

func eachTimed(set *metricSet, readings []record.Reading, visit func(*instrumentMetrics, *histogram.Interval)) {
	for i := range readings {
		of := set.ofInstrument(readings[i].Name)
		if of != nil && of.trend != nil && readings[i].Times != nil && readings[i].Times.Count() > 0 {
			visit(of, readings[i].Times)
		}
	}
}
