package dataset

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// stopped is a store that takes some rows and then nothing, like a server whose processes were stopped.
type stopped struct{ driver.Store }

func (s stopped) OpenBulk(ctx context.Context, table string, columns []string) (driver.BulkWriter, error) {
	writer, err := s.Store.OpenBulk(ctx, table, columns)
	return &stoppedWriter{BulkWriter: writer}, err
}

type stoppedWriter struct {
	driver.BulkWriter
	rows int
}

func (w *stoppedWriter) Write(ctx context.Context, row []driver.Value) error {
	if w.rows++; w.rows > 1000 {
		<-ctx.Done()
		return ctx.Err()
	}
	return w.BulkWriter.Write(ctx, row)
}

func TestALoadThatDoesNotMoveEndsWithATimeout(t *testing.T) {
	started := time.Now()
	_, err := Prepare(context.Background(), stopped{openStore(t)}, people(30_000), Options{
		Seed: 1, Connections: 2, StallLimit: 300 * time.Millisecond, Report: func(Progress) {},
	})
	if driver.KindOf(err) != driver.KindTimeout || !strings.Contains(err.Error(), "none of the rows for 300ms") {
		t.Fatalf("got %v; expected a timeout that says for how long", err)
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}
