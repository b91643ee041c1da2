// Package dataset fills a target with a workload's data before a run: generated here, loaded in bulk by
// several connections, recognised by its manifest and reused, and brought back to its first state when a run has changed it.
package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// contentVersion changes when the generators make other values of the same declaration, so that data of an older dbmark is not
// mistaken for today's.
const contentVersion = 1

// Options say how a data set is loaded.
type Options struct {
	Seed uint64
	// Reload loads it again whatever is there.
	Reload bool
	// Connections load side by side.
	Connections int
	// Report hears how it goes; it is called from one goroutine at a time.
	Report func(Progress)
	// StallLimit ends a load phase in which the target takes no row for so long; zero means DefaultStallLimit.
	StallLimit time.Duration
}

// State is a moment in the load phase.
type State string

// The moments of a load phase.
const (
	Started   State = "started"
	Resetting State = "resetting"
	Running   State = "progress"
	Finishing State = "finishing"
	Finished  State = "finished"
	Reused    State = "reused"
)

// Progress is how far a load phase has come.
type Progress struct {
	State       State
	Rows, Total int64
	Elapsed     time.Duration
	Reason      string
}

// Result is what a load phase did.
type Result struct {
	Rows        int64
	Seconds     float64
	Reused      bool
	Connections int
	// Reason says why the data was loaded or could be reused.
	Reason string
}

// Prepare makes sure that the target holds the data set in its first state, but for rows above it. Interrupted, it leaves a manifest
// that says so, and the next Prepare starts over. Tables that dbmark did not make are never touched: they are an error.
func Prepare(ctx context.Context, store driver.Store, declared *workload.DataSet, options Options) (Result, error) {
	unlock, err := store.Lock(ctx, declared.Name)
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	p := &preparation{store: store, declared: declared, options: options, started: time.Now()}
	p.open = func(ctx context.Context, table *workload.Table, columns []string) (driver.BulkWriter, error) {
		return store.OpenBulk(ctx, table.Name, columns)
	}
	if p.definition, err = definitionHash(declared, options.Seed); err != nil {
		return Result{}, err
	}
	for _, table := range declared.Tables {
		p.total += table.Rows
	}
	return p.run(ctx)
}

// preparation is one Prepare, or PrepareAnew, in progress.
type preparation struct {
	// store is nil where the target is none.
	store driver.Store
	// open gives what loads rows of a table.
	open       func(ctx context.Context, table *workload.Table, columns []string) (driver.BulkWriter, error)
	declared   *workload.DataSet
	options    Options
	started    time.Time
	definition string
	total      int64
}

func (p *preparation) run(ctx context.Context) (Result, error) {
	manifest, err := p.store.Manifest(ctx, p.declared.Name)
	if err != nil {
		return Result{}, err
	}
	need, err := p.decide(ctx, manifest)
	if err != nil {
		return Result{}, err
	}
	if need.action == keep {
		p.report(Reused, p.total, need.reason)
		return Result{Rows: p.total, Reused: true, Reason: need.reason}, nil
	}
	p.report(Started, 0, need.reason)
	if err := p.save(ctx, driver.Loading); err != nil {
		return Result{}, err
	}
	if err := p.clear(ctx, need); err != nil {
		return Result{}, err
	}
	connections, err := p.fill(ctx)
	if err != nil {
		return Result{}, err
	}
	p.report(Finishing, p.total, need.reason)
	if err := p.store.Execute(ctx, p.declared.Finish); err != nil {
		return Result{}, err
	}
	if err := p.save(ctx, driver.Ready); err != nil {
		return Result{}, err
	}
	p.report(Finished, p.total, need.reason)
	return Result{
		Rows: p.total, Seconds: time.Since(p.started).Seconds(), Connections: connections, Reason: need.reason,
	}, nil
}

type action int

const (
	keep action = iota
	refill
	rebuild
)

// need is what has to be done with what the target holds.
type need struct {
	action action
	// dropFirst: there is something of ours to be dropped.
	dropFirst bool
	reason    string
}

func (p *preparation) decide(ctx context.Context, manifest *driver.Manifest) (need, error) {
	present, err := p.present(ctx)
	if err != nil {
		return need{}, err
	}
	if foreign, err := p.foreign(ctx, manifest, present); err != nil {
		return need{}, err
	} else if foreign {
		return need{}, driver.Usagef("table %s is there already, and dbmark did not make it; "+
			"drop or rename it, name another database, or run on your own tables (TABLE, for tpcb DATA=existing)", present)
	}
	switch {
	case manifest == nil:
		return need{rebuild, false, "the target did not hold it"}, nil
	case present == "":
		return need{rebuild, true, "its tables were gone"}, nil
	case manifest.State == driver.Loading:
		return need{rebuild, true, "an earlier load was interrupted"}, nil
	case manifest.Definition != p.definition:
		return need{rebuild, true, "the target held another size, seed or definition of it"}, nil
	case p.options.Reload:
		return need{rebuild, true, "reload was asked for"}, nil
	case manifest.State == driver.Changed:
		return need{refill, false, "an earlier run had changed it"}, nil
	}
	whole, err := p.whole(ctx)
	if err != nil {
		return need{}, err
	}
	if !whole {
		return need{rebuild, true, "somebody had added or removed rows"}, nil
	}
	return need{keep, false, "the target held it, loaded " + manifest.LoadedAt}, nil
}

// present names a table of the data set that exists; empty: none does.
func (p *preparation) present(ctx context.Context) (string, error) {
	for _, table := range p.declared.Tables {
		exists, err := p.store.TableExists(ctx, table.Name)
		if err != nil {
			return "", err
		}
		if exists {
			return table.Name, nil
		}
	}
	return "", nil
}

// foreign says whether tables of the data set that are there were made by somebody else.
func (p *preparation) foreign(ctx context.Context, manifest *driver.Manifest, present string) (bool, error) {
	if present == "" || manifest == nil || p.declared.Foreign == "" {
		return present != "" && manifest == nil, nil
	}
	tables, err := Count(ctx, p.store, driver.Statement{Text: p.declared.Foreign})
	return tables > 0, err
}

// whole counts the data set's own rows where it says how.
func (p *preparation) whole(ctx context.Context) (bool, error) {
	for _, table := range p.declared.Tables {
		if table.Check == "" {
			continue
		}
		rows, err := Count(ctx, p.store, driver.Statement{Text: table.Check})
		if driver.KindOf(err) == driver.KindNotFound && err != nil {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if rows != table.Rows {
			return false, nil
		}
	}
	return true, nil
}

func (p *preparation) clear(ctx context.Context, need need) error {
	statements := p.declared.Truncate
	if need.action == rebuild {
		statements = p.declared.Create
		if need.dropFirst {
			statements = append(append([]string{}, p.declared.Drop...), p.declared.Create...)
		}
	}
	if need.dropFirst || need.action == refill {
		p.report(Resetting, 0, need.reason)
	}
	return p.store.Execute(ctx, statements)
}

func (p *preparation) save(ctx context.Context, state driver.ManifestState) error {
	rows := map[string]int64{}
	for _, table := range p.declared.Tables {
		rows[table.Name] = table.Rows
	}
	return p.store.SaveManifest(ctx, &driver.Manifest{
		Name:       p.declared.Name,
		Definition: p.definition,
		Rows:       rows,
		Seed:       p.options.Seed,
		State:      state,
		LoadedAt:   time.Now().UTC().Format(time.RFC3339),
	})
}

func (p *preparation) report(state State, rows int64, reason string) {
	if p.options.Report != nil {
		p.options.Report(Progress{State: state, Rows: rows, Total: p.total, Elapsed: time.Since(p.started), Reason: reason})
	}
}

// MarkChanged says on the target that a run is about to change the data set's rows.
func MarkChanged(ctx context.Context, store driver.Store, name string) error {
	manifest, err := store.Manifest(ctx, name)
	if err != nil {
		return err
	}
	if manifest == nil || manifest.State != driver.Ready {
		return fmt.Errorf("the data set %q is not ready", name)
	}
	manifest.State = driver.Changed
	return store.SaveManifest(ctx, manifest)
}

// definitionHash identifies the content of a data set: whatever determines it goes in.
func definitionHash(declared *workload.DataSet, seed uint64) (string, error) {
	text, err := json.Marshal(struct {
		Version int
		Seed    uint64
		Set     *workload.DataSet
	}{contentVersion, seed, declared})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
