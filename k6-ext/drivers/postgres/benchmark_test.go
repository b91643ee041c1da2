package postgres

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

const benchmarkRows = 100_000

func benchmarkTable(b testing.TB) {
	b.Helper()
	execute(b, `CREATE TABLE IF NOT EXISTS points (id int8 PRIMARY KEY, name text NOT NULL, amount int4 NOT NULL)`,
		fmt.Sprintf(`INSERT INTO points SELECT i, 'name of ' || i, i %% 1000 FROM generate_series(1, %d) i ON CONFLICT DO NOTHING`, benchmarkRows),
		`ANALYZE points`)
}

// BenchmarkPointLookup reports time, allocations and CPU of this process for each lookup by primary key.
func BenchmarkPointLookup(b *testing.B) {
	benchmarkTable(b)
	for _, mode := range []string{ModePrepared, ModeStatement, ModeSimple} {
		for _, depth := range []int{1, 8} {
			b.Run(fmt.Sprintf("mode=%s/depth=%d", mode, depth), func(b *testing.B) {
				pointLookups(b, openTarget(b, driver.Config{Mode: mode}), depth, 1)
			})
		}
	}
}

// BenchmarkRangeScan reads a hundred rows, that is: counts them.
func BenchmarkRangeScan(b *testing.B) {
	benchmarkTable(b)
	pointLookups(b, openTarget(b, driver.Config{}), 1, 100)
}

// BenchmarkTransaction runs a transaction of two statements.
func BenchmarkTransaction(b *testing.B) {
	benchmarkTable(b)
	s := openSession(b, openTarget(b, driver.Config{}), driver.Operation{
		Name: "transfer", Kind: driver.Write, Parameters: []string{"id"}, Transaction: &driver.Transaction{},
		Steps: []driver.Step{
			{Statement: "SELECT amount FROM points WHERE id = $1", Parameters: []string{"id"}},
			{Statement: "UPDATE points SET amount = amount + 1 WHERE id = $1", Parameters: []string{"id"}},
		},
	})
	ctx := context.Background()
	r := driver.Request{Parameters: make([]driver.Value, 1)}
	done := make([]driver.Completion, 0, 1)
	b.ReportAllocs()
	for i := int64(0); b.Loop(); i++ {
		r.Parameters[0].SetInt(i%benchmarkRows + 1)
		if err := s.Submit(ctx, &r); err != nil {
			b.Fatal(err)
		}
		if done = s.Deliver(ctx, done[:0]); done[0].Err != nil {
			b.Fatal(done[0].Err)
		}
	}
}

func pointLookups(b *testing.B, opened *target, depth int, rows int64) {
	s := openSession(b, opened, read("SELECT name, amount FROM points WHERE id BETWEEN $1 AND $2", "first", "last"))
	ctx := context.Background()
	requests := make([]driver.Request, depth)
	for i := range requests {
		requests[i] = driver.Request{Tag: uint64(i), Parameters: make([]driver.Value, 2)}
	}
	index := int64(0)
	submit := func(r *driver.Request) {
		first := index*7919%(benchmarkRows-rows) + 1
		index++
		r.Parameters[0].SetInt(first)
		r.Parameters[1].SetInt(first + rows - 1)
		if err := s.Submit(ctx, r); err != nil {
			b.Fatal(err)
		}
	}
	for i := range requests {
		submit(&requests[i])
	}
	done := make([]driver.Completion, 0, depth)
	b.ReportAllocs()
	start := cpuNanoseconds()
	left := 0
	for b.Loop() {
		if left == 0 {
			for i := range done {
				submit(&requests[done[i].Tag])
			}
			done = s.Deliver(ctx, done[:0])
			left = len(done)
			for i := range done {
				if done[i].Err != nil || done[i].RowsRead != rows {
					b.Fatalf("%+v", done[i])
				}
			}
		}
		left--
	}
	b.ReportMetric(float64(cpuNanoseconds()-start)/float64(b.N), "cpu-ns/op")
}

// cpuNanoseconds is the CPU time of this process so far.
func cpuNanoseconds() int64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}
