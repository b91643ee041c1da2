package dbmark

import (
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// figures of one operation in one phase, by metric.
type figures map[string]float64

// fromFile are the file's totals by phase and operation; errors by phase, operation and error's kind.
func fromFile(file map[string]any) map[string]figures {
	all := map[string]figures{}
	for phase, totals := range file["totals"].(map[string]any) {
		if totals == nil {
			continue
		}
		for _, entry := range totals.(map[string]any)["operations"].([]any) {
			o := entry.(map[string]any)
			name := phase + " " + o["name"].(string)
			all[name] = figures{
				"transactions_total": o["operations"].(float64), "records_read_total": o["rowsRead"].(float64),
				"records_written_total": o["rowsWritten"].(float64), "bytes_read_total": o["bytesRead"].(float64),
				"bytes_written_total": o["bytesWritten"].(float64), "transaction_retries_total": o["attempts"].(float64) - o["operations"].(float64),
			}
			for kind, n := range o["errors"].(map[string]any) {
				all[name+" "+kind] = figures{"transaction_errors_total": n.(float64)}
			}
		}
	}
	for _, f := range all {
		maps.DeleteFunc(f, func(_ string, value float64) bool { return value == 0 })
	}
	maps.DeleteFunc(all, func(_ string, f figures) bool { return len(f) == 0 })
	return all
}

// fromSamples are the same sums of what k6 was given.
func fromSamples(samples []sample) map[string]figures {
	all := map[string]figures{}
	for _, s := range samples {
		name := s.tags["phase"] + " " + s.tags["operation"]
		switch s.metric {
		case "transactions_total", "records_read_total", "records_written_total", "bytes_read_total", "bytes_written_total", "transaction_retries_total":
		case "transaction_errors_total":
			name += " " + s.tags["error"]
		default:
			continue
		}
		if all[name] == nil {
			all[name] = figures{}
		}
		all[name][s.metric] += s.value
	}
	return all
}

func TestTotalsThatReachK6EqualThoseOfTheFile(t *testing.T) {
	for _, mode := range []string{"operations", "windows"} {
		t.Run(mode, func(t *testing.T) {
			p := newProcess(t)
			p.tags = map[string]string{"group": "::setup", "team": "storage"}
			declared := declaration(t, map[string]any{
				"target": "noop://local?latency=1ms&errors=0.05&row_bytes=100", "metrics": mode, "profile": closedProfile(4, 0.4, 1.2, 0.3),
			})
			insert := operation("insert", "write", 3, key())
			insert["check"] = "row stored"
			work := mixOf(operation("lookup", "read", 5, key()), insert,
				operation("remove", "delete", 1), operation("bulk", "batch", 1), operation("never", "read", 0))
			file := p.runAll(declared, work, 4)
			samples := p.taken()
			want, got := fromFile(file), fromSamples(samples)
			if len(want) < 3*4+3 {
				t.Fatalf("the file has only %v", slices.Sorted(maps.Keys(want)))
			}
			if !maps.EqualFunc(want, got, func(a, b figures) bool { return maps.Equal(a, b) }) {
				t.Errorf("the file has\n%v\nand k6 was given\n%v", want, got)
			}
			kinds := map[string]string{"lookup": "read", "insert": "write", "remove": "delete", "bulk": "batch"}
			for _, s := range samples {
				if s.tags["system"] != "noop" || s.tags["instance"] != "0" || s.tags["testid"] != file["testid"] || s.tags["team"] != "storage" ||
					s.tags["phase"] == "" || s.tags["kind"] != kinds[s.tags["operation"]] || s.tags["group"] != "" {
					t.Fatalf("a sample of %s has the tags %v", s.metric, s.tags)
				}
				if (s.tags["kind"] == "") != metricsOfTheHarness.MatchString(s.metric) {
					t.Fatalf("a sample of %s has the tags %v", s.metric, s.tags)
				}
				if _, tagged := s.tags["error"]; tagged != strings.Contains(s.metric, "errors_total") {
					t.Fatalf("a sample of %s has the tags %v", s.metric, s.tags)
				}
			}
			filled := map[string]bool{}
			for _, s := range samples {
				filled[s.metric] = true
			}
			for metric, mode := range modeOfMetric {
				if mode != "" && filled[metric] != (mode == "both" || mode == declared["metrics"]) {
					t.Errorf("%s: filled %v; it is of the mode %s", metric, filled[metric], mode)
				}
			}
			if mode == "operations" {
				checkOperationSamples(t, file, samples)
			} else {
				checkWindowSamples(t, samples)
			}
		})
	}
}

// modeOfMetric says in which mode each metric is filled by the run of the test above; "": it needs errors of that kind.
var modeOfMetric = map[string]string{
	"transactions_total": "both", "transaction_errors_total": "both", "bytes_read_total": "both", "bytes_written_total": "both",
	"records_read_total": "both", "records_written_total": "both",
	"transaction_success_rate": "operations", "error_rate": "operations", "latency_ms": "operations", "response_time_ms": "operations",
	"read_latency_ms": "operations", "write_latency_ms": "operations", "delete_latency_ms": "operations", "batch_latency_ms": "operations",
	"latency_ms_p50": "windows", "latency_ms_p95": "windows", "latency_ms_p99": "windows", "latency_ms_max": "windows",
	"response_time_ms_p50": "windows", "response_time_ms_p95": "windows", "response_time_ms_p99": "windows", "response_time_ms_max": "windows",
	"checks": "operations", "checks_succeeded_total": "both", "checks_failed_total": "both",
	"timeout_errors_total": "", "connection_errors_total": "", "validation_errors_total": "", "slo_missed": "",
	"transaction_retries_total": "",
	"latency_ms_bucket":         "windows", "response_time_ms_bucket": "windows",
	"run_elapsed_seconds": "both", "workers_active": "both", "operations_backlog": "both", "harness_cpu_cores": "both", "harness_memory_bytes": "both",
	// A closed loop has no lag, and noop no process on this host.
	"harness_lag_ms_p50": "", "harness_lag_ms_p95": "", "harness_lag_ms_p99": "", "harness_lag_ms_max": "",
	"server_cpu_cores": "", "server_memory_bytes": "",
}

// metricsOfTheHarness are not of an operation.
var metricsOfTheHarness = regexp.MustCompile("^(run_|workers_|operations_|harness_|server_|checks_)")

func TestEveryMetricIsKnownToTheTest(t *testing.T) {
	p := newProcess(t)
	p.inInit()
	var names []string
	for _, metric := range p.registry.All() {
		names = append(names, metric.Name)
	}
	slices.Sort(names)
	if want := slices.Sorted(maps.Keys(modeOfMetric)); !slices.Equal(names, want) {
		t.Errorf("registered are %v, known %v", names, want)
	}
}

func TestTheDocumentOfTheMetricsIsComplete(t *testing.T) {
	text, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	p := newProcess(t)
	p.inInit()
	for _, metric := range p.registry.All() {
		mode := modeOfMetric[metric.Name]
		if mode == "" {
			mode = "both"
		}
		kind := strings.ToUpper(metric.Type.String()[:1]) + metric.Type.String()[1:]
		row := regexp.MustCompile("(?m)^\\| `" + metric.Name + "` \\| " + kind + " \\| [a-zA-Z]* ?\\| " + mode + " \\| .+ \\|$")
		if !row.Match(text) {
			t.Errorf("docs/metrics.md has no row of %s, a %s of the mode %s", metric.Name, kind, mode)
		}
	}
}

// checkOperationSamples looks at the one sample of each operation.
func checkOperationSamples(t *testing.T, file map[string]any, samples []sample) {
	t.Helper()
	values := map[string][]float64{}
	for _, s := range samples {
		if s.tags["phase"] == "measure" {
			values[s.metric] = append(values[s.metric], s.value)
		}
	}
	measured := file["totals"].(map[string]any)["measure"].(map[string]any)["all"].(map[string]any)
	count, failed := int(measured["operations"].(float64)), measured["failed"].(float64)
	for _, metric := range []string{"latency_ms", "response_time_ms", "error_rate", "transaction_success_rate"} {
		if len(values[metric]) != count {
			t.Errorf("%d samples of %s for %d operations", len(values[metric]), metric, count)
		}
	}
	byKind := 0
	for _, kind := range []string{"read", "write", "delete", "batch"} {
		byKind += len(values[kind+"_latency_ms"])
	}
	if byKind != count {
		t.Errorf("the latencies by kind have %d samples for %d operations", byKind, count)
	}
	if got := sum(values["error_rate"]); got != failed || sum(values["transaction_success_rate"]) != float64(count)-failed {
		t.Errorf("the rates have %v failures, the file %v", got, failed)
	}
	service := measured["service"].(map[string]any)
	if got, want := slices.Max(values["latency_ms"]), service["max"].(float64); math.Abs(got-want) > 1e-9 {
		t.Errorf("the longest latency is %v ms, in the file %v ms", got, want)
	}
	precise := 0
	for _, value := range values["latency_ms"] {
		if value != math.Trunc(value*1000)/1000 {
			precise++
		}
	}
	if precise < count/2 {
		t.Errorf("%d of %d latencies have digits below a microsecond: they are rounded", precise, count)
	}
}

// checkWindowSamples looks at the Gauges: their order, and that they are not of thin air.
func checkWindowSamples(t *testing.T, samples []sample) {
	t.Helper()
	for _, name := range []string{"latency_ms", "response_time_ms"} {
		var p50s []float64
		last := math.Inf(-1)
		for _, s := range samples {
			suffix, ours := strings.CutPrefix(s.metric, name+"_")
			if !ours || suffix == "bucket" {
				continue
			}
			if suffix == "p50" {
				p50s, last = append(p50s, s.value), math.Inf(-1)
			}
			if s.value < last {
				t.Errorf("%s is %v, below the percentile before it (%v)", s.metric, s.value, last)
			}
			last = s.value
		}
		if len(p50s) == 0 || slices.Min(p50s) < 1 {
			t.Errorf("medians of %s are %v; the target takes 1 ms", name, p50s)
		}
	}
}

func sum(values []float64) (total float64) {
	for _, value := range values {
		total += value
	}
	return total
}

func TestThresholdsThatCouldNeverFailAreRefused(t *testing.T) {
	for _, c := range []struct{ metric, mode, other string }{
		{"latency_ms", "windows", "METRICS=operations"},
		{"response_time_ms{phase:measure}", "windows", "METRICS=operations"},
		{"error_rate", "windows", "METRICS=operations"},
		{"transaction_success_rate", "windows", "METRICS=operations"},
		{"read_latency_ms", "windows", "METRICS=operations"},
		{"latency_ms_p99", "operations", "METRICS=windows"},
		{"latency_ms_bucket{le:1}", "operations", "METRICS=windows"},
		{"response_time_ms_max{operation:read}", "operations", "METRICS=windows"},
	} {
		p := newProcess(t)
		p.options.Thresholds = threshold(c.metric)
		v := p.newVU(declare(declaration(t, map[string]any{"metrics": c.mode})))
		metric, _, _ := strings.Cut(c.metric, "{")
		v.refuses("run.open()", metric, "METRICS="+c.mode+" does not fill", "choose "+c.other)
	}
	for _, c := range []struct{ metric, mode string }{
		{"latency_ms", "operations"}, {"latency_ms_p99", "windows"}, {"transactions_total", "windows"}, {"transaction_errors_total", "operations"},
		{"slo_missed", "windows"}, {"harness_lag_ms_max", "operations"}, {"operations_backlog", "windows"}, {"http_req_duration", "windows"},
	} {
		p := newProcess(t)
		p.options.Thresholds = threshold(c.metric)
		p.newVU(declare(declaration(t, map[string]any{"metrics": c.mode}))).js("run.open()")
	}
}

func TestMissedSLOsReachK6OneByOne(t *testing.T) {
	p := newProcess(t)
	missing, meeting := operation("slow", "read", 1), operation("good", "write", 1)
	missing["slo"] = map[string]any{"p95Milliseconds": 0.5, "errorRate": 0}
	meeting["slo"] = map[string]any{"p95Milliseconds": 1000}
	declared := declaration(t, map[string]any{"target": "noop://local?latency=1ms&errors=0.2", "profile": closedProfile(2, 0, 0.4, 0)})
	file := p.runAll(declared, mixOf(missing, meeting), 2)
	var missed []string
	for _, s := range p.taken() {
		if s.metric != "slo_missed" {
			continue
		}
		missed = append(missed, s.tags["slo"])
		if s.value != 1 || s.tags["operation"] != "slow" || s.tags["kind"] != "read" || s.tags["phase"] != "measure" ||
			s.tags["testid"] != file["testid"] {
			t.Errorf("slo_missed %v has the tags %v", s.value, s.tags)
		}
	}
	slices.Sort(missed)
	if !slices.Equal(missed, []string{"errorRate", "p95"}) {
		t.Errorf("missed are %v, want errorRate and p95 of slow", missed)
	}
}

func TestTheDocumentOfTheMetricsHasThoseOfEveryDriver(t *testing.T) {
	text, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	for url, least := range map[string]int{"spacetimedb://127.0.0.1:3000/benchmark": 15} {
		p := newProcess(t)
		p.inInit().js(declare(declaration(t, map[string]any{"target": url})))
		rows := 0
		for _, metric := range p.registry.All() {
			if !strings.HasPrefix(metric.Name, "spacetime_") || regexp.MustCompile("_(p50|p95|p99|max)$").MatchString(metric.Name) {
				continue
			}
			rows++
			kind := strings.ToUpper(metric.Type.String()[:1]) + metric.Type.String()[1:]
			if !strings.Contains(string(text), "| `"+metric.Name+"` | "+kind+" | ") {
				t.Errorf("docs/metrics.md has no row of %s, a %s", metric.Name, kind)
			}
		}
		if rows < least {
			t.Errorf("%s has %d metrics of its own, want %d", url, rows, least)
		}
	}
}
