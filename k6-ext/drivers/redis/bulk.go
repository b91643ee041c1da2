package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// bulkSize is when commands are sent.
const bulkSize = 128 << 10

// bulk writes rows in pipelines: while the server works on one, the next is made. Redis has no transaction that could hold a load: rows are
// there as soon as they are written, and the data set's manifest says that it is not whole.
type bulk struct {
	session *session
	table   string
	columns []string
	out     []byte
	value   []byte
	// made are the rows in out, sent those whose replies are still to be read.
	made, sent int64
	rows       int64
	failure    error
	ended      bool
}

// OpenBulk opens a connection. The first column is the row's whole key; the others are fields of its hash.
func (t *target) OpenBulk(ctx context.Context, table string, columns []string) (driver.BulkWriter, error) {
	if err := checkTable(table); err != nil {
		return nil, err
	}
	if len(columns) < 2 {
		return nil, driver.Usagef("a bulk load of %s needs the key and at least one field, got the columns %q", table, columns)
	}
	s, err := t.open(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &bulk{session: s, table: table, columns: columns}, nil
}

// Write adds one row.
func (b *bulk) Write(ctx context.Context, row []driver.Value) error {
	if b.ended {
		return driver.Usagef("a row was written after the end of the bulk load of %s", b.table)
	}
	if len(row) != len(b.columns) {
		return driver.Usagef("a row of %d values was written to %d columns of %s", len(row), len(b.columns), b.table)
	}
	if key := row[0].Bytes; row[0].Kind != driver.Text || !strings.HasPrefix(string(key), b.table+":") {
		return driver.Usagef("a row of %s has the key %.80q; expected is a text that begins with %s:", b.table, key, b.table)
	}
	// The index first: what a load that was cut off has left can be found by it.
	b.out = appendLength(b.out, '*', 4)
	b.out = appendArgument(b.out, []byte("ZADD"))
	b.out = appendArgument(b.out, []byte(indexOf(b.table)))
	b.out = appendArgument(b.out, []byte("0"))
	b.out = appendArgument(b.out, row[0].Bytes)
	b.out = appendLength(b.out, '*', 2*len(row))
	b.out = appendArgument(b.out, []byte("HSET"))
	b.out = appendArgument(b.out, row[0].Bytes)
	for i := 1; i < len(row); i++ {
		if row[i].Kind == driver.Null {
			return driver.Usagef("a row of %s has no value for %s, but Redis has no null", b.table, b.columns[i])
		}
		b.out = appendArgument(b.out, []byte(b.columns[i]))
		b.value = appendValue(b.value[:0], &row[i])
		b.out = appendArgument(b.out, b.value)
	}
	b.made++
	if len(b.out) < bulkSize {
		return nil
	}
	return b.exchange(ctx)
}

// exchange sends what was made, and reads the replies to what was sent before.
func (b *bulk) exchange(ctx context.Context) error {
	if b.failure != nil {
		return b.failure
	}
	s := b.session
	if err := s.refusal(ctx); err != nil {
		return err
	}
	s.watch.Arm(ctx.Done(), watchdog.Forever)
	failed, err := b.sendAndRead()
	reason := s.watch.Disarm()
	if err == nil && reason != watchdog.None { // all replies were there before the watchdog
		err = s.conn.SetDeadline(time.Time{})
	}
	if err != nil {
		b.failure = s.cause(ctx, err, reason)
	} else if failed != nil {
		b.failure = failed
	}
	return b.failure
}

func (b *bulk) sendAndRead() (*driver.Error, error) {
	s := b.session
	if _, err := s.conn.Write(b.out); err != nil {
		return nil, err
	}
	b.out = b.out[:0]
	var failed *driver.Error
	var r reply
	for range b.sent {
		fresh := true
		for _, expected := range [2]int64{1, int64(len(b.columns) - 1)} { // the index's entry, the hash's fields
			if err := s.reader.read(&r, nil, nil, 1); err != nil {
				return nil, err
			}
			if r.isError() && failed == nil {
				failed = serverError(r.text)
			}
			fresh = fresh && r.number == expected
		}
		if fresh {
			b.rows++
		}
	}
	b.sent, b.made = b.made, 0
	return failed, nil
}

// Commit waits until the server has taken every row, and counts those that were not there before.
func (b *bulk) Commit(ctx context.Context) (rows int64, err error) {
	if b.ended {
		return 0, driver.Usagef("the bulk load of %s has ended already", b.table)
	}
	for range 2 { // what was made is sent, then its replies are read
		if err := b.exchange(ctx); err != nil {
			b.Abort()
			return 0, fmt.Errorf("table %s: %w", b.table, err)
		}
	}
	b.Abort()
	return b.rows, nil
}

// Abort frees the connection. Rows that were sent stay until the table is dropped.
func (b *bulk) Abort() {
	if !b.ended {
		b.ended = true
		_ = b.session.Close(context.Background())
	}
}
