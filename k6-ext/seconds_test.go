package dbmark

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/live"
)

// secondsTaken are the seconds that k6 was given.
func (p *process) secondsTaken() (seconds []*live.Second) {
	for {
		select {
		case container := <-p.samples:
			if second, ok := container.(*live.Second); ok {
				seconds = append(seconds, second)
			}
		default:
			return seconds
		}
	}
}

func TestSecondsReachOutputsWithTheTimesOfTheFile(t *testing.T) {
	for _, mode := range []string{"operations", "windows"} {
		t.Run(mode, func(t *testing.T) {
			p := newProcess(t)
			declared := declaration(t, map[string]any{
				"target": "noop://local?latency=1ms", "metrics": mode, "profile": closedProfile(4, 0.4, 2.2, 0.3),
			})
			file := p.runAll(declared, mixOf(operation("lookup", "read", 5, key()), operation("insert", "write", 3, key())), 4)
			seconds := p.secondsTaken()
			if len(seconds) < 3 {
				t.Fatalf("%d seconds reached k6", len(seconds))
			}
			want, got := map[string]float64{}, map[string]float64{}
			for phase, totals := range file["totals"].(map[string]any) {
				for _, entry := range totals.(map[string]any)["operations"].([]any) {
					o := entry.(map[string]any)
					for metric, times := range map[string]string{"latency_ms": "service", "response_time_ms": "response"} {
						want[strings.Join([]string{metric, phase, o["name"].(string)}, " ")] = o[times].(map[string]any)["count"].(float64)
					}
				}
			}
			for _, second := range seconds {
				if second.TestID != file["testid"] || second.Instance != "0" {
					t.Errorf("a second is of %q, %q", second.TestID, second.Instance)
				}
				for _, h := range second.Histograms {
					tags := h.Tags.Map()
					for _, count := range h.Counts {
						got[strings.Join([]string{h.Metric, tags["phase"], tags["operation"]}, " ")] += float64(count)
					}
				}
				where, without := second.Samples, second.Percentiles
				if mode == "operations" {
					where, without = second.Percentiles, second.Samples
				}
				if countOf(without, "response_time_ms_p99") > 0 || countOf(where, "response_time_ms_p99") != len(second.Histograms)/2 {
					t.Errorf("a second with %d histograms has %v and %v", len(second.Histograms), second.Samples, second.Percentiles)
				}
			}
			if !maps.Equal(want, got) {
				t.Errorf("the file has the times\n%v\nthe buckets have\n%v", want, got)
			}
		})
	}
}

func TestOutputsThatKnowNoHistogramsGetThemAsCounters(t *testing.T) {
	for _, mode := range []string{"operations", "windows"} {
		t.Run(mode, func(t *testing.T) {
			p := newProcess(t)
			declared := declaration(t, map[string]any{"target": "noop://local?latency=1ms", "metrics": mode, "profile": closedProfile(2, 0, 1.2, 0)})
			p.runAll(declared, mixOf(operation("lookup", "read", 1)), 2)
			want, got := map[string]float64{}, map[string]float64{}
			for _, second := range p.secondsTaken() {
				for _, h := range second.Histograms {
					for bucket, count := range h.Counts {
						if count > 0 && mode == "windows" {
							want[h.Metric+"_bucket "+live.BucketLabels[bucket]] += float64(count)
						}
					}
				}
				for _, s := range second.GetSamples() {
					if limit, tagged := s.Tags.Get("le"); tagged {
						got[s.Metric.Name+" "+limit] += s.Value
					}
				}
			}
			if (mode == "windows") != (len(want) > 0) || !maps.Equal(want, got) {
				t.Errorf("the histograms hold\n%v\nthe samples\n%v", want, got)
			}
		})
	}
}

// byMetric are the values of a metric, one for each second that has some, in the order of time.
func byMetric(seconds []*live.Second) map[string][]float64 {
	values := map[string][]float64{}
	for _, second := range seconds {
		for _, s := range second.Samples {
			values[s.Metric.Name] = append(values[s.Metric.Name], s.Value)
		}
	}
	return values
}

func TestTheHarnessOfTheFileReachesK6(t *testing.T) {
	for _, mode := range []string{"operations", "windows"} {
		t.Run(mode, func(t *testing.T) {
			p := newProcess(t)
			declared := declaration(t, map[string]any{"target": "noop://local?latency=1ms", "metrics": mode, "profile": map[string]any{
				"name": "open", "description": "", "loop": "open", "segments": []any{
					map[string]any{"phase": "measure", "seconds": 2.2, "workers": map[string]any{"from": 4, "to": 4}, "rate": map[string]any{"from": 300, "to": 300}},
				},
			}})
			file := p.runAll(declared, mixOf(operation("lookup", "read", 1)), 4)
			lines := harnessLines(t, declared, file)
			values := byMetric(p.secondsTaken())
			for metric, want := range map[string]func(harnessLine) float64{
				"run_elapsed_seconds":  func(l harnessLine) float64 { return l.Second + 1 },
				"workers_active":       func(l harnessLine) float64 { return l.WorkersActive },
				"operations_backlog":   func(l harnessLine) float64 { return l.Backlog },
				"harness_cpu_cores":    func(l harnessLine) float64 { return l.CPUSeconds / l.Seconds },
				"harness_memory_bytes": func(l harnessLine) float64 { return l.MemoryBytes },
			} {
				var wanted []float64
				for _, line := range lines {
					wanted = append(wanted, want(line))
				}
				if len(wanted) < 3 || !slices.EqualFunc(values[metric], wanted, func(a, b float64) bool { return math.Abs(a-b) < 1e-9*(1+b) }) {
					t.Errorf("%s is %v, by the file %v", metric, values[metric], wanted)
				}
			}
			var longest []float64
			for _, line := range lines {
				if lag, some := line.Lag["measure"]; some {
					longest = append(longest, lag.Max)
				}
			}
			// A histogram has three digits.
			equal := func(a, b float64) bool { return math.Abs(a-b) <= 1e-3*b }
			if len(longest) == 0 || !slices.EqualFunc(values["harness_lag_ms_max"], longest, equal) {
				t.Errorf("the longest lags are %v, by the file %v", values["harness_lag_ms_max"], longest)
			}
			for i, p99 := range values["harness_lag_ms_p99"] {
				if p50, most := values["harness_lag_ms_p50"][i], values["harness_lag_ms_max"][i]; p99 < p50 || p99 > most {
					t.Errorf("p99 of the lag is %v, the median %v, the longest %v", p99, p50, most)
				}
			}
		})
	}
}

// harnessLine is what the test reads of a line of windows.ndjson.
type harnessLine struct {
	Type                                                             string
	Second, Seconds, WorkersActive, Backlog, CPUSeconds, MemoryBytes float64
	Lag                                                              map[string]struct{ Max float64 }
}

func harnessLines(t *testing.T, declared, file map[string]any) (lines []harnessLine) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(declared["resultsDirectory"].(string), file["id"].(string), "windows.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var read harnessLine
		if err := json.Unmarshal([]byte(line), &read); err == nil && read.Type == "harness" {
			lines = append(lines, read)
		}
	}
	return lines
}

func countOf(samples metrics.Samples, metric string) (n int) {
	for i := range samples {
		if samples[i].Metric.Name == metric {
			n++
		}
	}
	return n
}

func TestSecondsLieWholeSecondsApartAndNeverAtOneInstant(t *testing.T) {
	p := newProcess(t)
	declared := declaration(t, map[string]any{"target": "noop://local?latency=1ms", "profile": closedProfile(2, 0, 3.3, 0)})
	p.runAll(declared, mixOf(operation("lookup", "read", 1)), 2)
	seconds := p.secondsTaken()
	if len(seconds) < 3 {
		t.Fatalf("%d seconds reached k6", len(seconds))
	}
	first := seconds[0].At
	for i, second := range seconds {
		since := second.At.Sub(first)
		if i > 0 && !second.At.After(seconds[i-1].At) {
			t.Errorf("second %d is at %v, the one before at %v", i, second.At, seconds[i-1].At)
		}
		if i < len(seconds)-1 && since%time.Second != 0 {
			t.Errorf("second %d is %v after the first", i, since)
		}
		for _, sample := range second.Samples {
			if sample.Time != second.At {
				t.Errorf("a sample of the second at %v is at %v", second.At, sample.Time)
			}
		}
	}
}
