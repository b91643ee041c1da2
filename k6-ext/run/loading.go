package run

import (
	"context"
	"time"

	"github.com/dbmark/dbmark/k6-ext/dataset"
	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

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
	if err := r.ready(ctx, program); err != nil {
		r.program = nil
		r.yield() // at once, and not when the target notices that this process has ended
		return err
	}
	return nil
}

// ready brings the data into its first state, and makes of it and the workload what runs.
func (r *Run) ready(ctx context.Context, program driver.Program) error {
	if err := r.prepareData(ctx); err != nil {
		return err
	}
	if r.declaration.LoadOnly {
		r.yield()
		return nil
	}
	// Before the pools are taken, which would hold the keys of what is removed.
	if err := r.removeLeftovers(ctx); err != nil {
		return err
	}
	if err := r.countBefore(ctx); err != nil {
		return err
	}
	if err := r.takePools(ctx); err != nil {
		return err
	}
	r.program = program
	return r.compile()
}

// checkWorkload refuses what can be refused before anything is written.
func (r *Run) checkWorkload() error {
	declared := r.declared
	if err := r.checkSearchable(); err != nil {
		return err
	}
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
			"allow it with --allow-writes (DBMARK_ALLOW_WRITES=1), or only read with OPERATIONS=select", declared.ForeignTables[0])
	}
	return nil
}

func (r *Run) prepareData(ctx context.Context) error {
	declared := r.declared.DataSet
	if declared == nil {
		return nil
	}
	options := dataset.Options{
		Seed:        r.declaration.Seed,
		Reload:      r.declaration.Reload,
		Connections: r.declaration.LoadConnections,
		Report:      r.reportLoad(),
	}
	if !r.leads() && r.declaration.LoadOnly {
		return nil // it is the first instance that loads
	}
	store, ok := r.target.(driver.Store)
	if !ok {
		return r.prepareAnew(ctx, declared, options)
	}
	if !r.leads() {
		result, err := dataset.AwaitPrepared(ctx, store, declared, options, r.declaration.TestID, r.tellWaiting)
		if err != nil {
			return err
		}
		r.loaded = &record.Load{Rows: result.Rows, Reused: true, Reason: result.Reason}
		return nil
	}
	if r.split() {
		if err := dataset.CheckNewRun(ctx, store, declared.Name, r.declaration.TestID); err != nil {
			return err
		}
	}
	result, err := dataset.Prepare(ctx, store, declared, options)
	if err != nil {
		return err
	}
	r.noteLoad(&result)
	if err := r.removeInserted(ctx); err != nil {
		return err
	}
	if r.declared.Changes() && !r.declaration.LoadOnly {
		if err := dataset.MarkChanged(ctx, store, declared.Name); err != nil {
			return err
		}
	}
	// The run that follows a load alone prepares the data itself.
	if r.split() && !r.declaration.LoadOnly {
		return dataset.MarkPrepared(ctx, store, declared.Name, r.declaration.TestID)
	}
	return nil
}

// prepareAnew loads the data set of a target that keeps no record of it. Other instances cannot see there that the first one is done: what
// keeps them from starting before is the instant at which all of them start.
func (r *Run) prepareAnew(ctx context.Context, declared *workload.DataSet, options dataset.Options) error {
	if r.split() && r.declaration.StartAt == "" {
		return driver.Usagef("%s keeps no record of its data set, so the instances of a run cannot see there when it is loaded; "+
			"agree on when all of them start, with DBMARK_START_AT or with dbmark run --instances", r.driver.System())
	}
	if !r.leads() {
		r.loaded = &record.Load{Reused: true, Reason: "the first instance of the run loads it"}
		for i := range declared.Tables {
			r.loaded.Rows += declared.Tables[i].Rows
		}
		return nil
	}
	result, err := dataset.PrepareAnew(ctx, r.target, declared, options)
	if err != nil {
		return err
	}
	r.noteLoad(&result)
	return nil
}

// noteLoad keeps for the record how the data came to be there.
func (r *Run) noteLoad(result *dataset.Result) {
	r.loaded = &record.Load{Rows: result.Rows, Reused: result.Reused, Connections: result.Connections, Reason: result.Reason}
	if !result.Reused {
		rate := float64(result.Rows) / result.Seconds
		r.loaded.Seconds, r.loaded.RowsPerSecond = &result.Seconds, &rate
	}
}

// tellWaiting says that the first instance has to be waited for.
func (r *Run) tellWaiting() {
	if !r.environment.Events.Listening() {
		r.environment.Log("waiting: the first instance of the run prepares the data set")
	}
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
