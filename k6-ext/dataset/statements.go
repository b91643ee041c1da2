package dataset

import (
	"context"
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// loadingDepth is how many rows of a load are in flight on one connection, where the system allows so many.
const loadingDepth = 16

// PrepareAnew loads a data set into a target that keeps no record of what it holds: what is there is removed by the data set's truncate
// statements, and each row is added by its table's insert statement. Every run does so, because nothing tells what an earlier one left.
func PrepareAnew(ctx context.Context, target driver.Target, declared *workload.DataSet, options Options) (Result, error) {
	const reason = "the target keeps no record of what it holds"
	p := &preparation{declared: declared, options: options, started: time.Now()}
	p.open = func(ctx context.Context, table *workload.Table, columns []string) (driver.BulkWriter, error) {
		return openStatements(ctx, target, table, columns)
	}
	for _, table := range declared.Tables {
		if table.Rows > 0 && table.Insert == "" {
			return Result{}, driver.Usagef("table %q of data set %q names no statement that adds a row, and dbmark has no other way to load this system",
				table.Name, declared.Name)
		}
		p.total += table.Rows
	}
	p.report(Started, 0, reason)
	for _, statements := range [][]string{declared.Create, declared.Truncate} {
		for _, statement := range statements {
			if _, err := Query(ctx, target, driver.Statement{Text: statement}); err != nil {
				return Result{}, err
			}
		}
	}
	connections, err := p.fill(ctx)
	if err != nil {
		return Result{}, err
	}
	p.report(Finished, p.total, reason)
	return Result{Rows: p.total, Seconds: time.Since(p.started).Seconds(), Connections: connections, Reason: reason}, nil
}

// statementWriter adds rows by one statement each, several in flight on its own session.
type statementWriter struct {
	table   string
	session driver.Session
	// requests own the values of the rows that are in flight; free are those that are not.
	requests []driver.Request
	free     []int
	done     []driver.Completion
	rows     int64
}

func openStatements(ctx context.Context, target driver.Target, table *workload.Table, columns []string) (driver.BulkWriter, error) {
	program, err := target.Compile([]driver.Operation{{
		Name: "load " + table.Name, Kind: driver.Write, Parameters: columns,
		Steps: []driver.Step{{Statement: table.Insert, Parameters: columns}},
	}})
	if err != nil {
		return nil, err
	}
	session, err := target.OpenSession(ctx, program)
	if err != nil {
		return nil, err
	}
	w := &statementWriter{table: table.Name, session: session}
	w.requests = make([]driver.Request, max(1, min(loadingDepth, program.MaximumDepth())))
	for i := range w.requests {
		w.requests[i] = driver.Request{Tag: uint64(i), Parameters: make([]driver.Value, len(columns))}
		w.free = append(w.free, i)
	}
	return w, nil
}

// Write implements driver.BulkWriter.
func (w *statementWriter) Write(ctx context.Context, row []driver.Value) error {
	if len(w.free) == 0 {
		if err := w.deliver(ctx); err != nil {
			return err
		}
	}
	last := len(w.free) - 1
	request := &w.requests[w.free[last]]
	w.free = w.free[:last]
	for i := range row {
		own := &request.Parameters[i]
		own.Kind, own.Number, own.Bytes = row[i].Kind, row[i].Number, append(own.Bytes[:0], row[i].Bytes...)
	}
	if failure := w.session.Submit(ctx, request); failure != nil {
		w.free = append(w.free, int(request.Tag))
		return w.failed(failure)
	}
	return nil
}

// deliver waits for some of what is in flight.
func (w *statementWriter) deliver(ctx context.Context) error {
	w.done = w.session.Deliver(ctx, w.done[:0])
	var first error
	for i := range w.done {
		w.free = append(w.free, int(w.done[i].Tag))
		if failure := w.done[i].Err; failure == nil {
			w.rows++
		} else if first == nil {
			first = w.failed(failure)
		}
	}
	return first
}

func (w *statementWriter) failed(failure *driver.Error) error {
	return fmt.Errorf("a row of table %q could not be loaded: %w", w.table, failure)
}

// Commit implements driver.BulkWriter.
func (w *statementWriter) Commit(ctx context.Context) (int64, error) {
	for len(w.free) < len(w.requests) {
		if err := w.deliver(ctx); err != nil {
			return w.rows, err
		}
	}
	return w.rows, w.session.Close(ctx)
}

// Abort implements driver.BulkWriter.
func (w *statementWriter) Abort() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = w.session.Close(ctx)
}
