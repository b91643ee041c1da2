package run

import (
	"context"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/engine"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/resource"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// Environment is what the process around a run gives it.
type Environment struct {
	Events *Events
	// Log tells a person how it goes where nobody listens to events.
	Log func(format string, args ...any)
	// K6Version for the result file.
	K6Version string
	// Stripe of this instance, and the share of the profile's workers that it has.
	Stripe       pacing.Stripe
	ScaleWorkers func(int) int
	// Instance is the tag of this instance's samples.
	Instance string
	// Part is this process's of a run that several share; nil: it is all of the run.
	Part *record.Instance
	// Rehearse stands for k6 while the ceiling is measured, where k6 is given something for each of these operations; nil: it is not.
	Rehearse func(operations []workload.Operation) Rehearsal
	// Listener hears of every second's windows and of how the harness fared, on the collecting goroutine, with the end of the second; nil:
	// nobody does.
	Listener func(*record.Rolled, record.HarnessLine, time.Time)
}

// rehearsal is what stands for k6 while the ceiling is measured.
func (e *Environment) rehearsal(operations []workload.Operation) Rehearsal {
	if e.Rehearse == nil {
		return nothingHandedOver{}
	}
	return e.Rehearse(operations)
}

// nothingHandedOver is the rehearsal of a run that gives k6 nothing for an operation.
type nothingHandedOver struct{}

func (nothingHandedOver) Worker() (engine.Observer, func()) { return nil, func() {} }
func (nothingHandedOver) Close()                            {}

// Run is one execution. Its life is Open, Load, Start, Iterate by every worker, Finish; a step out of turn is an error.
type Run struct {
	declaration *Declaration
	driver      driver.Driver
	target      driver.Target
	environment Environment

	// host as it was before loops, which ask Go for more processors than the machine has.
	host     resource.Host
	server   driver.Server
	declared *workload.Workload
	program  driver.Program
	mix      *generator.Mix
	// scenarios are mixes by name, for executors of the script\'s own.
	scenarios map[string]*generator.Mix
	config    engine.Config
	phases    []record.PhaseSpan
	presence  *presence
	loaded    *record.Load
	pools     map[string]*generator.Pool
	dirty     string
	// heldBefore is what statements that count inserted rows gave before the run, where such rows stay.
	heldBefore map[string]int64
	// letOthers lets other runs use the same data.
	letOthers func()
	engine    *engine.Engine
	folder    *record.Folder
	setup     record.Setup
	collector *collector
	// searcher is nil where the load is known beforehand.
	searcher *searcher
	meter    *meter
	// rehearsed is nil where the ceiling could not be measured.
	rehearsed  *rehearsed
	iterations []*Iterations

	// targetClock is nil where it is not known, or nobody compares it.
	targetClock *record.TargetClock
	// startAt is when all instances start; zero: at once.
	startAt time.Time

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
	r.host = resource.ThisHost()
	if r.environment.Instance == "" {
		r.environment.Instance = "0"
	}
	if err := r.checkShare(); err != nil {
		return driver.Server{}, err
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
	if r.split() {
		r.targetClock = r.readTargetClock(ctx)
	}
	r.opened = true
	return server, nil
}

// ReadTable tells how a user's own table is made.
func (r *Run) ReadTable(ctx context.Context, name string) (*driver.TableDefinition, error) {
	reader, ok := r.target.(driver.TableReader)
	if !ok {
		return nil, driver.Usagef("TABLE is %q, but %s has no tables to read", name, r.driver.System())
	}
	return reader.ReadTable(ctx, name)
}

// Start measures the harness's ceiling, opens every session and makes the run folder. The target is sent nothing before the first Iterate.
func (r *Run) Start(ctx context.Context) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case r.declaration.LoadOnly:
		return driver.Usagef("start() was called, but the declaration says loadOnly: load() was all that there is to do")
	case r.program == nil:
		return driver.Usagef("start() was called before load(), or after it failed; setup() calls open(), load() and start() in this order")
	case r.started:
		return driver.Usagef("start() was called twice; a run starts once, in setup()")
	}
	rehearsed, err := r.rehearse(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		r.environment.Log("the harness's ceiling could not be measured: %v", err)
	}
	r.rehearsed = rehearsed
	r.engine = engine.New(r.config)
	r.meter = newMeter(r.Instruments())
	if err := r.engine.OpenSessions(ctx); err != nil {
		return err
	}
	if err := r.openFolder(); err != nil {
		r.engine.Stop(ctx)
		return err
	}
	if err := r.agreeOnStart(ctx); err != nil {
		r.engine.Stop(ctx)
		r.folder.Discard()
		return err
	}
	r.started = true
	return nil
}

// Workload is what Load was given.
func (r *Run) Workload() *workload.Workload { return r.declared }

// Instance is the tag of this instance's samples.
func (r *Run) Instance() string { return r.environment.Instance }

// ID is the name of the run and of its folder; good after Start.
func (r *Run) ID() string { return r.folder.ID() }

// TestID is the tag `testid` of the run's samples, which its instances share; good after Start.
func (r *Run) TestID() string { return r.setup.TestID }

// Result is the content of run.json, or nil before Finish.
func (r *Run) Result() []byte {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.result
}

// Close frees what the run holds; a run that was not finished leaves its windows.
func (r *Run) Close() {
	r.yield()
	_ = r.target.Close()
}
