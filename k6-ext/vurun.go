package dbmark

import (
	"context"
	"errors"

	"github.com/grafana/sobek"
	"go.k6.io/k6/v2/lib"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/engine"
	"github.com/dbmark/dbmark/k6-ext/run"
)

// vuRun is one VU's view of a shared run: the object that declareRun or joinRun returns.
type vuRun struct {
	module  *moduleInstance
	shared  *sharedRun
	worker  *engine.Worker
	number  int
	sampler *operationSampler
	// iterations is nil where an iteration is a slice of time.
	iterations *run.Iterations
	// wholeRun: one iteration is all of this worker's run.
	wholeRun bool
}

// declareRun is `declareRun` in index.d.ts.
func (m *moduleInstance) declareRun(call sobek.FunctionCall) sobek.Value {
	shared, err := m.root.declare(m.exportJSON(call.Argument(0)))
	if err != nil {
		m.throw(err)
	}
	m.metrics.addInstruments(shared.Instruments())
	v := newVURun(m, shared)
	return m.object(map[string]func(sobek.FunctionCall) sobek.Value{
		"open":      v.open,
		"readTable": v.readTable,
		"load":      v.load,
		"start":     v.start,
		"iterate":   v.iterate,
		"finish":    v.finish,
		"result":    func(sobek.FunctionCall) sobek.Value { return m.vu.Runtime().ToValue(shared.result()) },
	})
}

// joinRun is `joinRun` in index.d.ts.
func (m *moduleInstance) joinRun(sobek.FunctionCall) sobek.Value {
	shared, err := m.root.join()
	if err != nil {
		m.throw(err)
	}
	return m.object(map[string]func(sobek.FunctionCall) sobek.Value{"iterate": newVURun(m, shared).iterate})
}

func newVURun(m *moduleInstance, shared *sharedRun) *vuRun {
	declaration := shared.Declaration()
	return &vuRun{module: m, shared: shared, wholeRun: declaration.Profile.Search != nil || declaration.OperationCount > 0 && declaration.OperationsPerIteration == 0}
}

// object makes a JavaScript object of these methods.
func (m *moduleInstance) object(methods map[string]func(sobek.FunctionCall) sobek.Value) *sobek.Object {
	object := m.vu.Runtime().NewObject()
	for name, method := range methods {
		if err := object.Set(name, method); err != nil {
			m.throw(err)
		}
	}
	return object
}

// state is the VU's, which the init context does not have.
func (v *vuRun) state(method string) *lib.State {
	state := v.module.vu.State()
	if state == nil {
		v.module.throw(driver.Usagef("%s() was called in the init context; call it in setup(), the default function or teardown()", method))
	}
	return state
}

func (v *vuRun) open(sobek.FunctionCall) sobek.Value {
	server, err := v.shared.open(v.module.vu.Context(), v.state("open"), v.module.metrics, v.module.root.events())
	v.check(err)
	return v.module.toJS(server)
}

func (v *vuRun) readTable(call sobek.FunctionCall) sobek.Value {
	v.state("readTable")
	definition, err := v.shared.ReadTable(v.module.vu.Context(), call.Argument(0).String())
	v.check(err)
	return v.module.toJS(definition)
}

func (v *vuRun) load(call sobek.FunctionCall) sobek.Value {
	v.state("load")
	v.check(v.shared.Load(v.module.vu.Context(), v.module.exportJSON(call.Argument(0))))
	return sobek.Undefined()
}

func (v *vuRun) start(sobek.FunctionCall) sobek.Value {
	state := v.state("start")
	v.check(v.shared.Start(v.module.vu.Context()))
	v.shared.tag(state)
	return sobek.Undefined()
}

// iterate is the hot path's only crossing from JavaScript to Go. With an argument, it is an iteration of that scenario.
func (v *vuRun) iterate(call sobek.FunctionCall) sobek.Value {
	if v.shared.Declaration().LoadOnly {
		return sobek.Undefined()
	}
	state := v.module.vu.State()
	if v.worker == nil {
		v.makeWorker(v.state("iterate"))
	}
	v.iterations.Begin()
	defer v.iterations.End()
	ctx := v.module.vu.Context()
	if v.shared.Declaration().Executors {
		scenario := ""
		if given := call.Argument(0); !sobek.IsUndefined(given) {
			scenario = given.String()
		}
		v.check(v.shared.IterateScenario(ctx, v.worker, scenario))
		v.handOver(state)
		return sobek.Undefined()
	}
	for {
		v.shared.Iterate(ctx, v.worker, v.number)
		v.handOver(state)
		// With a number of operations and nothing else, how many slices it takes is not known: the run is one iteration.
		if !v.wholeRun || v.shared.Finished() || ctx.Err() != nil {
			return sobek.Undefined()
		}
	}
}

// handOver gives k6 the samples that wait.
func (v *vuRun) handOver(state *lib.State) {
	if v.sampler != nil {
		v.sampler.flush()
	}
	v.shared.handOver(state)
}

func (v *vuRun) makeWorker(state *lib.State) {
	v.number = int(v.shared.nextWorker.Add(1)) - 1
	var observer engine.Observer
	if v.shared.Declaration().Metrics == run.OperationsMode {
		if t := v.shared.tagging.Load(); t != nil {
			v.sampler = newOperationSampler(state, v.module.metrics, t)
			observer = v.sampler
		}
	}
	worker, err := v.shared.Worker(v.number, observer)
	v.check(err)
	v.worker, v.iterations = worker, v.shared.Iterations()
}

func (v *vuRun) finish(sobek.FunctionCall) sobek.Value {
	state := v.state("finish")
	if v.shared.Declaration().LoadOnly {
		return sobek.Undefined()
	}
	v.check(v.shared.finish(v.module.vu.Context(), state, v.module.metrics))
	return sobek.Undefined()
}

// check throws an error. Its kind has been told to whoever started the process by the script, which catches it.
func (v *vuRun) check(err error) {
	if err == nil {
		return
	}
	if errors.Is(err, context.Canceled) && v.module.vu.Context().Err() != nil {
		err = &driver.Error{Kind: driver.KindCanceled, Message: "interrupted", Err: err}
	}
	v.module.throw(err)
}
