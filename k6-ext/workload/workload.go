// Package workload reads a workload declared as data (lib/workload.ts has the same words) and
// checks it before anything is connected to.
package workload

import (
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/strict"
)

// Workload is what a run does to a target.
type Workload struct {
	Name          string      `json:"name"`
	System        string      `json:"system"`
	Description   string      `json:"description"`
	Operations    []Operation `json:"operations"`
	DataSet       *DataSet    `json:"dataSet,omitempty"`
	Pools         []Pool      `json:"pools,omitempty"`
	ForeignTables []string    `json:"foreignTables,omitempty"`
	// Scenarios are mixes by name, each the weights of some of the operations, for scripts whose own executors say what runs when.
	Scenarios map[string]map[string]float64 `json:"scenarios,omitempty"`
	// Slo holds for every operation without its own.
	Slo *record.SLO `json:"slo,omitempty"`
}

// Operation is one named request or transaction with its share in the mix.
type Operation struct {
	Name        string              `json:"name"`
	Kind        driver.Kind         `json:"kind"`
	Weight      float64             `json:"weight"`
	Description string              `json:"description,omitempty"`
	Parameters  []Parameter         `json:"parameters"`
	Steps       []Step              `json:"steps"`
	Transaction *driver.Transaction `json:"transaction,omitempty"`
	Retry       *RetryRule          `json:"retry,omitempty"`
	Slo         *record.SLO         `json:"slo,omitempty"`
	Inserts     *Inserts            `json:"inserts,omitempty"`
	Removes     *Removes            `json:"removes,omitempty"`
	// Check names the k6 check that each of these operations passes or fails; empty: none.
	Check string `json:"check,omitempty"`
}

// Parameter is a named value that the steps of an operation share.
type Parameter struct {
	Name      string         `json:"name"`
	Generator generator.Spec `json:"generator"`
}

// Step is one round trip.
type Step struct {
	Statement         string           `json:"statement,omitempty"`
	Parameters        []string         `json:"parameters,omitempty"`
	Command           []string         `json:"command,omitempty"`
	Capture           []driver.Capture `json:"capture,omitempty"`
	ThinkMilliseconds float64          `json:"thinkMilliseconds,omitempty"`
	Expect            *driver.RowRange `json:"expect,omitempty"`
}

// RetryRule says which operations are tried again: those whose error is retryable, up to Attempts in all.
type RetryRule struct {
	Attempts                   int     `json:"attempts"`
	BackoffMilliseconds        float64 `json:"backoffMilliseconds,omitempty"`
	MaximumBackoffMilliseconds float64 `json:"maximumBackoffMilliseconds,omitempty"`
}

// DefaultTransactionRetry is how a transaction is tried again that declares no rule of its own: its errors of serialization and its
// deadlocks are part of how databases keep transactions apart, and every application has to be ready for them. The same numbers are in
// lib/workload.ts.
var DefaultTransactionRetry = RetryRule{Attempts: 5, BackoffMilliseconds: 5, MaximumBackoffMilliseconds: 100}

// Inserts says how the rows that an operation adds are counted and removed.
type Inserts struct {
	Count string `json:"count"`
	// Remove is empty where the rows stay: then what Count gave before the run is taken off.
	Remove string   `json:"remove,omitempty"`
	Keys   []string `json:"keys,omitempty"`
	// ChangesOthers: the operation also changes rows of the data set.
	ChangesOthers bool `json:"changesOthers,omitempty"`
	// Rows that one operation adds; 0 is 1. The books of an operation with several count rows, because it may fail half way.
	Rows int64 `json:"rows,omitempty"`
}

// Removes says how the rows of the data set that an operation removes are counted: a statement that gives how many are gone.
type Removes struct {
	Count string `json:"count"`
}

// DataSet is data in tables that belong to dbmark.
type DataSet struct {
	Name     string   `json:"name"`
	Tables   []Table  `json:"tables"`
	Create   []string `json:"create"`
	Drop     []string `json:"drop"`
	Finish   []string `json:"finish"`
	Truncate []string `json:"truncate"`
	// RemoveInserted removes what runs added, before every run: this one's mix may be another than that of the run which inserted.
	RemoveInserted []string `json:"removeInserted,omitempty"`
	// Foreign gives the number of its tables that are there and that dbmark did not make, whatever the manifest says: for tables
	// that other programs make under the same names.
	Foreign string `json:"foreign,omitempty"`
}

// Table is one table of a data set, with rows of the indexes 0 to Rows − 1; 0 is a table that only runs fill.
type Table struct {
	Name    string      `json:"name"`
	Rows    int64       `json:"rows"`
	Columns []Parameter `json:"columns"`
	// Check counts the data set's own rows, so that a table that somebody else changed is noticed.
	Check string `json:"check,omitempty"`
	// Insert adds one row, with the columns as its placeholders, on systems that load rows by statements alone.
	Insert string `json:"insert,omitempty"`
}

// Pool is values taken from the target before the run.
type Pool struct {
	Name      string `json:"name"`
	Statement string `json:"statement"`
	// Rows and Hash are filled in when the pool is taken, for the result file.
	Rows int    `json:"rows,omitempty"`
	Hash string `json:"hash,omitempty"`
}

// Decode reads a workload; a field that is not known is an error, so that a typing mistake is not silently ignored.
func Decode(data []byte) (*Workload, error) {
	w := &Workload{}
	if err := strict.Decode(data, w); err != nil {
		return nil, driver.Usagef("the workload cannot be read: %v", err)
	}
	if err := w.validate(); err != nil {
		return nil, err
	}
	w.complete()
	return w, nil
}

// complete fills in the rules that hold where none was declared, so that the result says what was done.
func (w *Workload) complete() {
	for i := range w.Operations {
		if operation := &w.Operations[i]; operation.Transaction != nil && operation.Retry == nil {
			rule := DefaultTransactionRetry
			operation.Retry = &rule
		}
	}
}

// DecodeOperations reads operations without a workload around them.
func DecodeOperations(data []byte) (*Workload, error) {
	w := &Workload{Name: "operations"}
	if err := strict.Decode(data, &w.Operations); err != nil {
		return nil, driver.Usagef("the operations cannot be read: %v", err)
	}
	if err := w.validate(); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *Workload) validate() error {
	if len(w.Operations) == 0 {
		return driver.Usagef("workload %q has no operations; expected at least one", w.Name)
	}
	names := map[string]bool{}
	for i := range w.Operations {
		operation := &w.Operations[i]
		if operation.Name == "" {
			return driver.Usagef("operation %d of workload %q has no name", i+1, w.Name)
		}
		if names[operation.Name] {
			return driver.Usagef("workload %q has two operations named %q", w.Name, operation.Name)
		}
		names[operation.Name] = true
		if err := operation.validate(); err != nil {
			return err
		}
	}
	for scenario, weights := range w.Scenarios {
		for name, weight := range weights {
			if !names[name] || weight < 0 {
				return driver.Usagef("scenario %q of workload %q gives %q the weight %v; expected operations of the workload with weights of 0 or more",
					scenario, w.Name, name, weight)
			}
		}
	}
	if w.DataSet != nil {
		return w.DataSet.validate()
	}
	return nil
}

func (o *Operation) validate() error {
	switch o.Kind {
	case driver.Read, driver.Write, driver.Delete, driver.Batch:
	default:
		return driver.Usagef("operation %q is of kind %q; expected read, write, delete or batch", o.Name, o.Kind)
	}
	if len(o.Steps) == 0 {
		return driver.Usagef("operation %q has no steps; expected at least one", o.Name)
	}
	known := map[string]bool{}
	for _, parameter := range o.Parameters {
		if parameter.Name == "" || known[parameter.Name] {
			return driver.Usagef("operation %q has a parameter without a name or two named %q", o.Name, parameter.Name)
		}
		known[parameter.Name] = true
	}
	for i, step := range o.Steps {
		where := fmt.Sprintf("step %d of operation %q", i+1, o.Name)
		if (step.Statement == "") == (len(step.Command) == 0) {
			return driver.Usagef("%s needs either a statement or a command", where)
		}
		for _, name := range step.Parameters {
			if !known[name] {
				return driver.Usagef("%s uses parameter %q, which the operation does not declare", where, name)
			}
		}
		for _, capture := range step.Capture {
			if !known[capture.Parameter] {
				return driver.Usagef("%s captures parameter %q, which the operation does not declare", where, capture.Parameter)
			}
		}
		if step.ThinkMilliseconds < 0 {
			return driver.Usagef("%s thinks for %v ms; expected 0 or more", where, step.ThinkMilliseconds)
		}
	}
	if o.Retry != nil && o.Retry.Attempts < 1 {
		return driver.Usagef("operation %q has %d attempts; expected 1 or more", o.Name, o.Retry.Attempts)
	}
	if o.Retry != nil && (o.Retry.BackoffMilliseconds < 0 || o.Retry.MaximumBackoffMilliseconds < 0) {
		return driver.Usagef("operation %q waits for %v ms, and for %v ms at most, before it is tried again; expected 0 or more",
			o.Name, o.Retry.BackoffMilliseconds, o.Retry.MaximumBackoffMilliseconds)
	}
	if o.Inserts != nil && o.Removes != nil {
		return driver.Usagef("operation %q both inserts and removes rows; its books need one of the two", o.Name)
	}
	if o.Inserts != nil {
		if o.Inserts.Rows < 0 {
			return driver.Usagef("operation %q inserts %d rows; expected 1 or more", o.Name, o.Inserts.Rows)
		}
		for _, name := range o.Inserts.Keys {
			if !known[name] {
				return driver.Usagef("operation %q names the key %q, which is not one of its parameters", o.Name, name)
			}
		}
		if len(o.Inserts.Keys) > 0 && o.Inserts.Remove == "" {
			return driver.Usagef("operation %q names keys of the rows that it inserts, and no statement that removes them", o.Name)
		}
	}
	return nil
}

func (d *DataSet) validate() error {
	for _, table := range d.Tables {
		if table.Rows < 0 {
			return driver.Usagef("table %q of data set %q has %d rows; expected 0 or more", table.Name, d.Name, table.Rows)
		}
		if len(table.Columns) == 0 && table.Rows > 0 {
			return driver.Usagef("table %q of data set %q has no columns", table.Name, d.Name)
		}
	}
	return nil
}

// DriverOperations gives the operations in the form that a driver compiles.
func (w *Workload) DriverOperations() []driver.Operation {
	operations := make([]driver.Operation, len(w.Operations))
	for i := range w.Operations {
		declared := &w.Operations[i]
		operation := driver.Operation{Name: declared.Name, Kind: declared.Kind, Transaction: declared.Transaction}
		for _, parameter := range declared.Parameters {
			operation.Parameters = append(operation.Parameters, parameter.Name)
		}
		for _, step := range declared.Steps {
			operation.Steps = append(operation.Steps, driver.Step{
				Statement:  step.Statement,
				Parameters: step.Parameters,
				Command:    step.Command,
				Capture:    step.Capture,
				Think:      time.Duration(step.ThinkMilliseconds * float64(time.Millisecond)),
				Expect:     step.Expect,
			})
		}
		operations[i] = operation
	}
	return operations
}

// Changes says whether the mix changes rows of the data set, beyond adding some above it.
func (w *Workload) Changes() bool {
	for i := range w.Operations {
		operation := &w.Operations[i]
		onlyAdds := operation.Inserts != nil && !operation.Inserts.ChangesOthers
		if operation.Weight > 0 && operation.Kind != driver.Read && !onlyAdds {
			return true
		}
	}
	return false
}

// Writes says whether the mix has any operation that does not only read.
func (w *Workload) Writes() bool {
	for i := range w.Operations {
		if w.Operations[i].Weight > 0 && w.Operations[i].Kind != driver.Read {
			return true
		}
	}
	return false
}
