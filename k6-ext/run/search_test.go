package run

import (
	"bufio"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/findmax"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// searching is a profile that searches, with short steps; changes are those of its search.
func searching(of string, workers float64, changes map[string]any) map[string]any {
	search := map[string]any{
		"of": of, "start": 200, "minimum": 1, "maximum": 100_000, "precision": 0.1, "stepSeconds": 0.6, "warmupSeconds": 0.1,
	}
	segment := map[string]any{"phase": "measure", "seconds": 60, "workers": map[string]any{"from": workers, "to": workers}}
	loop := "closed"
	if of == record.SearchRate {
		loop = "open"
		segment["rate"] = map[string]any{"from": 100_000, "to": 100_000}
	}
	maps.Copy(search, changes)
	return map[string]any{"name": "findmax", "description": "", "loop": loop, "segments": []any{segment}, "search": search}
}

// limited is the work with a limit of the response time: far above what a busy machine adds, and reached at once where work piles up.
var limited = strings.Replace(work, `"description": "",`, `"description": "", "slo": {"p95Milliseconds": 60},`, 1)

func searchReportOf(t *testing.T, file *record.RunFile) *record.SearchReport {
	t.Helper()
	text, err := json.Marshal(file.Report)
	if err != nil {
		t.Fatal(err)
	}
	report := &record.SearchReport{}
	if err := json.Unmarshal(text, report); err != nil {
		t.Fatal(err)
	}
	if report.Kind != record.ReportFindmax {
		t.Fatalf("the report is %s", text)
	}
	return report
}

// stepSums reads the windows, and adds up what each step did in a phase.
func stepSums(t *testing.T, r *Run, phase string) map[int]uint64 {
	t.Helper()
	file, err := os.Open(filepath.Join(r.folder.Path(), record.WindowsFileName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	sums := map[int]uint64{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line record.WindowLine
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Type == "window" && line.Phase == phase {
			sums[line.Step] += line.Operations + line.Undone
		}
	}
	return sums
}

func TestASearchFindsTheCapacityOfADouble(t *testing.T) {
	r := started(t, limited, map[string]any{"target": "noop://capacity-found?capacity=1000", "profile": searching("rate", 16, nil)})
	iterate(t, context.Background(), r)
	file := finish(t, r)
	report := searchReportOf(t, file)
	// How precise it is, is for long steps (e2e): here a queue has little time to show. More than that it cannot be off upwards.
	if file.Status != record.Complete || report.Highest == nil || *report.Highest > 1300 || report.Lowest == nil {
		t.Fatalf("%s: %+v", file.Status, report)
	}
	if report.Conclusion == "found" && (report.Broke == nil || *report.Lowest > *report.Highest*1.1001) {
		t.Fatalf("%+v", report)
	}
	windows := stepSums(t, r, "measure")
	var total uint64
	for i, step := range file.Steps {
		if step.Search.Number != i+1 || windows[i+1] != step.Operations+step.Undone {
			t.Errorf("step %d: %d operations and %d undone, its windows have %d", i+1, step.Operations, step.Undone, windows[i+1])
		}
		if due := step.Search.Load * step.Seconds; !step.Search.Early && (float64(windows[i+1]) < due-1 || float64(windows[i+1]) > due+1) {
			t.Errorf("step %d: %d operations were due, expected %v", i+1, windows[i+1], due)
		}
		total += step.Operations
	}
	measured := file.Totals.Measure
	if measured.All.Operations != total || windows[0] != 0 {
		t.Errorf("%d operations in all, %d in the steps, %d in windows of none", measured.All.Operations, total, windows[0])
	}
	if measured.All.Response.P95 != nil || measured.All.Service.Mean != nil || measured.Operations[0].Response.P50 != nil || measured.All.Response.Max == nil {
		t.Errorf("percentiles over all loads: %+v", measured.All.Response)
	}
	if file.Totals.Warmup == nil || file.Totals.Warmup.All.Operations == 0 {
		t.Error("no warm-up")
	}
	for _, reason := range file.Validity.Reasons {
		t.Errorf("not valid: %+v", reason)
	}
	if len(file.SLO) == 0 || !record.SLOsMet(file.SLO) {
		t.Errorf("the verdicts are not those of a load that held: %+v", file.SLO)
	}
}

func TestARateThatIsGivenHoldsOrFails(t *testing.T) {
	for rate, expected := range map[float64]string{200: "holds", 4000: "fails"} {
		r := started(t, limited, map[string]any{
			"target": "noop://capacity-fixed?capacity=1000", "profile": searching("rate", 16, map[string]any{"fixed": rate}),
		})
		iterate(t, context.Background(), r)
		file := finish(t, r)
		report := searchReportOf(t, file)
		if report.Conclusion != expected || report.Fixed == nil || report.Precision != nil || len(file.Steps) > 3 {
			t.Errorf("%v/s: %+v, %d steps", rate, report, len(file.Steps))
		}
		if record.SLOsMet(file.SLO) != (expected == "holds") {
			t.Errorf("%v/s: %+v", rate, file.SLO)
		}
	}
}

func TestASearchForWorkersFindsHowManyTheTargetServesInTime(t *testing.T) {
	// At 200 a second, n workers wait n × 5 ms for each reply: 12 keep 60 ms.
	r := started(t, limited, map[string]any{
		"target":  "noop://capacity-workers?capacity=200",
		"profile": searching("workers", 64, map[string]any{"start": 1, "maximum": 64, "precision": 0.05, "stepSeconds": 1.2}),
	})
	iterate(t, context.Background(), r)
	report := searchReportOf(t, finish(t, r))
	if report.Of != record.SearchWorkers || report.Conclusion != "found" || *report.Highest > 12 || *report.Highest < 8 || *report.Lowest != *report.Highest+1 {
		t.Fatalf("%+v", report)
	}
	// The double serves 200 a second however many wait.
	if report.Reached == nil || *report.Reached > 205 || *report.Reached < 150 {
		t.Fatalf("reached %v", *report.Reached)
	}
}

func TestWhereTheFirstStepMissesTheSearchGoesDown(t *testing.T) {
	r := started(t, limited, map[string]any{
		"target": "noop://capacity-low?capacity=400", "profile": searching("rate", 8, map[string]any{"start": 1600, "precision": 0.4}),
	})
	iterate(t, context.Background(), r)
	file := finish(t, r)
	if report := searchReportOf(t, file); report.Highest == nil || *report.Highest > 520 || file.Steps[1].Search.Purpose != "shrink" {
		t.Fatalf("%+v, step 2 %+v", report, file.Steps[1].Search)
	}
}

func TestATargetThatNeverKeepsItsLimitHasNoHighestLoad(t *testing.T) {
	r := started(t, limited, map[string]any{
		"target": "noop://slow?latency=80ms", "profile": searching("rate", 8, map[string]any{"start": 40, "minimum": 10}),
	})
	iterate(t, context.Background(), r)
	file := finish(t, r)
	report := searchReportOf(t, file)
	if report.Conclusion != "nothing holds" || report.Highest != nil || report.Broke == nil || report.Broke.Metric != record.MetricP95 || record.SLOsMet(file.SLO) {
		t.Fatalf("%+v, %+v", report, report.Broke)
	}
}

func TestAHarnessThatCannotSendMoreIsNoLimitOfTheTarget(t *testing.T) {
	r := started(t, limited, map[string]any{"target": "noop://local", "profile": searching("rate", 2, map[string]any{
		"start": 1000, "maximum": 1e9, "precision": 0.3, "stepSeconds": 0.2, "warmupSeconds": 0.05,
	})})
	iterate(t, context.Background(), r)
	file := finish(t, r)
	report := searchReportOf(t, file)
	if report.Conclusion != "harness limit" {
		t.Fatalf("%+v, %+v", report, report.Broke)
	}
	if report.Highest != nil && *report.Highest > ceilingShare*file.Ceiling.OperationsPerSecond {
		t.Fatalf("%v is above what the harness can do: %+v", *report.Highest, file.Ceiling)
	}
	told := false
	for _, warning := range append(file.Validity.Warnings, file.Validity.Reasons...) {
		told = told || warning.Code == record.CodeHarnessLimit
	}
	if !told {
		t.Fatalf("%+v", file.Validity)
	}
}

func TestAnInterruptedSearchLeavesWhatItHas(t *testing.T) {
	r := started(t, limited, map[string]any{"target": "noop://capacity-ended?capacity=1000", "profile": searching("rate", 16, nil)})
	ctx, cancel := context.WithTimeout(context.Background(), 1300*time.Millisecond)
	defer cancel()
	iterate(t, ctx, r)
	file := finish(t, r)
	report := searchReportOf(t, file)
	if file.Status != record.Interrupted || report.Conclusion != "unfinished" || report.Reason == "" || len(file.Steps) == 0 || file.Validity.Valid {
		t.Fatalf("%s, %+v, %d steps", file.Status, report, len(file.Steps))
	}
	if last := file.Steps[len(file.Steps)-1].Search; last.Outcome == record.StepMissed && last.Load <= 800 {
		t.Fatalf("a step that was cut short is held against the target: %+v", last)
	}
}

func TestASearchThatTakesTooLongSaysSo(t *testing.T) {
	profile := searching("rate", 16, nil)
	profile["segments"].([]any)[0].(map[string]any)["seconds"] = 1
	r := started(t, limited, map[string]any{"target": "noop://capacity-late?capacity=1000", "profile": profile})
	iterate(t, context.Background(), r)
	file := finish(t, r)
	report := searchReportOf(t, file)
	if file.Status != record.Complete || report.Conclusion != "unfinished" || !strings.Contains(report.Reason, "FINDMAX_TIME_LIMIT") || file.Validity.Valid ||
		file.Validity.Reasons[0].Code != record.CodeSearchUnfinished {
		t.Fatalf("%s, %+v, %+v", file.Status, report, file.Validity)
	}
}

func TestStepsThatFindTheBracketAreShortButNotWithoutOperations(t *testing.T) {
	for _, c := range []struct {
		of       string
		load     float64
		purpose  findmax.Purpose
		expected time.Duration
	}{
		{record.SearchRate, 200, findmax.Grow, 5 * time.Second},
		{record.SearchRate, 1, findmax.Shrink, 10 * time.Second},
		{record.SearchRate, 0.1, findmax.Shrink, 30 * time.Second},
		{record.SearchWorkers, 1, findmax.Grow, 5 * time.Second},
		{record.SearchWorkers, 1, findmax.Confirm, 10 * time.Second},
	} {
		s := &searcher{declared: &Search{Of: c.of, StepSeconds: 10}}
		if length := s.length(c.load, c.purpose); length != c.expected {
			t.Errorf("%s of %v %s: %v, expected %v", c.purpose, c.load, c.of, length, c.expected)
		}
	}
}

func TestASearchWithoutTimeForAStepHasNone(t *testing.T) {
	profile := searching("rate", 2, nil)
	profile["segments"].([]any)[0].(map[string]any)["seconds"] = 0.1
	r := started(t, limited, map[string]any{"target": "noop://capacity-none?capacity=1000", "profile": profile})
	iterate(t, context.Background(), r)
	file := finish(t, r)
	// The schema knows a list of steps, and no absence of one.
	if file.Steps == nil || len(file.Steps) > 0 || searchReportOf(t, file).Conclusion != "unfinished" {
		t.Fatalf("%#v, %+v", file.Steps, file.Report)
	}
}

func TestASearchWithoutAnythingToJudgeByIsRefused(t *testing.T) {
	r := newRun(t, map[string]any{"profile": searching("rate", 2, nil)})
	ctx := context.Background()
	if _, err := r.Open(ctx, environment()); err != nil {
		t.Fatal(err)
	}
	refused(t, "no SLO", r.Load(ctx, []byte(work)), "SLO_P95=50ms")
}

func TestASearchIsNotSplit(t *testing.T) {
	r := newRun(t, map[string]any{"profile": searching("rate", 2, nil), "testId": "split"})
	ctx := context.Background()
	e := environment()
	e.Stripe = pacing.Stripe{Period: 2, Offsets: []int64{0}}
	if _, err := r.Open(ctx, e); err == nil {
		refused(t, "a segment", r.Load(ctx, []byte(limited)), "--execution-segment")
	} else {
		refused(t, "a segment", err, "--execution-segment")
	}
}

func TestDeclarationsOfSearchesWithoutSenseAreRefused(t *testing.T) {
	for what, c := range map[string]struct {
		changes map[string]any
		wanted  string
	}{
		"another load":        {map[string]any{"profile": searching("rows", 2, nil)}, "expected rate or workers"},
		"a start too high":    {map[string]any{"profile": searching("rate", 2, map[string]any{"start": 1e6})}, "ascend"},
		"no precision":        {map[string]any{"profile": searching("rate", 2, map[string]any{"precision": 0})}, "precision"},
		"no length":           {map[string]any{"profile": searching("rate", 2, map[string]any{"stepSeconds": 0})}, "more than 0"},
		"half a worker":       {map[string]any{"profile": searching("workers", 2, map[string]any{"start": 1.5, "maximum": 2})}, "without fraction"},
		"more than there are": {map[string]any{"profile": searching("workers", 2, map[string]any{"start": 1, "maximum": 3})}, "2 workers"},
		"a count":             {map[string]any{"profile": searching("rate", 2, nil), "operationCount": 5}, "operationCount"},
		"iterations":          {map[string]any{"profile": searching("rate", 2, nil), "operationsPerIteration": 5}, "operationsPerIteration"},
	} {
		_, err := DecodeDeclaration(text(t, c.changes))
		refused(t, what, err, c.wanted)
	}
}
