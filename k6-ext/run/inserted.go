package run

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// removeInserted removes the rows that earlier runs inserted above the data set. Rows in a user's table are removed at the
// end of the run that made them, or by removeLeftovers.
func (r *Run) removeInserted(ctx context.Context) error {
	store, ok := r.target.(driver.Store)
	if !ok {
		return nil
	}
	statements := append([]string(nil), r.declared.DataSet.RemoveInserted...)
	for i := range r.declared.Operations {
		inserts := r.declared.Operations[i].Inserts
		if inserts != nil && len(inserts.Keys) == 0 && inserts.Remove != "" && !slices.Contains(statements, inserts.Remove) {
			statements = append(statements, inserts.Remove)
		}
	}
	if len(statements) == 0 {
		return nil
	}
	if err := store.Execute(ctx, statements); err != nil {
		return fmt.Errorf("rows of earlier runs could not be removed: %w", err)
	}
	return nil
}

// cleanByKeys removes what this run inserted where it can be found by the keys that it used: into tables that dbmark did not make, and into
// those of a data set whose keys do not tell what was inserted. Where the target holds more rows with these keys than the run can have
// inserted, some are somebody else's: then none is removed.
func (r *Run) cleanByKeys(ctx context.Context, lastIndex int64, books []record.Book, unreached error) error {
	for i := range r.declared.Operations {
		operation := &r.declared.Operations[i]
		if operation.Inserts == nil || len(operation.Inserts.Keys) == 0 || operation.Weight == 0 {
			continue
		}
		tables := r.writtenTables()
		if book := bookOf(books, operation.Name); book.Held != nil && uint64(*book.Held) > book.Acknowledged+book.Unknown {
			return fmt.Errorf("rows that %s inserted into %s were not removed: the target holds %d rows with their keys, and at most %d can be this run's, "+
				"so somebody else writes to the table", operation.Name, tables, *book.Held, book.Acknowledged+book.Unknown)
		}
		err := unreached
		if err == nil {
			err = r.eachKeyBatch(ctx, i, r.indexesOf(i, lastIndex), func(session driver.Session, keys []any) error {
				_, err := session.Query(ctx, driver.Statement{Text: operation.Inserts.Remove, Arguments: keys})
				return err
			})
		}
		if err != nil {
			return fmt.Errorf("rows that %s inserted into %s could not be removed: %w", operation.Name, tables, err)
		}
	}
	return nil
}

// writtenTables names the tables that the workload writes to.
func (r *Run) writtenTables() string {
	names := slices.Clone(r.declared.ForeignTables)
	if r.declared.DataSet != nil {
		for i := range r.declared.DataSet.Tables {
			names = append(names, r.declared.DataSet.Tables[i].Name)
		}
	}
	return strings.Join(names, ", ")
}

// keysAtOnce bounds the arrays of keys in one statement.
const keysAtOnce = 1000

// indexesOf gives this instance's indexes below a limit at which the mix picks an operation.
func (r *Run) indexesOf(number int, limit int64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for index := range r.ownIndexes {
			if index >= uint64(limit) {
				return
			}
			if r.mix.Pick(index) == number && !yield(index) {
				return
			}
		}
	}
}

// ownIndexes gives every index that this instance may run, ascending.
func (r *Run) ownIndexes(yield func(uint64) bool) {
	for ordinal := int64(0); yield(uint64(r.environment.Stripe.Index(ordinal))); ordinal++ {
	}
}

// eachKeyBatch makes the keys of an operation again, from indexes, and visits them in batches: one array for each key column.
func (r *Run) eachKeyBatch(ctx context.Context, number int, indexes iter.Seq[uint64], visit func(driver.Session, []any) error) error {
	operation := &r.declared.Operations[number]
	generators, err := r.keyGenerators(operation)
	if err != nil {
		return err
	}
	session, err := r.target.OpenSession(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = session.Close(ctx) }()
	var value driver.Value
	columns := make([][]any, len(generators))
	flush := func() error {
		if len(columns[0]) == 0 {
			return nil
		}
		keys := make([]any, len(columns))
		for i := range columns {
			keys[i] = columns[i]
		}
		err := visit(session, keys)
		for i := range columns {
			columns[i] = columns[i][:0]
		}
		return err
	}
	for index := range indexes {
		for i, g := range generators {
			g.Generate(index, &value)
			columns[i] = append(columns[i], value.Any())
		}
		if len(columns[0]) == keysAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (r *Run) keyGenerators(operation *workload.Operation) ([]generator.Generator, error) {
	var generators []generator.Generator
	for _, key := range operation.Inserts.Keys {
		for _, parameter := range operation.Parameters {
			if parameter.Name != key {
				continue
			}
			compiled, err := generator.Compile(parameter.Generator, r.scope(operation.Name, key, nil))
			if err != nil {
				return nil, err
			}
			generators = append(generators, compiled)
		}
	}
	return generators, nil
}
