package dbmark

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"go.k6.io/k6/v2/js/modulestest"
	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/run"
)

// process is what the VUs of one k6 process share.
type process struct {
	t        *testing.T
	root     *RootModule
	registry *metrics.Registry
	samples  chan metrics.SampleContainer
	options  lib.Options
	tags     map[string]string
}

func newProcess(t *testing.T) *process {
	t.Helper()
	root := New()
	root.events = func() *run.Events { return run.NewEvents(nil) }
	return &process{t: t, root: root, registry: metrics.NewRegistry(), samples: make(chan metrics.SampleContainer, 100_000)}
}

// vu is one JavaScript runtime, with the module as the global `dbmark`.
type vu struct {
	*modulestest.Runtime
	process  *process
	instance *moduleInstance
}

// inInit makes a VU that is in its init context.
func (p *process) inInit() *vu {
	p.t.Helper()
	runtime := modulestest.NewRuntime(p.t)
	runtime.VU.InitEnvField.Registry = p.registry
	instance := p.root.NewModuleInstance(runtime.VU).(*moduleInstance)
	v := &vu{Runtime: runtime, process: p, instance: instance}
	if err := runtime.VU.Runtime().Set("dbmark", instance.Exports().Named); err != nil {
		p.t.Fatal(err)
	}
	return v
}

// start takes a VU out of its init context.
func (v *vu) start() *vu {
	p := v.process
	logger := v.VU.InitEnv().Logger
	v.MoveToVUContext(&lib.State{
		Options: p.options,
		Logger:  logger,
		Samples: p.samples,
		Tags:    lib.NewVUStateTags(p.registry.RootTagSet().WithTagsFromMap(p.tags)),
	})
	return v
}

// newVU makes a VU that has run a script in its init context, and is past it.
func (p *process) newVU(script string) *vu {
	p.t.Helper()
	v := p.inInit()
	v.js(script)
	return v.start()
}

// js runs a script, which must not throw, and gives its value.
func (v *vu) js(script string) any {
	v.process.t.Helper()
	value, err := v.VU.Runtime().RunString(script)
	if err != nil {
		v.process.t.Fatalf("%v\n%s", err, script)
	}
	return value.Export()
}

// thrown is what a script threw.
type thrown struct {
	Message, Kind, Code string
	IsError             bool
}

// throws runs a script that must throw.
func (v *vu) throws(script string) thrown {
	v.process.t.Helper()
	text := v.js(`(() => { try { ` + script + ` } catch (e) {
		return JSON.stringify({ message: e.message, kind: e.kind, code: e.code, isError: e instanceof Error });
	} return ""; })()`).(string)
	var caught thrown
	if text == "" {
		v.process.t.Fatalf("nothing was thrown by\n%s", script)
	}
	if err := json.Unmarshal([]byte(text), &caught); err != nil {
		v.process.t.Fatal(err)
	}
	return caught
}

// refuses checks that a script throws a mistake of the user's that says all of what is wanted.
func (v *vu) refuses(script string, wanted ...string) {
	v.process.t.Helper()
	caught := v.throws(script)
	if !caught.IsError || caught.Kind != "usage" {
		v.process.t.Errorf("%s\nthrew %+v, want an Error of kind usage", script, caught)
	}
	for _, want := range wanted {
		if !strings.Contains(caught.Message, want) {
			v.process.t.Errorf("%s\nthrew %q, want something with %q", script, caught.Message, want)
		}
	}
}

// sample is one number that k6 was given.
type sample struct {
	metric string
	tags   map[string]string
	value  float64
}

// taken are all samples that k6 was given so far.
func (p *process) taken() []sample {
	var all []sample
	for {
		select {
		case container := <-p.samples:
			for _, s := range container.GetSamples() {
				all = append(all, sample{s.Metric.Name, s.Tags.Map(), s.Value})
			}
		default:
			return all
		}
	}
}

// declaration is a run on noop://, with changes.
func declaration(t *testing.T, changes map[string]any) map[string]any {
	t.Helper()
	declared := map[string]any{
		"suite": "test", "target": "noop://local", "seed": 1, "connections": "per-worker", "depth": 1,
		"timeoutMilliseconds": 1000, "connectTimeoutMilliseconds": 0, "gracefulStopSeconds": 1, "metrics": "windows",
		"resultsDirectory": t.TempDir(), "allowWrites": false, "reload": false, "loadConnections": 1,
		"variables": map[string]any{}, "version": "1", "gitRevision": "", "profile": closedProfile(2, 0, 0.2, 0),
	}
	maps.Copy(declared, changes)
	return declared
}

// closedProfile is a closed loop with so many workers and seconds of each phase.
func closedProfile(workers int, warmup, measure, cooldown float64) map[string]any {
	var segments []any
	for _, phase := range []struct {
		name    string
		seconds float64
	}{{"warmup", warmup}, {"measure", measure}, {"cooldown", cooldown}} {
		if phase.seconds > 0 {
			segments = append(segments, map[string]any{
				"phase": phase.name, "seconds": phase.seconds, "workers": map[string]any{"from": workers, "to": workers},
			})
		}
	}
	return map[string]any{"name": "closed", "description": "", "loop": "closed", "segments": segments}
}

func operation(name, kind string, weight float64, parameters ...any) map[string]any {
	names := make([]string, len(parameters))
	for i, parameter := range parameters {
		names[i] = parameter.(map[string]any)["name"].(string)
	}
	return map[string]any{
		"name": name, "kind": kind, "weight": weight, "parameters": append([]any{}, parameters...),
		"steps": []any{map[string]any{"statement": name + " something", "parameters": names}},
	}
}

func key() map[string]any {
	return map[string]any{"name": "key", "generator": map[string]any{"type": "uniform", "minimum": 1, "maximum": 100}}
}

func mixOf(operations ...any) map[string]any {
	return map[string]any{"name": "test", "system": "noop", "description": "", "operations": operations}
}

// literal is a value as JavaScript.
func literal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func declare(declared any) string {
	return fmt.Sprintf("const run = dbmark.declareRun(%s);", literal(declared))
}

func setUp(work any) string {
	return fmt.Sprintf("run.open(); run.load(%s); run.start();", literal(work))
}

// threshold is a user's threshold on a metric.
func threshold(metric string) map[string]metrics.Thresholds {
	return map[string]metrics.Thresholds{metric: metrics.NewThresholds([]string{"count>0"})}
}

func segmentOptions(t *testing.T, segment, sequence string) lib.Options {
	t.Helper()
	var options lib.Options
	part, err := lib.NewExecutionSegmentFromString(segment)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := lib.NewExecutionSegmentSequenceFromString(sequence)
	if err != nil {
		t.Fatal(err)
	}
	options.ExecutionSegment, options.ExecutionSegmentSequence = part, &whole
	return options
}
