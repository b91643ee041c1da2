package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/dataset"
	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

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

const (
	// interruptedReach is how long a target is waited for that should tell what it holds after Ctrl-C.
	interruptedReach = 3 * time.Second
	// reachEvery is the wait between two attempts to reach a target that is starting up.
	reachEvery = 100 * time.Millisecond
)

// reachForBooks makes sure, once for all that is asked after the run, that the target can be asked at all; the error says why not. A target
// that is starting up again, after a crash at the run's end, is given some time.
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
				surely, maybe := inserted(&r.declared.Operations[i], &r.engine.Recorder().Totals(phase)[i])
				acknowledged += surely
				unknown += maybe
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
		if r.split() && !r.keyed(together[0]) {
			book = book.OfAllInstances()
		}
		books = append(books, book)
	}
	return books
}

// inserted is how many rows an operation's acknowledged inserts added, and how many more those whose outcome is not known may have added. An
// operation of several rows may have failed half way: what it says it wrote counts, acknowledged or not, and of the unknown ones all of
// what they did not say.
func inserted(operation *workload.Operation, total *record.Total) (acknowledged, unknown uint64) {
	if operation.Inserts == nil || operation.Inserts.Rows <= 1 {
		return total.Succeeded(), total.Unknown
	}
	each := uint64(operation.Inserts.Rows)
	unknown = each * total.Unknown
	// Rows of failed operations. As many as the failures of known outcome can have written may be theirs; the rest is of the unknown ones.
	ofFailed := total.RowsWritten - min(total.RowsWritten, each*total.Succeeded())
	if theirs := each * (total.Failed - total.Unknown); ofFailed > theirs {
		unknown -= min(unknown, ofFailed-theirs)
	}
	return total.RowsWritten, unknown
}

// keyed says whether an operation's rows are found by the keys that it used, which are this instance's own.
func (r *Run) keyed(number int) bool {
	operation := &r.declared.Operations[number]
	return operation.Removes == nil && len(operation.Inserts.Keys) > 0
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

// held is how many rows the target holds of those that an operation inserted, or how many are gone that it removed.
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

// bookOf finds an operation's book; an empty one where it has none.
func bookOf(books []record.Book, operation string) record.Book {
	for _, book := range books {
		if book.Operation == operation {
			return book
		}
	}
	return record.Book{}
}
