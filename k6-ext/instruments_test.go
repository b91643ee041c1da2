package dbmark

import (
	"context"
	"maps"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/noop"
	"github.com/dbmark/dbmark/k6-ext/histogram"
)

// meteredDriver is noop with instruments: it counts sessions and requests, and times requests.
type meteredDriver struct{ driver.Driver }

func (meteredDriver) System() string    { return "metered" }
func (meteredDriver) Schemes() []string { return []string{"metered"} }

func (d meteredDriver) Open(config driver.Config) (driver.Target, error) {
	config.URL = strings.Replace(config.URL, "metered:", "noop:", 1)
	target, err := d.Driver.Open(config)
	return &meteredTarget{Target: target, times: histogram.NewInterval()}, err
}

type meteredTarget struct {
	driver.Target
	opened, requests atomic.Int64
	mutex            sync.Mutex
	times            *histogram.Interval
}

func (t *meteredTarget) Instruments() []driver.Instrument {
	return []driver.Instrument{
		{Name: "metered_sessions_total", Description: "Sessions.", Count: t.opened.Load},
		{Name: "metered_requests_total", Description: "Requests.", Count: t.requests.Load},
		{Name: "metered_never_total", Description: "Nothing.", Count: func() int64 { return 0 }},
		{Name: "metered_latency_ms", Description: "Requests.", Times: func(into *histogram.Interval) {
			t.mutex.Lock()
			defer t.mutex.Unlock()
			into.Merge(t.times)
			t.times.Reset()
		}},
	}
}

func (t *meteredTarget) OpenSession(ctx context.Context, program driver.Program) (driver.Session, error) {
	session, err := t.Target.OpenSession(ctx, program)
	t.opened.Add(1)
	return &meteredSession{session, t}, err
}

type meteredSession struct {
	driver.Session
	target *meteredTarget
}

func (s *meteredSession) Submit(ctx context.Context, request *driver.Request) *driver.Error {
	s.target.requests.Add(1)
	s.target.mutex.Lock()
	s.target.times.Record(int64(1234567 * time.Nanosecond))
	s.target.mutex.Unlock()
	return s.Session.Submit(ctx, request)
}

// newMeteredProcess knows that driver too.
func newMeteredProcess(t *testing.T) *process {
	t.Helper()
	p := newProcess(t)
	p.root.registry = driver.NewRegistry(noop.New(), meteredDriver{noop.New()})
	return p
}

func meteredWork() map[string]any {
	insert, remove := operation("insert", "write", 3, key()), operation("remove", "delete", 1)
	insert["check"], remove["check"] = "row stored", "row gone"
	work := mixOf(operation("lookup", "read", 2, key()), insert, remove)
	work["system"] = "metered"
	return work
}

func TestInstrumentsAndChecksReachK6AsTheFileHasThem(t *testing.T) {
	for _, mode := range []string{"operations", "windows"} {
		t.Run(mode, func(t *testing.T) {
			p := newMeteredProcess(t)
			declared := declaration(t, map[string]any{
				"target": "metered://local?latency=1ms&errors=0.05", "metrics": mode, "profile": closedProfile(4, 1.2, 1.2, 0),
			})
			file := p.runAll(declared, meteredWork(), 4)
			counts, samplesOf := map[string]float64{}, map[string][]float64{}
			for _, s := range p.taken() {
				samplesOf[s.metric] = append(samplesOf[s.metric], s.value)
				switch {
				case strings.HasPrefix(s.metric, "metered_") && strings.HasSuffix(s.metric, "_total"):
					counts[s.tags["phase"]+" "+s.metric] += s.value
				case s.metric == "checks":
					counts["checks "+s.tags["check"]]++
					counts["passed "+s.tags["check"]] += s.value
				case strings.HasPrefix(s.metric, "checks_"):
					counts[s.metric+" "+s.tags["check"]] += s.value
				default:
					continue
				}
				if s.tags["system"] != "metered" || s.tags["testid"] != file["testid"] || s.tags["instance"] != "0" || s.tags["phase"] == "" {
					t.Fatalf("a sample of %s has the tags %v", s.metric, s.tags)
				}
			}
			operations, want := 0.0, map[string]float64{}
			for phase, totals := range file["totals"].(map[string]any) {
				instruments := totals.(map[string]any)["instruments"].(map[string]any)
				operations += totals.(map[string]any)["all"].(map[string]any)["operations"].(float64)
				for name, count := range instruments["counts"].(map[string]any) {
					want[phase+" "+name] = count.(float64)
				}
				latency := instruments["times"].(map[string]any)["metered_latency_ms"].(map[string]any)
				if latency["count"] != instruments["counts"].(map[string]any)["metered_requests_total"] || math.Abs(latency["mean"].(float64)-1.234567) > 1e-9 {
					t.Errorf("%s: times %v", phase, latency)
				}
				for _, entry := range totals.(map[string]any)["operations"].([]any) {
					o := entry.(map[string]any)
					if check := map[string]string{"insert": "row stored", "remove": "row gone"}[o["name"].(string)]; check != "" {
						want["checks_succeeded_total "+check] += o["succeeded"].(float64)
						want["checks_failed_total "+check] += o["failed"].(float64)
						if mode == "operations" {
							want["checks "+check] += o["operations"].(float64)
							want["passed "+check] += o["succeeded"].(float64)
						}
					}
				}
			}
			maps.DeleteFunc(want, func(_ string, count float64) bool { return count == 0 })
			if !maps.Equal(counts, want) || len(want) < 6 {
				t.Errorf("k6 was given %v, the file has %v", counts, want)
			}
			if requests := want["warmup metered_requests_total"] + want["measure metered_requests_total"]; requests != operations {
				t.Errorf("%v requests were counted, of %v operations: what happened before the run is no part of it", requests, operations)
			}
			if want["warmup metered_sessions_total"] != 4 {
				t.Errorf("the sessions of the run are not counted in its first phase: %v", want)
			}
			values, gauges := samplesOf["metered_latency_ms"], samplesOf["metered_latency_ms_p99"]
			if mode == "operations" && (float64(len(values)) != operations || len(gauges) > 0) ||
				mode == "windows" && (len(values) > 0 || len(gauges) < 2) {
				t.Errorf("%d values and %d percentiles of %v operations", len(values), len(gauges), operations)
			}
			for _, value := range append(values, gauges...) {
				if math.Abs(value-1.234567) > 0.0013 {
					t.Fatalf("a time is %v ms, recorded was 1.234567", value)
				}
			}
		})
	}
}

func TestThresholdsOnInstrumentsAndChecksThatAreNotFilledAreRefused(t *testing.T) {
	for metric, mode := range map[string]string{
		"metered_latency_ms": "windows", "checks{check:row stored}": "windows", "metered_latency_ms_p99": "operations",
	} {
		p := newMeteredProcess(t)
		p.options.Thresholds = threshold(metric)
		declared := declaration(t, map[string]any{"target": "metered://local", "metrics": mode})
		p.newVU(declare(declared)).refuses("run.open()", "there is a threshold on", "which METRICS="+mode+" does not fill")
	}
}

func TestExecutorsOfTheScriptRunScenariosByTheirNames(t *testing.T) {
	p := newMeteredProcess(t)
	profile := closedProfile(3, 0, 1, 0)
	profile["segments"].([]any)[0].(map[string]any)["seconds"] = 0
	declared := declaration(t, map[string]any{"target": "metered://local", "profile": profile, "executors": true, "operationsPerIteration": 1})
	work := meteredWork()
	work["scenarios"] = map[string]any{"storing": map[string]any{"insert": 1}, "both": map[string]any{"lookup": 1, "remove": 1}}
	setup := p.newVU(declare(declared))
	setup.js(setUp(work))
	storing, both := p.newVU(declare(declared)), p.newVU(declare(declared))
	storing.js(`for (let i = 0; i < 70; i++) run.iterate("storing"); null`)
	both.js(`for (let i = 0; i < 40; i++) run.iterate("both"); null`)
	both.refuses(`run.iterate("storage")`, `the workload has no scenario "storage"; it has both, storing`)
	var ran = map[string]float64{}
	file := p.newVU(declare(declared)).js("JSON.parse((run.finish(), run.result()))").(map[string]any)
	for _, entry := range file["totals"].(map[string]any)["measure"].(map[string]any)["operations"].([]any) {
		ran[entry.(map[string]any)["name"].(string)] = asNumber(entry.(map[string]any)["operations"])
	}
	if ran["insert"] != 70 || ran["lookup"]+ran["remove"] != 40 || ran["lookup"] == 0 || ran["remove"] == 0 {
		t.Errorf("ran %v", ran)
	}
	if file["status"] != "complete" || file["profile"].(map[string]any)["executors"] != true {
		t.Errorf("status %v, profile %v", file["status"], file["profile"])
	}
}

func asNumber(value any) float64 {
	switch n := value.(type) {
	case int64:
		return float64(n)
	case float64:
		return n
	}
	return -1
}
