package run

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/dataset"
	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/engine"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// Environment is what the process around a run gives it.
type Environment struct {
	Registry *driver.Registry
	Events   *Events
	// Log tells a person how it goes where nobody listens to events.
	Log func(format string, args ...any)
	// K6Version for the result file.
	K6Version string
	// Stripe of this instance, and the share of the profile's workers that it has.
	Stripe       pacing.Stripe
	ScaleWorkers func(int) int
	// Instance is the tag of this instance's samples.
	Instance string
	// Listener hears of every second's windows, on the collecting goroutine; nil: nobody does.
	Listener func(*record.Rolled, time.Time)
}

// Run is one execution. Its life is Open, Load, Start, Iterate by every worker, Finish; a step out of turn is an error.
type Run struct {
	declaration *Declaration
	driver      driver.Driver
	target      driver.Target
	environment Environment

	server   driver.Server
	declared *workload.Workload
	program  driver.Program
	mix      *generator.Mix
	config   engine.Config
	phases   []record.PhaseSpan
	loaded   *record.Load
	pools    map[string]*generator.Pool
	dirty    string
	// letOthers lets other runs use the same data.
	letOthers func()
	engine    *engine.Engine
	folder    *record.Folder
	setup     record.Setup
	collector *collector

	mutex    sync.Mutex
	opened   bool
	started  bool
	finished bool
	result   []byte
}

// New makes a run of a declaration, without connecting. What is wrong with the target's URL is an *driver.Error of KindUsage.
func New(declaration *Declaration, registry *driver.Registry) (*Run, error) {
	found, err := registry.Find(declaration.Target)
	if err != nil {
		return nil, err
	}
	target, err := found.Open(declaration.driverConfig())
	if err != nil {
		return nil, err
	}
	return &Run{declaration: declaration, driver: found, target: target}, nil
}

// Declaration is what the run was made of.
func (r *Run) Declaration() *Declaration { return r.declaration }

// System is the kind of target.
func (r *Run) System() string { return r.driver.System() }

// Open connects once, to see that the target answers, is what it should be, and has room for the connections of this run.
func (r *Run) Open(ctx context.Context, environment Environment) (driver.Server, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.opened {
		return r.server, driver.Usagef("open() was called twice; a run opens once, in setup()")
	}
	r.environment = environment
	if r.environment.Instance == "" {
		r.environment.Instance = "0"
	}
	if r.workers() < 1 {
		return driver.Server{}, driver.Usagef("this execution segment has none of the profile's %d workers; split the run into fewer instances or "+
			"set LOAD_WORKERS to at least their number", r.declaration.workers())
	}
	if err := checkResults(r.declaration.ResultsDirectory); err != nil {
		return driver.Server{}, err
	}
	server, err := r.target.Describe(ctx)
	if err != nil {
		return server, err
	}
	r.server = server
	environment.Events.Send(connectedEvent{"connected", server})
	if err := r.checkCapacity(); err != nil {
		return server, err
	}
	r.opened = true
	return server, nil
}

// connectionsBesides is how many connections the run needs besides its workers' own: one to load, to count and to look, one to
// keep other runs away.
const connectionsBesides = 2

// checkCapacity compares the connections that the run needs with those that the server has left.
func (r *Run) checkCapacity() error {
	if r.server.MaximumConnections == 0 {
		return nil
	}
	need := r.workers() + connectionsBesides
	if r.declaration.poolSize > 0 {
		need = r.declaration.poolSize + connectionsBesides
	}
	free := r.server.MaximumConnections - r.server.UsedConnections
	if need <= free {
		return nil
	}
	return &driver.Error{
		Kind: driver.KindUsage,
		Message: fmt.Sprintf("the run needs %d connections, but the server has only %d free (it allows %d, and %d are in use)",
			need, max(0, free), r.server.MaximumConnections, r.server.UsedConnections),
		Hint: "Choose a smaller profile, share connections with CONNECTIONS=" +
			fmt.Sprint(max(1, min(free-connectionsBesides, 20))) + ", or raise the server's limit",
	}
}

func (r *Run) workers() int {
	workers := r.declaration.workers()
	if r.environment.ScaleWorkers != nil {
		workers = r.environment.ScaleWorkers(workers)
	}
	return workers
}

// ReadTable tells how a user's own table is made.
func (r *Run) ReadTable(ctx context.Context, name string) (*driver.TableDefinition, error) {
	reader, ok := r.target.(driver.TableReader)
	if !ok {
		return nil, driver.Usagef("TABLE is %q, but %s has no tables to read", name, r.driver.System())
	}
	return reader.ReadTable(ctx, name)
}

// Load checks the workload, and makes sure that its data set is there in its first state.
func (r *Run) Load(ctx context.Context, text []byte) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case !r.opened:
		return driver.Usagef("load() was called before open(), or after it failed; setup() calls open(), load() and start() in this order")
	case r.started:
		return driver.Usagef("load() was called after start(); a run has one workload")
	}
	r.program = nil
	declared, err := workload.Decode(text)
	if err != nil {
		return err
	}
	r.declared = declared
	if err := r.checkWorkload(); err != nil {
		return err
	}
	program, err := r.target.Compile(declared.DriverOperations())
	if err != nil {
		return err
	}
	if depth := program.MaximumDepth(); r.declaration.Depth > depth {
		return driver.Usagef("DEPTH is %d, but this workload has operations that need a connection for themselves; expected at most %d",
			r.declaration.Depth, depth)
	}
	if err := r.weigh(); err != nil {
		return err
	}
	if r.letOthers == nil {
		if err := r.becomeAlone(ctx); err != nil {
			return err
		}
	}
	if err := r.prepareData(ctx); err != nil {
		return err
	}
	// Before the pools are taken, which would hold the keys of what is removed.
	if err := r.removeLeftovers(ctx); err != nil {
		return err
	}
	if err := r.takePools(ctx); err != nil {
		return err
	}
	r.program = program
	if err := r.compile(); err != nil {
		r.program = nil
		return err
	}
	return nil
}

// checkWorkload refuses what can be refused before anything is written.
func (r *Run) checkWorkload() error {
	declared := r.declared
	if declared.System != r.driver.System() && r.driver.System() != "noop" {
		return driver.Usagef("workload %q is made for %s, and the target is %s", declared.Name, declared.System, r.driver.System())
	}
	for i := range declared.Operations {
		operation := &declared.Operations[i]
		for _, parameter := range operation.Parameters {
			scope := generator.Scope{Seed: r.declaration.Seed, Operation: operation.Name, Parameter: parameter.Name}
			if err := generator.Check(parameter.Generator, scope); err != nil {
				return driver.Usagef("%v", err)
			}
		}
	}
	if len(declared.ForeignTables) > 0 && declared.Writes() && !r.declaration.AllowWrites {
		return driver.Usagef("the workload writes to %s, which dbmark did not make; "+
			"allow it with --allow-writes (DBMARK_ALLOW_WRITES=1), or choose MIX=read-only", declared.ForeignTables[0])
	}
	return nil
}

func (r *Run) prepareData(ctx context.Context) error {
	declared := r.declared.DataSet
	if declared == nil {
		return nil
	}
	store, ok := r.target.(driver.Store)
	if !ok {
		return driver.Usagef("workload %q has a data set, and dbmark cannot load one into %s", r.declared.Name, r.driver.System())
	}
	result, err := dataset.Prepare(ctx, store, declared, dataset.Options{
		Seed:        r.declaration.Seed,
		Reload:      r.declaration.Reload,
		Connections: r.declaration.LoadConnections,
		Report:      r.reportLoad(),
	})
	if err != nil {
		return err
	}
	r.loaded = &record.Load{Rows: result.Rows, Reused: result.Reused, Connections: result.Connections, Reason: result.Reason}
	if !result.Reused {
		rate := float64(result.Rows) / result.Seconds
		r.loaded.Seconds, r.loaded.RowsPerSecond = &result.Seconds, &rate
	}
	if err := r.removeInserted(ctx); err != nil {
		return err
	}
	if r.declared.Changes() {
		return dataset.MarkChanged(ctx, store, declared.Name)
	}
	return nil
}

// logEvery is how often the load phase is told to a person in words.
const logEvery = 5 * time.Second

func (r *Run) reportLoad() func(dataset.Progress) {
	var logged time.Time
	return func(p dataset.Progress) {
		r.environment.Events.Send(loadEvent{"load", string(p.State), p.Rows, p.Total, p.Elapsed.Seconds(), p.Reason})
		if r.environment.Events.Listening() {
			return
		}
		switch p.State {
		case dataset.Running:
			if time.Since(logged) < logEvery {
				return
			}
			logged = time.Now()
			r.environment.Log("loading: %d of %d rows, %.0f rows/s", p.Rows, p.Total, float64(p.Rows)/max(p.Elapsed.Seconds(), 1e-3))
		case dataset.Started:
			r.environment.Log("loading %d rows: %s", p.Total, p.Reason)
		case dataset.Reused:
			r.environment.Log("data set of %d rows reused: %s", p.Total, p.Reason)
		case dataset.Finished:
			r.environment.Log("loaded %d rows in %.1f s", p.Total, p.Elapsed.Seconds())
		}
	}
}

// Start opens every session and makes the run folder. Nothing is sent before the first Iterate.
func (r *Run) Start(ctx context.Context) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case r.program == nil:
		return driver.Usagef("start() was called before load(), or after it failed; setup() calls open(), load() and start() in this order")
	case r.started:
		return driver.Usagef("start() was called twice; a run starts once, in setup()")
	}
	r.engine = engine.New(r.config)
	if err := r.engine.OpenSessions(ctx); err != nil {
		return err
	}
	if err := r.openFolder(); err != nil {
		r.engine.Stop(ctx)
		return err
	}
	r.started = true
	return nil
}

// Worker makes the worker of a VU; number counts from zero.
func (r *Run) Worker(number int, observer engine.Observer) (*engine.Worker, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case !r.started:
		return nil, driver.Usagef("iterate() was called before start(); setup() calls open(), load() and start() in this order")
	case r.finished:
		return nil, driver.Usagef("iterate() was called after finish()")
	case number >= r.config.Workers:
		return nil, driver.Usagef("the script has more VUs than the profile has workers (%d); let its scenario have that many VUs", r.config.Workers)
	}
	return r.engine.Worker(number, observer), nil
}

// Iterate lets a worker run operations for a slice of time or, where the declaration says so, for a number of operations.
func (r *Run) Iterate(ctx context.Context, worker *engine.Worker, number int) {
	r.begin()
	if r.engine.Finished() {
		r.rest(ctx)
		return
	}
	if limit := r.declaration.OperationsPerIteration; limit > 0 {
		if r.engine.Draining() {
			// k6 starts no more iterations: this one does what is left.
			limit = 0
		}
		worker.Slice(ctx, endless, limit)
		return
	}
	worker.Slice(ctx, sliceEnd(r.engine.Elapsed(), number, r.config.Workers), 0)
}

// Finished says whether nothing is left to start.
func (r *Run) Finished() bool { return r.engine.Finished() }

const (
	// slice is how long an iteration is: k6's ramps and ends work between slices.
	slice = time.Second
	// endless stands for no limit of time; the schedule's end holds all the same.
	endless = 1000 * time.Hour
	// restTime keeps the workers of a run that is over from spinning until k6 ends them.
	restTime = 20 * time.Millisecond
)

// sliceEnd is the end of a worker's current slice. Workers' slices end one after another, not all at the same
// instant, at which nobody would be there to send.
func sliceEnd(now time.Duration, number, workers int) time.Duration {
	offset := slice * time.Duration(number%max(1, workers)) / time.Duration(max(1, workers))
	passed := (now - offset) % slice
	if passed < 0 {
		passed += slice
	}
	return now - passed + slice
}

// rest waits a little where k6 would start the next iteration at once.
func (r *Run) rest(ctx context.Context) {
	if r.declaration.OperationsPerIteration == 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(restTime):
	}
}

// begin starts the clock at the first iteration of the first worker.
func (r *Run) begin() {
	if r.engine.Began() {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.engine.Began() {
		r.engine.Begin()
		r.startCollecting()
	}
}

// Workload is what Load was given.
func (r *Run) Workload() *workload.Workload { return r.declared }

// Instance is the tag of this instance's samples.
func (r *Run) Instance() string { return r.environment.Instance }

// ID is the name of the run and of its folder; good after Start.
func (r *Run) ID() string { return r.folder.ID() }

// Result is the content of run.json, or nil before Finish.
func (r *Run) Result() []byte {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.result
}

// Close frees what the run holds; a run that was not finished leaves its windows.
func (r *Run) Close() {
	if r.letOthers != nil {
		r.letOthers()
		r.letOthers = nil
	}
	_ = r.target.Close()
}

// EmitWorkload sends a workload to whoever started this process or, where nobody listens, prints it.
func EmitWorkload(events *Events, text json.RawMessage) {
	if !events.Listening() {
		var indented bytes.Buffer
		_ = json.Indent(&indented, text, "", "  ")
		_, _ = fmt.Fprintln(os.Stdout, indented.String())
		return
	}
	events.Send(workloadEvent{"workload", text})
	events.Flush()
}
