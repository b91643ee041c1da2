package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/record"
)

var update = flag.Bool("update", false, "write the fixtures anew")

// reportFixtures is where the TypeScript tests find runs of each kind of report: the windows of one process and of two instances, and what this package
// makes of them.
const reportFixtures = "../../lib/merge/reports-testdata"

// shapedRun is a run of two operations, second by second.
type shapedRun struct {
	plan Plan
	// due is how many operations finish in a second, and slow how many times as slow as at first they are.
	due  func(second int) (operations int, slow float64)
	fail func(second, index int) bool
	// backlog of all instances at the end of a second.
	backlog func(second int) int64
	seconds int
}

func shapedRuns() map[string]shapedRun {
	names := []string{"select", "insert"}
	slos := []*record.SLO{{P95Milliseconds: pointer(6.0), ErrorRate: pointer(0.01)}, nil}
	never := func(int, int) bool { return false }
	none := func(int) int64 { return 0 }
	ramp := Segment{Measured: true, Seconds: 20, From: 50, To: 250, Open: true}
	return map[string]shapedRun{
		record.ReportSteps: {
			plan: Plan{Kind: record.ReportSteps, Operations: names, SLOs: slos, Segments: []Segment{
				warmup(2, 100), level("100/s", 6, 100), level("200/s", 6, 200), level("400/s", 6, 400),
			}},
			due: func(second int) (int, float64) {
				switch {
				case second < 8:
					return 100, 1
				case second < 14:
					return 200, 1.2
				default:
					return 350, 9
				}
			},
			fail:    func(second, index int) bool { return second >= 14 && index%20 == 3 },
			backlog: func(second int) int64 { return int64(max(0, second-13) * 50) },
			seconds: 22,
		},
		record.ReportRecovery: {
			plan: Plan{Kind: record.ReportRecovery, Operations: names, SLOs: slos, Segments: []Segment{
				warmup(1, 100), level("before", 6, 100), level("peak", 4, 300), level("after", 9, 100), level("again", 3, 300), level("end", 2, 100),
			}},
			due: func(second int) (int, float64) {
				switch {
				case second < 7:
					return 100, 1
				case second < 11:
					return 280, 12
				case second < 14:
					return 120, 4
				case second < 20:
					return 100, 1.1
				default:
					return 100, 7
				}
			},
			fail:    never,
			backlog: func(second int) int64 { return map[int]int64{9: 20, 10: 60, 11: 30, 12: 7}[second] },
			seconds: 25,
		},
		record.ReportLimit: {
			plan: Plan{Kind: record.ReportLimit, Operations: names, SLOs: slos, Segments: []Segment{warmup(2, 50), ramp}},
			due: func(second int) (int, float64) {
				if second > 14 {
					return 190, 1 + float64(second-14)*4
				}
				return 50 + 10*max(0, second-2), 1
			},
			fail:    never,
			backlog: none,
			seconds: 22,
		},
		record.ReportDrift: {
			plan:    Plan{Kind: record.ReportDrift, Operations: names, SLOs: slos, Segments: []Segment{warmup(2, 104), {Measured: true, Seconds: 124, From: 104, To: 104, Open: true}}},
			due:     func(second int) (int, float64) { return 104, 1 + float64(second)/200 },
			fail:    never,
			backlog: none,
			seconds: 126,
		},
	}
}

// write runs instance number of so many, each of which has every one of as many operations; it gives the lines, and the report of what it saw.
func (s *shapedRun) write(number, of int) ([]any, Result) {
	start := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	recorder := record.NewRecorder(s.plan.Operations, 1, start)
	follower := Follow(s.plan)
	random := rand.New(rand.NewPCG(11, 11))
	// As much of a header as its readers look at.
	lines := []any{map[string]any{"type": "header", "schemaVersion": record.SchemaVersion}}
	for second := range s.seconds {
		phase := record.Measure
		if float64(second)+0.5 < follower.timeline.start {
			phase = record.Warmup
		}
		operations, slow := s.due(second)
		for index := range operations {
			took := time.Duration(slow * (1 + random.ExpFloat64()) * float64(time.Millisecond)).Round(200 * time.Microsecond)
			o := record.Observation{Operation: min(1, index%5/4), Phase: phase, Service: time.Millisecond, Response: took, Attempts: 1}
			if s.fail(second, index) {
				o.ErrorKind = driver.KindTimeout
			}
			if index%of == number {
				recorder.Shard(0).Record(&o)
			}
		}
		rolled := recorder.Roll(start.Add(time.Duration(second+1) * time.Second))
		harness := record.NewHarnessLine(rolled, phase)
		memory, backlog := (int64(100<<20)+int64(second)*4096)/int64(of), s.backlog(second)
		harness.MemoryBytes, harness.Backlog = &memory, backlog/int64(of)
		if number == 0 {
			harness.Backlog += backlog % int64(of)
		}
		harness.Server = &record.ServerLine{CPUSeconds: 0.5, Seconds: 1, MemoryBytes: 300<<20 + int64(second%7)*1000}
		lines = append(append(lines, recorder.Lines(rolled)...), harness)
		follower.Add(rolled, Sample{Backlog: harness.Backlog, HarnessMemory: harness.MemoryBytes, ServerMemory: &harness.Server.MemoryBytes})
	}
	return lines, follower.Finish()
}

// profileOf is the plan as a run's file has it.
func profileOf(plan Plan) map[string]any {
	segments := []any{}
	for _, segment := range plan.Segments {
		one := map[string]any{
			"phase": "warmup", "seconds": segment.Seconds, "rate": map[string]float64{"from": segment.From, "to": segment.To},
			"workers": map[string]int{"from": 10, "to": 10},
		}
		if segment.Measured {
			one["phase"] = "measure"
		}
		if segment.Part != "" {
			one["part"] = segment.Part
		}
		segments = append(segments, one)
	}
	return map[string]any{"name": plan.Kind, "description": "", "loop": "open", "segments": segments, "report": plan.Kind, "gracefulStopSeconds": 5}
}

func TestTheFixturesOfReportsAreWhatThisPackageWrites(t *testing.T) {
	if _, err := os.Stat(filepath.Dir(filepath.Dir(reportFixtures))); err != nil {
		t.Skip("the fixtures are in the repository, beside this module")
	}
	for kind, shaped := range shapedRuns() {
		whole, result := shaped.write(0, 1)
		first, _ := shaped.write(0, 2)
		second, _ := shaped.write(1, 2)
		operations := []any{}
		for i, name := range shaped.plan.Operations {
			operation := map[string]any{"name": name, "kind": "read", "weight": 1}
			if slo := shaped.plan.SLOs[i]; slo != nil {
				operation["slo"] = slo
			}
			operations = append(operations, operation)
		}
		expected := map[string]any{
			"profile": profileOf(shaped.plan), "operations": operations,
			"steps": result.Steps, "report": result.Report, "limitFound": result.LimitFound,
		}
		for name, lines := range map[string][]any{"whole": whole, "first": first, "second": second, "expected": {expected}} {
			path := filepath.Join(reportFixtures, kind, name+".ndjson")
			var written bytes.Buffer
			for _, line := range lines {
				text, err := json.Marshal(line)
				if err != nil {
					t.Fatal(err)
				}
				written.Write(append(text, '\n'))
			}
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, written.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if kept, err := os.ReadFile(path); err != nil || !sameLines(t, kept, written.Bytes()) {
				t.Errorf("%s is not what this package makes (%v); where that is meant, run: go test ./report -run Fixtures -update", path, err)
			}
		}
	}
}

// sameLines compares what lines mean, but for histograms, whose compression is that of the Go that wrote them.
func sameLines(t *testing.T, a, b []byte) bool {
	t.Helper()
	return bytes.Equal(withoutHistograms(t, a), withoutHistograms(t, b))
}

func withoutHistograms(t *testing.T, text []byte) []byte {
	t.Helper()
	var all bytes.Buffer
	for line := range bytes.Lines(text) {
		var value any
		if err := json.Unmarshal(line, &value); err != nil {
			t.Fatal(err)
		}
		removeHistograms(value)
		canonical, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(append(canonical, '\n'))
	}
	return all.Bytes()
}

func removeHistograms(value any) {
	switch inner := value.(type) {
	case map[string]any:
		delete(inner, "histogram")
		for _, one := range inner {
			removeHistograms(one)
		}
	case []any:
		for _, one := range inner {
			removeHistograms(one)
		}
	}
}
