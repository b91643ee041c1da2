package dbmark

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.k6.io/k6/v2/js/modulestest"
	"go.k6.io/k6/v2/lib"
)

func TestExportsAreMadeOnceForEachVU(t *testing.T) {
	v := newProcess(t).inInit()
	first, second := v.instance.Exports().Named, v.instance.Exports().Named
	if fmt.Sprintf("%p", first) != fmt.Sprintf("%p", second) {
		t.Error("Exports made its map twice; k6 asks at each use of a named import")
	}
}

func TestVUsThatDeclareTheSameRunShareIt(t *testing.T) {
	p := newProcess(t)
	declared := declaration(t, nil)
	first, second := p.newVU(declare(declared)), p.newVU(declare(declared))
	first.js(setUp(mixOf(operation("read", "read", 1))))
	second.js("run.iterate(); run.finish()")
	if first.js("run.result()") == nil {
		t.Error("the run that one VU finished has no result for the other")
	}
	declared["seed"] = 2
	other := p.newVU(declare(declared))
	other.refuses("run.iterate()", "iterate() was called before start()")
	if n := len(p.root.runs); n != 2 {
		t.Errorf("%d runs were made of two declarations", n)
	}
}

func TestAVUThatJoinsWorksForTheRunDeclaredLast(t *testing.T) {
	p := newProcess(t)
	lone := p.newVU("")
	lone.refuses("dbmark.joinRun()", "joinRun() was called, but no VU has declared a run", "call declareRun() in the init context")
	declared := declaration(t, map[string]any{"metrics": "operations", "profile": closedProfile(2, 0, 60, 0), "operationsPerIteration": 7})
	p.newVU(declare(declaration(t, nil)))
	setup := p.newVU(declare(declared))
	setup.js(setUp(mixOf(operation("read", "read", 1))))
	worker := p.newVU("")
	if methods := worker.js("const run = dbmark.joinRun(); Object.keys(run).join()"); methods != "iterate" {
		t.Errorf("a VU that joins can %v, want iterate alone", methods)
	}
	worker.js("run.iterate()")
	var file map[string]any
	_ = json.Unmarshal([]byte(setup.js("run.finish(); run.result()").(string)), &file)
	if n := file["digest"].(map[string]any)["operations"]; n != 7.0 {
		t.Errorf("an iteration of a VU that joined ran %v operations, want 7", n)
	}
	count := 0.0
	for _, s := range p.taken() {
		if s.metric == "transactions_total" {
			count += s.value
		}
	}
	if count != 7 {
		t.Errorf("k6 was given %v transactions of it, want 7", count)
	}
}

func TestAVUThatAsksForTheExportsPastItsInitContextHasTheMetrics(t *testing.T) {
	// An import is looked up at its first use: in a VU that only joins that is the first iteration.
	p := newProcess(t)
	runtime := modulestest.NewRuntime(t)
	runtime.VU.InitEnvField.Registry = p.registry
	instance := p.root.NewModuleInstance(runtime.VU).(*moduleInstance)
	runtime.MoveToVUContext(&lib.State{Samples: p.samples})
	if instance.Exports(); instance.metrics == nil {
		t.Error("it has none")
	}
}

func TestRunIsRefusedOutOfTurn(t *testing.T) {
	p := newProcess(t)
	v := p.inInit()
	v.js(declare(declaration(t, nil)))
	for _, method := range []string{"open", "load", "start", "iterate", "finish", "readTable"} {
		v.refuses("run."+method+"()", method+"() was called in the init context", "call it in setup(), the default function or teardown()")
	}
	v.start()
	v.refuses("run.load({})", "load() was called before open()")
	v.refuses("run.start()", "start() was called before load()")
	v.refuses("run.iterate()", "iterate() was called before start()")
	v.js("run.open()")
	v.refuses("run.open()", "open() was called twice")
	v.refuses(`run.load({ name: "x", oprations: [] })`, `the workload cannot be read: the field "oprations" is not known`)
	v.refuses("run.start()", "start() was called before load(), or after it failed")
	v.refuses(`run.load({ ...`+literal(mixOf(operation("read", "read", 1)))+`, description: () => 1 })`, "holds a function")
}

func TestDeclarationsAreReadStrictly(t *testing.T) {
	v := newProcess(t).inInit()
	for _, c := range []struct {
		changes map[string]any
		wanted  string
	}{
		{map[string]any{"sed": 1}, `the field "sed" is not known`},
		{map[string]any{"seed": "one"}, `"seed" is a string; expected a whole number of 0 or more`},
		{map[string]any{"depth": 1.5}, `"depth" is 1.5; expected a whole number`},
		{map[string]any{"target": "nosuch://host"}, `target "nosuch://host" is of an unknown system; known are noop://`},
	} {
		v.refuses("dbmark.declareRun("+literal(declaration(t, c.changes))+")", c.wanted)
	}
	v.refuses("dbmark.declareRun()", "the run has no suite")
}

// runAll runs a run to its end, by so many VUs side by side, and gives its file.
func (p *process) runAll(declared, work map[string]any, vus int) map[string]any {
	p.t.Helper()
	setup := p.newVU(declare(declared))
	setup.js(setUp(work))
	var group sync.WaitGroup
	for range vus {
		v := p.newVU(declare(declared))
		group.Add(1)
		go func() {
			defer group.Done()
			if _, err := v.VU.Runtime().RunString("for (let i = 0; i < 5; i++) run.iterate();"); err != nil {
				p.t.Error(err)
			}
		}()
	}
	group.Wait()
	teardown := p.newVU(declare(declared))
	var file map[string]any
	if err := json.Unmarshal([]byte(teardown.js("run.finish(); run.result()").(string)), &file); err != nil {
		p.t.Fatal(err)
	}
	return file
}

func TestIterationsHaveTheLengthAskedFor(t *testing.T) {
	p := newProcess(t)
	declared := declaration(t, map[string]any{"operationsPerIteration": 7, "profile": closedProfile(1, 0, 60, 0)})
	v := p.newVU(declare(declared))
	v.js(setUp(mixOf(operation("read", "read", 1))) + "run.iterate(); run.iterate(); run.finish()")
	var file map[string]any
	_ = json.Unmarshal([]byte(v.js("run.result()").(string)), &file)
	if n := file["digest"].(map[string]any)["operations"]; n != 14.0 {
		t.Errorf("two iterations of 7 ran %v operations", n)
	}
	if file["status"] != "interrupted" {
		t.Errorf("a run that ended before its profile is %v", file["status"])
	}
}

func TestOneIterationIsAWorkersWholeRunWithAnOperationCount(t *testing.T) {
	p := newProcess(t)
	declared := declaration(t, map[string]any{
		"operationCount": 3000, "profile": closedProfile(2, 0, 0.1, 0), "target": "noop://local?latency=2ms", "depth": 4,
	})
	v, other := p.newVU(declare(declared)), p.newVU(declare(declared))
	v.js(setUp(mixOf(operation("read", "read", 1))))
	done := make(chan error)
	started := time.Now()
	go func() { _, err := other.VU.Runtime().RunString("run.iterate()"); done <- err }()
	v.js("run.iterate()")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	v.js("run.finish()")
	var file map[string]any
	_ = json.Unmarshal([]byte(v.js("run.result()").(string)), &file)
	digest := file["digest"].(map[string]any)
	if digest["operations"] != 3000.0 || digest["comparable"] != true {
		t.Errorf("after %v: %v", time.Since(started), digest)
	}
	if _, err := other.VU.Runtime().RunString("run.iterate()"); err != nil {
		t.Errorf("an iteration after the end: %v", err)
	}
}

func TestMoreVUsThanWorkersAreRefused(t *testing.T) {
	p := newProcess(t)
	declared := declaration(t, map[string]any{"profile": closedProfile(1, 0, 5, 0), "operationsPerIteration": 1})
	first, second := p.newVU(declare(declared)), p.newVU(declare(declared))
	first.js(setUp(mixOf(operation("read", "read", 1))) + "run.iterate()")
	second.refuses("run.iterate()", "more VUs than the profile has workers (1)")
	first.js("run.finish()")
	p.newVU(declare(declared)).refuses("run.iterate()", "iterate() was called after finish()")
}
