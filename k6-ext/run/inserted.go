package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/dataset"
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

// countBefore counts the rows that are there before the run where they and those that the run inserts stay.
func (r *Run) countBefore(ctx context.Context) error {
	r.heldBefore = map[string]int64{}
	for i := range r.declared.Operations {
		operation := &r.declared.Operations[i]
		if operation.Inserts == nil || operation.Inserts.Remove != "" || operation.Weight == 0 {
			continue
		}
		statement := operation.Inserts.Count
		if _, counted := r.heldBefore[statement]; counted {
			continue
		}
		held, err := dataset.Count(ctx, r.target, driver.Statement{Text: statement})
		if err != nil {
			return fmt.Errorf("the rows beside which %s will insert could not be counted: %w", operation.Name, err)
		}
		r.heldBefore[statement] = held
	}
	return nil
}

// interruptedReach is how long a target is waited for that should tell what it holds after Ctrl-C.
const interruptedReach = 3 * time.Second

// reachForBooks makes sure, once for all that is asked after the run, that the target can be asked at all; the error says why not. A target that is
// starting up again, after a crash at the run's end, is given some time.
func (r *Run) reachForBooks(ctx context.Context, interrupted bool) error {
	if !slices.ContainsFunc(r.declared.Operations, keepsBooks) {
		return nil
	}
	patience := driver.DefaultConnectTimeout
	if interrupted {
		patience = interruptedReach
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		ctx = limited
	}
	for until := time.Now().Add(patience); ; {
		session, err := r.target.OpenSession(ctx, nil)
		if err == nil {
			return session.Close(ctx)
		}
		if interrupted && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return fmt.Errorf("the target did not answer within %v of the interruption", patience)
		}
		var failure *driver.Error
		if !errors.As(err, &failure) || !failure.Retryable || time.Now().After(until) {
			return err
		}
		if !sleep(ctx, reachEvery) {
			return err
		}
	}
}

// reachEvery is the wait between two attempts to reach a target that is starting up.
const reachEvery = 100 * time.Millisecond

// keepsBooks says whether the run keeps books on an operation.
func keepsBooks(operation workload.Operation) bool {
	return (operation.Inserts != nil || operation.Removes != nil) && operation.Weight > 0
}

// balance compares what the operations that add or remove rows were told with what the target holds; unreached says why it cannot be asked.
func (r *Run) balance(ctx context.Context, lastIndex int64, unreached error) []record.Book {
	books := []record.Book{}
	for _, together := range r.countedTogether() {
		var names []string
		var acknowledged, unknown uint64
		for _, i := range together {
			names = append(names, r.declared.Operations[i].Name)
			for _, phase := range record.Phases() {
				total := r.engine.Recorder().Totals(phase)[i]
				acknowledged += total.Succeeded()
				unknown += total.Unknown
			}
		}
		held, err := int64(0), unreached
		if err == nil {
			held, err = r.held(ctx, together[0], lastIndex)
		}
		name := strings.Join(names, ", ")
		var book record.Book
		if err != nil {
			book = record.UncountedBook(name, acknowledged, unknown, err.Error())
		} else {
			book = record.NewBook(name, acknowledged, unknown, held)
		}
		book.Removes = r.declared.Operations[together[0]].Removes != nil
		books = append(books, book)
	}
	return books
}

// countedTogether gives the numbers of the operations that the run keeps books on; those whose inserted rows one statement counts,
// because they cannot be told apart, share a book.
func (r *Run) countedTogether() [][]int {
	var groups [][]int
	byStatement := map[string]int{}
	for i := range r.declared.Operations {
		operation := &r.declared.Operations[i]
		if !keepsBooks(*operation) {
			continue
		}
		if operation.Removes == nil && len(operation.Inserts.Keys) == 0 {
			if group, found := byStatement[operation.Inserts.Count]; found {
				groups[group] = append(groups[group], i)
				continue
			}
			byStatement[operation.Inserts.Count] = len(groups)
		}
		groups = append(groups, []int{i})
	}
	return groups
}

func (r *Run) held(ctx context.Context, number int, lastIndex int64) (int64, error) {
	if removes := r.declared.Operations[number].Removes; removes != nil {
		return dataset.Count(ctx, r.target, driver.Statement{Text: removes.Count})
	}
	inserts := r.declared.Operations[number].Inserts
	if len(inserts.Keys) == 0 {
		held, err := dataset.Count(ctx, r.target, driver.Statement{Text: inserts.Count})
		// Fewer than before: somebody else removed rows, and how many of them are this run's is not known.
		return max(0, held-r.heldBefore[inserts.Count]), err
	}
	var held int64
	err := r.eachKeyBatch(ctx, number, r.indexesOf(number, lastIndex), func(session driver.Session, keys []any) error {
		count, err := countKeys(ctx, session, inserts.Count, keys)
		held += count
		return err
	})
	return held, err
}

// cleanByKeys removes what this run inserted where it can be found by the keys that it used: into tables that dbmark did not make, and into
// those of a data set whose keys do not tell what was inserted. Where the target holds more rows with these keys than the run can have inserted, some are somebody else's: then none is removed.
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

// bookOf finds an operation's book; an empty one where it has none.
func bookOf(books []record.Book, operation string) record.Book {
	for _, book := range books {
		if book.Operation == operation {
			return book
		}
	}
	return record.Book{}
}

// keysAtOnce bounds the arrays of keys in one statement.
const keysAtOnce = 1000

// indexesOf gives the indexes below a limit at which the mix picks an operation.
func (r *Run) indexesOf(number int, limit int64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for index := uint64(0); index < uint64(limit); index++ {
			if r.mix.Pick(index) == number && !yield(index) {
				return
			}
		}
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
