package run

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/engine"
)

// IterateScenario is one iteration of an executor of the script's own: some operations of one of the workload's scenarios or, without a
// name, of the whole workload.
func (r *Run) IterateScenario(ctx context.Context, worker *engine.Worker, scenario string) error {
	mix, known := r.scenarios[scenario]
	if scenario == "" {
		mix, known = r.mix, true
	}
	if !known {
		names := strings.Join(slices.Sorted(maps.Keys(r.scenarios)), ", ")
		return driver.Usagef("the workload has no scenario %q; it has %s", scenario, names)
	}
	if r.begin(ctx) {
		worker.Iteration(ctx, mix, r.declaration.OperationsPerIteration)
	}
	return nil
}
