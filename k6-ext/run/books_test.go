package run

import (
	"testing"

	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

func TestBooksOfBatchesCountRows(t *testing.T) {
	for _, c := range []struct {
		name                  string
		rows                  int64
		counts                record.Counts
		acknowledged, unknown uint64
	}{
		{"one row each", 0, record.Counts{Operations: 10, Failed: 3, Unknown: 2, RowsWritten: 7}, 7, 2},
		{"all whole", 10, record.Counts{Operations: 5, RowsWritten: 50}, 50, 0},
		// 4 of the failed batch are known to be there, the other 6 may be.
		{"one of unknown outcome", 10, record.Counts{Operations: 5, Failed: 1, Unknown: 1, RowsWritten: 44}, 44, 6},
		// The failure of known outcome may have written all of the 9, so that the unknown one may have written any number.
		{"one of known and one of unknown outcome", 10, record.Counts{Operations: 5, Failed: 2, Unknown: 1, RowsWritten: 39}, 39, 10},
		{"more than the known failure can have written", 10, record.Counts{Operations: 5, Failed: 2, Unknown: 1, RowsWritten: 43}, 43, 7},
		{"a failure of known outcome alone", 10, record.Counts{Operations: 2, Failed: 1, RowsWritten: 16}, 16, 0},
	} {
		operation := &workload.Operation{Inserts: &workload.Inserts{Count: "count", Rows: c.rows}}
		acknowledged, unknown := inserted(operation, &record.Total{Counts: c.counts})
		if acknowledged != c.acknowledged || unknown != c.unknown {
			t.Errorf("%s: %d acknowledged and %d unknown, want %d and %d", c.name, acknowledged, unknown, c.acknowledged, c.unknown)
		}
	}
}
