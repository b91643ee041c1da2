package run

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"time"

	"github.com/dbmark/dbmark/k6-ext/dataset"
	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/engine"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// takePools fills the pools of values from the target, before anything is measured.
func (r *Run) takePools(ctx context.Context) error {
	r.pools = map[string]*generator.Pool{}
	for i := range r.declared.Pools {
		declared := &r.declared.Pools[i]
		result, err := dataset.Query(ctx, r.target, driver.Statement{Text: declared.Statement})
		if err != nil {
			return fmt.Errorf("pool %q could not be filled: %w", declared.Name, err)
		}
		if len(result.Rows) == 0 {
			return driver.Usagef("pool %q is empty: %q gave no rows; the workload needs a table with data", declared.Name, declared.Statement)
		}
		pool, err := poolOf(result)
		if err != nil {
			return fmt.Errorf("pool %q: %w", declared.Name, err)
		}
		declared.Rows, declared.Hash = len(result.Rows), fmt.Sprintf("%016x", pool.Hash())
		r.pools[declared.Name] = pool
	}
	return nil
}

func poolOf(result *driver.ResultSet) (*generator.Pool, error) {
	pool := &generator.Pool{Rows: make([][]driver.Value, len(result.Rows))}
	for i, row := range result.Rows {
		values := make([]driver.Value, len(row))
		for j, value := range row {
			if err := driver.SetAny(&values[j], value); err != nil {
				return nil, err
			}
		}
		pool.Rows[i] = values
	}
	return pool, nil
}

// weigh makes the mix, which says which operation an index is.
func (r *Run) weigh() error {
	weights := make([]float64, len(r.declared.Operations))
	for i := range r.declared.Operations {
		weights[i] = r.declared.Operations[i].Weight
	}
	mix, err := generator.NewMix(r.declaration.Seed, weights)
	if err != nil {
		return driver.Usagef("OPERATIONS: %v", err)
	}
	r.mix = mix
	r.scenarios = map[string]*generator.Mix{}
	for name, shares := range r.declared.Scenarios {
		for i := range r.declared.Operations {
			weights[i] = shares[r.declared.Operations[i].Name]
		}
		if r.scenarios[name], err = generator.NewMix(r.declaration.Seed, weights); err != nil {
			return driver.Usagef("scenario %q: %v", name, err)
		}
	}
	return nil
}

// compile makes the engine's configuration of the declaration and the workload.
func (r *Run) compile() error {
	d := r.declaration
	var past *generator.Past
	if r.dependsOnPast() != "" {
		past = &generator.Past{}
	}
	operations := make([]engine.Operation, len(r.declared.Operations))
	for i := range r.declared.Operations {
		declared := &r.declared.Operations[i]
		operation := engine.Operation{Name: declared.Name, Inserts: declared.Inserts != nil, Retry: engine.Retry{Attempts: 1}}
		for _, parameter := range declared.Parameters {
			compiled, err := generator.Compile(parameter.Generator, r.scope(declared.Name, parameter.Name, past))
			if err != nil {
				return driver.Usagef("%v", err)
			}
			operation.Generators = append(operation.Generators, compiled)
		}
		if rule := declared.Retry; rule != nil {
			operation.Retry = engine.Retry{
				Attempts:       rule.Attempts,
				Backoff:        milliseconds(rule.BackoffMilliseconds),
				MaximumBackoff: milliseconds(rule.MaximumBackoffMilliseconds),
			}
		}
		operations[i] = operation
	}
	schedule, err := d.schedule()
	if err != nil {
		return err
	}
	r.config = engine.Config{
		Target: r.target, Program: r.program, Operations: operations, Mix: r.mix, Past: past, Seed: d.Seed,
		Schedule: schedule, Stripe: r.environment.Stripe, GracefulStop: seconds(d.GracefulStopSeconds),
		Executors: d.Executors, Workers: r.workers(), Depth: d.Depth, PoolSize: r.poolSize(), Shards: runtime.GOMAXPROCS(0) * shardsPerProcessor,
	}
	if search := d.Profile.Search; search != nil {
		r.config.Staged, r.config.Open = true, search.open()
	}
	r.config.Loops = r.loops()
	r.presence = newPresence(d.Profile.Segments, r.config.Workers, r.environment.ScaleWorkers)
	r.planPhases()
	return nil
}

// shardsPerProcessor makes it rare that two workers meet at one shard.
const shardsPerProcessor = 4

func (r *Run) scope(operation, parameter string, past *generator.Past) generator.Scope {
	return generator.Scope{
		Seed: r.declaration.Seed, Operation: operation, Parameter: parameter, Pools: r.pools, Past: past,
	}
}

// planPhases joins the profile's segments of one phase.
func (r *Run) planPhases() {
	d := r.declaration
	var start time.Duration
	for _, segment := range d.Profile.Segments {
		phase, _ := record.ParsePhase(segment.Phase)
		length := seconds(segment.Seconds)
		if last := len(r.config.Phases) - 1; last >= 0 && r.config.Phases[last].Phase == phase {
			r.config.Phases[last].Duration += length
		} else {
			r.config.Phases = append(r.config.Phases, engine.PhaseSpan{Phase: phase, Start: start, Duration: length})
		}
		start += length
	}
	if r.config.Schedule == nil && d.OperationCount == 0 && !d.Executors {
		r.config.Duration = start
	}
	if r.config.Schedule == nil {
		r.config.Count = d.OperationCount
	}
	for i, span := range r.config.Phases {
		planned := record.PhaseSpan{Name: span.Phase.String(), StartSecond: span.Start.Seconds()}
		if length := span.Duration.Seconds(); d.OperationCount == 0 && !d.Executors || i < len(r.config.Phases)-1 {
			planned.Seconds = &length
		}
		r.phases = append(r.phases, planned)
	}
}

// profileForFile is the profile as it was applied, with what else limits the run.
func (r *Run) profileForFile() (json.RawMessage, error) {
	d := r.declaration
	return json.Marshal(struct {
		Profile
		GracefulStopSeconds    float64 `json:"gracefulStopSeconds"`
		OperationCount         int64   `json:"operationCount,omitempty"`
		OperationsPerIteration int64   `json:"operationsPerIteration,omitempty"`
		Executors              bool    `json:"executors,omitempty"`
	}{d.Profile, d.GracefulStopSeconds, d.OperationCount, d.OperationsPerIteration, d.Executors})
}
