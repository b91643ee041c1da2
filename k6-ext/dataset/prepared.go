package dataset

import (
	"context"
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// firstInstanceLimit is how long the first instance of a run may leave the others without a sign: neither loading nor done. It may have to wait
// for another run on the same data.
const firstInstanceLimit = 30 * time.Minute

// askEvery is the wait between two looks at the manifest.
const askEvery = 100 * time.Millisecond

// MarkPrepared says on the target that the data set is as a run needs it, so that the run's other instances go on.
func MarkPrepared(ctx context.Context, store driver.Store, name, run string) error {
	manifest, err := store.Manifest(ctx, name)
	if err != nil {
		return err
	}
	if manifest == nil {
		return fmt.Errorf("the data set %q has lost its manifest", name)
	}
	manifest.PreparedFor = run
	return store.SaveManifest(ctx, manifest)
}

// CheckNewRun refuses the name of a run for which the data set was prepared already: the other instances would not wait for this run's.
func CheckNewRun(ctx context.Context, store driver.Store, name, run string) error {
	manifest, err := store.Manifest(ctx, name)
	if err != nil {
		return err
	}
	if manifest != nil && manifest.PreparedFor == run {
		return driver.Usagef("the data set %s was prepared for a run %s already; set DBMARK_TEST_ID to another name for each run", name, run)
	}
	return nil
}

// AwaitPrepared waits until the run's first instance has prepared the data set. waits hears once that it has to be waited for.
func AwaitPrepared(ctx context.Context, store driver.Store, declared *workload.DataSet, options Options, run string, waits func()) (Result, error) {
	return awaitPrepared(ctx, store, declared, options, run, waits, firstInstanceLimit)
}

func awaitPrepared(
	ctx context.Context, store driver.Store, declared *workload.DataSet, options Options, run string, waits func(), limit time.Duration,
) (Result, error) {
	definition, err := definitionHash(declared, options.Seed)
	if err != nil {
		return Result{}, err
	}
	alone := time.Now()
	for first := true; ; first = false {
		manifest, err := store.Manifest(ctx, declared.Name)
		switch {
		case err != nil:
			return Result{}, err
		case manifest != nil && manifest.PreparedFor == run && manifest.Definition != definition:
			return Result{}, driver.Usagef("the first instance of run %s prepared another size, seed or definition of the data set %s; "+
				"start all instances with the same variables", run, declared.Name)
		case manifest != nil && manifest.PreparedFor == run:
			result := Result{Reused: true, Reason: "the first instance of the run prepared it"}
			for _, table := range declared.Tables {
				result.Rows += table.Rows
			}
			return result, nil
		case first:
			waits()
		}
		if manifest != nil && manifest.State == driver.Loading {
			alone = time.Now()
		}
		if time.Since(alone) > limit {
			return Result{}, &driver.Error{
				Kind:    driver.KindTimeout,
				Message: fmt.Sprintf("the first instance of run %s has not prepared the data set %s within %v", run, declared.Name, limit),
				Hint:    "Start the instance whose --execution-segment begins with 0 as well, with the same DBMARK_TEST_ID, and see what became of it",
			}
		}
		select {
		case <-ctx.Done():
			return Result{}, ctx.Err()
		case <-time.After(askEvery):
		}
	}
}
