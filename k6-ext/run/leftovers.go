package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// cleanInARow is how many indexes, one after another, the target must hold no key of, before nothing is expected beyond them. What
// a run inserted has gaps: other operations have their share of the indexes, and workers take them in blocks.
const cleanInARow = 20 * keysAtOnce

// errClean ends the search.
var errClean = errors.New("nothing is left")

// removeLeftovers removes what a run with the same seed left in a user's table when it was killed before it could remove it itself: this
// run would make the same keys again. It asks for the keys of all indexes, because the mix may have been another one, in the order in which
// a run takes them, and stops where there are no more. Of several instances, each asks for its own. Keys that are counted on from the largest in the table cannot be
// told from others: they are never the same as those of an earlier run, and stay. A data set of dbmark's has none left: its rows were counted.
func (r *Run) removeLeftovers(ctx context.Context) error {
	if r.declared.DataSet != nil {
		return nil
	}
	for i := range r.declared.Operations {
		operation := &r.declared.Operations[i]
		if operation.Inserts == nil || len(operation.Inserts.Keys) == 0 || operation.Weight == 0 {
			continue
		}
		clean := 0
		removed := int64(0)
		err := r.eachKeyBatch(ctx, i, r.ownIndexes, func(session driver.Session, keys []any) error {
			held, err := countKeys(ctx, session, operation.Inserts.Count, keys)
			if err != nil {
				return err
			}
			if held > 0 {
				if _, err := session.Query(ctx, driver.Statement{Text: operation.Inserts.Remove, Arguments: keys}); err != nil {
					return err
				}
				removed += held
				clean = 0
				return nil
			}
			if clean += keysAtOnce; clean >= cleanInARow {
				return errClean
			}
			return nil
		})
		if err != nil && !errors.Is(err, errClean) {
			return fmt.Errorf("rows that an interrupted run may have left in %s could not be removed: %w",
				strings.Join(r.declared.ForeignTables, ", "), err)
		}
		if removed > 0 {
			r.environment.Log("removed %d rows that an interrupted run had left in %s", removed, strings.Join(r.declared.ForeignTables, ", "))
		}
	}
	return nil
}

// countKeys asks how many rows have one of the keys.
func countKeys(ctx context.Context, session driver.Session, statement string, keys []any) (int64, error) {
	result, err := session.Query(ctx, driver.Statement{Text: statement, Arguments: keys})
	if err != nil {
		return 0, err
	}
	if len(result.Rows) != 1 || len(result.Rows[0]) != 1 {
		return 0, fmt.Errorf("expected one number of %q", statement)
	}
	count, ok := result.Rows[0][0].(int64)
	if !ok {
		return 0, fmt.Errorf("expected a whole number of %q, got %v", statement, result.Rows[0][0])
	}
	return count, nil
}
