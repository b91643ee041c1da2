package dataset

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// part is a range of rows of one table that one connection loads.
type part struct {
	table      *workload.Table
	generators []generator.Generator
	columns    []string
	from, to   int64
}

// smallestPart keeps small tables from being spread over many connections.
const smallestPart = 5000

// progressEvery is how often a load phase is reported.
const progressEvery = 250 * time.Millisecond

// DefaultStallLimit is longer than any checkpoint or lock of a target that works. Without a limit, one that was stopped would be
// waited for forever.
const DefaultStallLimit = 2 * time.Minute

// fill loads every table, and gives the number of connections that did.
func (p *preparation) fill(ctx context.Context) (int, error) {
	parts, err := p.split()
	if err != nil {
		return 0, err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var loaded atomic.Int64
	stopReports := p.reportWhile(&loaded, end)

	queue := make(chan part, len(parts))
	for _, one := range parts {
		queue <- one
	}
	close(queue)
	connections := min(max(1, p.options.Connections), len(parts))
	var group sync.WaitGroup
	failures := make(chan error, connections)
	for range connections {
		group.Add(1)
		go func() {
			defer group.Done()
			for one := range queue {
				if err := p.load(ctx, one, &loaded); err != nil {
					failures <- err
					end(nil)
					return
				}
			}
		}()
	}
	group.Wait()
	stopReports()
	select {
	case err := <-failures:
		var stalled *driver.Error
		if errors.As(context.Cause(ctx), &stalled) {
			return 0, stalled
		}
		return 0, err
	default:
		return connections, nil
	}
}

// split gives each connection a contiguous range of each table, so that rows that
// belong together lie together on the target as well.
func (p *preparation) split() ([]part, error) {
	var parts []part
	for i := range p.declared.Tables {
		table := &p.declared.Tables[i]
		whole := part{table: table}
		for _, column := range table.Columns {
			compiled, err := generator.Compile(column.Generator, generator.Scope{
				Seed: p.options.Seed, Operation: "table " + table.Name, Parameter: column.Name,
			})
			if err != nil {
				return nil, driver.Usagef("table %q: %v", table.Name, err)
			}
			whole.generators = append(whole.generators, compiled)
			whole.columns = append(whole.columns, column.Name)
		}
		pieces := min(int64(max(1, p.options.Connections)), (table.Rows+smallestPart-1)/smallestPart)
		for piece := range pieces {
			one := whole
			one.from, one.to = table.Rows*piece/pieces, table.Rows*(piece+1)/pieces
			parts = append(parts, one)
		}
	}
	return parts, nil
}

func (p *preparation) load(ctx context.Context, one part, loaded *atomic.Int64) error {
	writer, err := p.open(ctx, one.table, one.columns)
	if err != nil {
		return err
	}
	defer writer.Abort()
	row := make([]driver.Value, len(one.generators))
	var unreported int64
	for index := one.from; index < one.to; index++ {
		for i, g := range one.generators {
			g.Generate(uint64(index), &row[i])
		}
		if err := writer.Write(ctx, row); err != nil {
			return err
		}
		if unreported++; unreported == 256 {
			loaded.Add(unreported)
			unreported = 0
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	loaded.Add(unreported)
	rows, err := writer.Commit(ctx)
	if err != nil {
		return err
	}
	if expected := one.to - one.from; rows != expected {
		return fmt.Errorf("table %q: sent %d rows, and the target says it stored %d", one.table.Name, expected, rows)
	}
	return nil
}

// reportWhile reports the number of rows until the function that it returns is called, and ends a load that does not move.
func (p *preparation) reportWhile(loaded *atomic.Int64, end context.CancelCauseFunc) (stop func()) {
	limit := p.options.StallLimit
	if limit == 0 {
		limit = DefaultStallLimit
	}
	total := p.total
	moved, before := time.Now(), int64(0)
	ticker := time.NewTicker(progressEvery)
	quit, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-ticker.C:
				rows := loaded.Load()
				p.report(Running, rows, "")
				if rows != before || rows == total {
					moved, before = time.Now(), rows
				}
				if time.Since(moved) > limit {
					end(&driver.Error{
						Kind:    driver.KindTimeout,
						Message: fmt.Sprintf("the target has taken none of the rows for %v (%d of %d are loaded)", limit, rows, total),
						Hint:    "It may be stopped, overloaded or out of disk; look at its log, and run again: the load starts over",
					})
				}
			case <-quit:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(quit)
		<-stopped
	}
}
