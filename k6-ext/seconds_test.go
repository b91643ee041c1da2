package dbmark

import (
	"maps"
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
				if len(without) > 0 || countOf(where, "response_time_ms_p99") != len(second.Histograms)/2 {
					t.Errorf("a second with %d histograms has %v and %v", len(second.Histograms), second.Samples, second.Percentiles)
				}
			}
			if !maps.Equal(want, got) {
				t.Errorf("the file has the times\n%v\nthe buckets have\n%v", want, got)
			}
		})
	}
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
