package dbmark

import (
	"strings"
	"sync"
	"sync/atomic"

	"go.k6.io/k6/v2/js/common"
	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/live"
	"github.com/dbmark/dbmark/k6-ext/run"
)

// metricSet holds the k6 metrics of docs/metrics.md, registered with one test.
type metricSet struct {
	registry                          *metrics.Registry
	transactions, transactionErrors   *metrics.Metric
	transactionRetries                *metrics.Metric
	successRate, errorRate            *metrics.Metric
	latency, responseTime             *metrics.Metric
	byKind                            map[driver.Kind]*metrics.Metric
	bytesRead, bytesWritten           *metrics.Metric
	recordsRead, recordsWritten       *metrics.Metric
	timeouts, connections, validation *metrics.Metric
	sloMissed                         *metrics.Metric
	// checks is k6's own.
	checks, checksSucceeded, checksFailed *metrics.Metric
	// elapsed, and those after it, have one value a second, which is not of an operation.
	elapsed, workers, backlog *metrics.Metric
	harnessCPU, harnessMemory *metrics.Metric
	serverCPU, serverMemory   *metrics.Metric
	// harnessLag are percentiles of a second's harness lag by suffix.
	harnessLag map[string]*metrics.Metric
	// buckets hold, in the windows mode, a second's histograms by the names of gauges.
	buckets map[string]*metrics.Metric
	// gauges hold, in the windows mode, the percentiles of a second's histograms: by "latency_ms" or "response_time_ms" and suffix.
	gauges map[string]map[string]*metrics.Metric
	// instruments by name are those of the targets of the runs that were declared; the mutex is for adding to them.
	instruments atomic.Pointer[map[string]*instrumentMetrics]
	mutex       sync.Mutex
}

// The percentiles of the windows mode, by the suffix of their gauge.
var gaugeSuffixes = []struct {
	suffix     string
	percentile float64
}{{"_p50", 50}, {"_p95", 95}, {"_p99", 99}, {"_max", 100}}

// metricsFor registers the metrics with the test that is being initialised.
func (root *RootModule) metricsFor(environment *common.InitEnvironment) *metricSet {
	if environment == nil {
		return nil
	}
	root.mutex.Lock()
	defer root.mutex.Unlock()
	if set, ok := root.metrics[environment.Registry]; ok {
		return set
	}
	set := newMetricSet(environment.Registry)
	root.metrics[environment.Registry] = set
	return set
}

// newMetricSet registers the metrics.
func newMetricSet(registry *metrics.Registry) *metricSet {
	counter := func(name string, kind ...metrics.ValueType) *metrics.Metric {
		return registry.MustNewMetric(name, metrics.Counter, kind...)
	}
	gauge := func(name string, kind ...metrics.ValueType) *metrics.Metric {
		return registry.MustNewMetric(name, metrics.Gauge, kind...)
	}
	trend := func(name string) *metrics.Metric {
		return registry.MustNewMetric(name, metrics.Trend, metrics.Time)
	}
	set := &metricSet{
		registry:           registry,
		transactions:       counter("transactions_total"),
		transactionErrors:  counter("transaction_errors_total"),
		transactionRetries: counter("transaction_retries_total"),
		successRate:        registry.MustNewMetric("transaction_success_rate", metrics.Rate),
		errorRate:          registry.MustNewMetric("error_rate", metrics.Rate),
		latency:            trend("latency_ms"),
		responseTime:       trend("response_time_ms"),
		byKind: map[driver.Kind]*metrics.Metric{
			driver.Read:   trend("read_latency_ms"),
			driver.Write:  trend("write_latency_ms"),
			driver.Delete: trend("delete_latency_ms"),
			driver.Batch:  trend("batch_latency_ms"),
		},
		bytesRead:       counter("bytes_read_total", metrics.Data),
		bytesWritten:    counter("bytes_written_total", metrics.Data),
		recordsRead:     counter("records_read_total"),
		recordsWritten:  counter("records_written_total"),
		timeouts:        counter("timeout_errors_total"),
		connections:     counter("connection_errors_total"),
		validation:      counter("validation_errors_total"),
		sloMissed:       counter("slo_missed"),
		checks:          registry.MustNewMetric(metrics.ChecksName, metrics.Rate),
		checksSucceeded: counter("checks_succeeded_total"),
		checksFailed:    counter("checks_failed_total"),
		elapsed:         gauge("run_elapsed_seconds"),
		workers:         gauge("workers_active"),
		backlog:         gauge("operations_backlog"),
		harnessCPU:      gauge("harness_cpu_cores"),
		harnessMemory:   gauge("harness_memory_bytes", metrics.Data),
		serverCPU:       gauge("server_cpu_cores"),
		serverMemory:    gauge("server_memory_bytes", metrics.Data),
		harnessLag:      map[string]*metrics.Metric{},
		buckets:         map[string]*metrics.Metric{},
		gauges:          map[string]map[string]*metrics.Metric{},
	}
	for _, name := range []string{"latency_ms", "response_time_ms"} {
		set.gauges[name] = map[string]*metrics.Metric{}
		for _, of := range gaugeSuffixes {
			set.gauges[name][of.suffix] = gauge(name+of.suffix, metrics.Time)
		}
		set.buckets[name] = counter(name + live.BucketSuffix)
	}
	for _, of := range gaugeSuffixes {
		set.harnessLag[of.suffix] = gauge("harness_lag_ms"+of.suffix, metrics.Time)
	}
	return set
}

// ofError is the counter that an error of this kind adds to, besides transaction_errors_total; nil: none.
func (set *metricSet) ofError(kind driver.ErrorKind) *metrics.Metric {
	switch kind {
	case driver.KindTimeout:
		return set.timeouts
	case driver.KindConnection, driver.KindUnreachable, driver.KindTooManyConnections, driver.KindAuthentication, driver.KindProtocol:
		return set.connections
	case driver.KindValidation:
		return set.validation
	default:
		return nil
	}
}

// refuseUnfilled says which of the user's thresholds are on metrics that this mode does not fill: they would always pass.
func (set *metricSet) refuseUnfilled(mode string, thresholds map[string]metrics.Thresholds) error {
	unfilled := map[string]bool{}
	if mode == run.WindowsMode {
		for _, metric := range []*metrics.Metric{set.successRate, set.errorRate, set.latency, set.responseTime, set.checks} {
			unfilled[metric.Name] = true
		}
		for _, metric := range set.byKind {
			unfilled[metric.Name] = true
		}
	} else {
		for _, gauges := range set.gauges {
			for _, metric := range gauges {
				unfilled[metric.Name] = true
			}
		}
		for _, metric := range set.buckets {
			unfilled[metric.Name] = true
		}
	}
	other := run.OperationsMode
	if mode == run.OperationsMode {
		other = run.WindowsMode
	}
	for _, name := range set.instrumentNames(other) {
		unfilled[name] = true
	}
	for name := range thresholds {
		metric, _, _ := strings.Cut(name, "{")
		if unfilled[metric] {
			return driver.Usagef("there is a threshold on %q, which METRICS=%s does not fill: it could never fail; "+
				"choose METRICS=%s, or declare it as an SLO", name, mode, other)
		}
	}
	return nil
}
