//go:build systems

package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/redis/redistest"
)

const people = "dbmark:people"

// openStore gives a store, and a session to look at it.
func openStore(t *testing.T, url string) (driver.Store, driver.Session) {
	t.Helper()
	target, s := open(t, url)
	return target.(driver.Store), s
}

// load writes rows with the numbers from … to − 1.
func load(t *testing.T, store driver.Store, from, to int) (int64, error) {
	t.Helper()
	ctx := context.Background()
	writer, err := store.OpenBulk(ctx, people, []string{"key", "name", "age"})
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Abort()
	row := make([]driver.Value, 3)
	for i := from; i < to; i++ {
		row[0].SetText(fmt.Sprintf("%s:%06d", people, i))
		row[1].SetText(fmt.Sprintf("name %d\r\n", i))
		row[2].SetInt(int64(i))
		if err := writer.Write(ctx, row); err != nil {
			return 0, err
		}
	}
	return writer.Commit(ctx)
}

func answerOf(t *testing.T, s driver.Session, words ...string) int64 {
	t.Helper()
	n, _ := query(t, s, words...).Rows[0][0].(int64)
	return n
}

func TestABulkLoadHoldsEveryRowAndItsIndex(t *testing.T) {
	server := redistest.Start(t)
	for _, protocol := range []string{"2", "3"} {
		store, s := openStore(t, "redis://"+server.Address+"?protocol="+protocol)
		if rows, err := load(t, store, 0, 10_000); err != nil || rows != 10_000 {
			t.Fatalf("%d rows, %v", rows, err)
		}
		if n := answerOf(t, s, "ZCARD", people+":_indices"); n != 10_000 {
			t.Errorf("the index has %d keys", n)
		}
		for _, i := range []int{0, 4711, 9999} {
			row := query(t, s, "HMGET", fmt.Sprintf("%s:%06d", people, i), "name", "age")
			if row.Rows[0][0] != fmt.Sprintf("name %d\r\n", i) || row.Rows[1][0] != fmt.Sprint(i) {
				t.Errorf("row %d is %v", i, row.Rows)
			}
		}
		if rows, err := load(t, store, 9_990, 10_010); err != nil || rows != 10 {
			t.Errorf("of 20 rows, 10 of which are there already, %d were stored, %v", rows, err)
		}
		if exists, err := store.TableExists(context.Background(), people); err != nil || !exists {
			t.Errorf("it exists: %v, %v", exists, err)
		}
		if err := store.Execute(context.Background(), []string{"SET left alone", "DROPTABLE " + people}); err != nil {
			t.Fatal(err)
		}
		if exists, err := store.TableExists(context.Background(), people); err != nil || exists {
			t.Errorf("after dropping it exists: %v, %v", exists, err)
		}
		if n := answerOf(t, s, "DBSIZE"); n != 1 {
			t.Errorf("%d keys are left, expected the one of somebody else", n)
		}
	}
}

func TestDroppingLeavesKeysThatAreNotTheTables(t *testing.T) {
	server := redistest.Start(t)
	store, s := openStore(t, "redis://"+server.Address)
	if _, err := load(t, store, 0, 5); err != nil {
		t.Fatal(err)
	}
	query(t, s, "SET", "precious", "1")
	query(t, s, "ZADD", people+":_indices", "0", "precious")
	if err := store.Execute(context.Background(), []string{"DROPTABLE " + people}); err != nil {
		t.Fatal(err)
	}
	if keys := query(t, s, "KEYS", "*"); len(keys.Rows) != 1 || keys.Rows[0][0] != "precious" {
		t.Errorf("%v are left", keys.Rows)
	}
}

func TestOnlyTablesOfDbmarkAreAccepted(t *testing.T) {
	server := redistest.Start(t)
	store, s := openStore(t, "redis://"+server.Address)
	ctx := context.Background()
	for _, table := range []string{"people", "dbmark:", "dbmark:a b", ""} {
		_, bulkErr := store.OpenBulk(ctx, table, []string{"key", "name"})
		_, existsErr := store.TableExists(ctx, table)
		for _, err := range []error{bulkErr, existsErr} {
			if driver.KindOf(err) != driver.KindUsage || err == nil {
				t.Errorf("table %q: %v", table, err)
			}
		}
	}
	if err := store.Execute(ctx, []string{"DROPTABLE people"}); driver.KindOf(err) != driver.KindUsage || !strings.Contains(err.Error(), "dbmark:") {
		t.Errorf("dropping somebody's: %v", err)
	}
	writer, err := store.OpenBulk(ctx, people, []string{"key", "name"})
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Abort()
	row := make([]driver.Value, 2)
	row[0].SetText("somebody:1")
	row[1].SetText("x")
	if err := writer.Write(ctx, row); driver.KindOf(err) != driver.KindUsage {
		t.Errorf("a key of somebody's: %v", err)
	}
	row[0].SetText(people + ":1")
	row[1].Kind = driver.Null
	if err := writer.Write(ctx, row); driver.KindOf(err) != driver.KindUsage {
		t.Errorf("a null: %v", err)
	}
	if n := answerOf(t, s, "DBSIZE"); n != 0 {
		t.Errorf("%d keys were written", n)
	}
}

func TestALoadThatFailsSaysWhy(t *testing.T) {
	server := redistest.Start(t, "maxmemory 3mb", "maxmemory-policy noeviction")
	store, _ := openStore(t, "redis://"+server.Address)
	if _, err := load(t, store, 0, 100_000); driver.KindOf(err) != driver.KindResource || !strings.Contains(err.Error(), "maxmemory") {
		t.Errorf("without memory: %v", err)
	}
}

func TestALoadEndsWithItsContextAndWithTheServer(t *testing.T) {
	for _, kind := range []driver.ErrorKind{driver.KindCanceled, driver.KindConnection} {
		t.Run(string(kind), func(t *testing.T) {
			server := redistest.Start(t)
			store, _ := openStore(t, "redis://"+server.Address)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			end := cancel
			if kind == driver.KindConnection {
				end = server.Kill
			}
			writer, err := store.OpenBulk(ctx, people, []string{"key", "name"})
			if err != nil {
				t.Fatal(err)
			}
			defer writer.Abort()
			row := make([]driver.Value, 2)
			row[1].SetText(strings.Repeat("x", 10_000))
			time.AfterFunc(50*time.Millisecond, end)
			for i := 0; err == nil && i < 10_000_000; i++ {
				row[0].SetText(fmt.Sprintf("%s:%d", people, i%100))
				err = writer.Write(ctx, row)
			}
			if err == nil || driver.KindOf(err) != kind {
				t.Errorf("the load ended with %v", err)
			}
			if _, err := writer.Commit(ctx); err == nil {
				t.Error("it was committed")
			}
		})
	}
}

func TestAManifestIsKept(t *testing.T) {
	server := redistest.Start(t)
	store, s := openStore(t, "redis://"+server.Address)
	ctx := context.Background()
	if m, err := store.Manifest(ctx, "people"); m != nil || err != nil {
		t.Fatalf("an empty server has %+v, %v", m, err)
	}
	saved := &driver.Manifest{Name: "people", Definition: "d", Rows: map[string]int64{people: 5}, Seed: 1 << 60, State: driver.Loading, LoadedAt: "now"}
	for _, state := range []driver.ManifestState{driver.Loading, driver.Ready} {
		saved.State = state
		if err := store.SaveManifest(ctx, saved); err != nil {
			t.Fatal(err)
		}
		if m, err := store.Manifest(ctx, "people"); err != nil || fmt.Sprint(*m) != fmt.Sprint(*saved) {
			t.Errorf("saved %+v, got %+v, %v", saved, m, err)
		}
	}
	query(t, s, "HSET", manifestKey, "people", "{")
	if _, err := store.Manifest(ctx, "people"); err == nil || !strings.Contains(err.Error(), "HDEL dbmark:manifest people") {
		t.Errorf("a broken one: %v", err)
	}
}

func TestALockIsHeldByOneAtATime(t *testing.T) {
	server := redistest.Start(t)
	store, s := openStore(t, "redis://"+server.Address)
	var inside, most atomic.Int64
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			unlock, err := store.Lock(context.Background(), "people")
			if err != nil {
				t.Error(err)
				return
			}
			most.Store(max(most.Load(), inside.Add(1)))
			time.Sleep(50 * time.Millisecond)
			inside.Add(-1)
			unlock()
			unlock() // a second time does nothing
		}()
	}
	group.Wait()
	if most.Load() != 1 {
		t.Errorf("%d held it at once", most.Load())
	}
	if n := answerOf(t, s, "DBSIZE"); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

func TestALockIsRenewedWaitedForAndGivenBackByItsHolderAlone(t *testing.T) {
	server := redistest.Start(t)
	store, s := openStore(t, "redis://"+server.Address)
	unlock, err := store.Lock(context.Background(), "people")
	if err != nil {
		t.Fatal(err)
	}
	key := ownPrefix + "lock:people"
	query(t, s, "PEXPIRE", key, "3500") // as if most of its time were over
	time.Sleep(renewEvery + 500*time.Millisecond)
	if left := answerOf(t, s, "PTTL", key); left < 8000 {
		t.Errorf("after a renewal it has %d ms left", left)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if _, err := store.Lock(ctx, "people"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while it was held: %v", err)
	}
	query(t, s, "SET", key, "somebody else")
	unlock()
	if got := query(t, s, "GET", key).Rows[0][0]; got != "somebody else" {
		t.Errorf("it was taken from somebody else: %v", got)
	}
}

func TestAQueryTakesTheElementsOfAnArrayOneByOne(t *testing.T) {
	server := redistest.Start(t)
	_, s := open(t, "redis://"+server.Address)
	query(t, s, "MSET", "a", "1", "b", "2")
	rows, err := s.Query(context.Background(), driver.Statement{Text: "EXISTS", Arguments: []any{[]any{"a", "b", "c"}, "a"}})
	if err != nil || rows.Rows[0][0] != int64(3) {
		t.Errorf("%v, %v", rows, err)
	}
}

func TestAddedRowsAreCheckedWhereTheCommandTellsThem(t *testing.T) {
	server := redistest.Start(t)
	none, two := int64(0), int64(2)
	set := command("HSET", "h:{k}", "x", "1", "y", "2")
	set.Expect = &driver.RowRange{Minimum: 2, Maximum: 2, Added: &two}
	again := set
	again.Expect = &driver.RowRange{Minimum: 2, Maximum: 2, Added: &none}
	for _, transaction := range []*driver.Transaction{nil, {}} {
		_, s := open(t, "redis://"+server.Address, driver.Operation{Name: "o", Kind: driver.Write, Parameters: []string{"k"}, Transaction: transaction,
			Steps: []driver.Step{set, again}})
		query(t, s, "FLUSHDB")
		key := []driver.Value{{Kind: driver.Int, Number: 1}}
		if c := run(t, s, key); c.Err != nil || c.RowsWritten != 4 {
			t.Errorf("new fields, then the same: %+v", c)
		}
		if c := run(t, s, key); c.Err == nil || c.Err.Kind != driver.KindValidation || !strings.Contains(c.Err.Message, "0 of the rows were not there before, expected 2") {
			t.Errorf("fields that were there: %+v", c.Err)
		}
	}
	target, _ := New().Open(driver.Config{URL: "redis://" + server.Address})
	get := command("GET", "a")
	get.Expect = &driver.RowRange{Minimum: 1, Maximum: 1, Added: &none}
	if _, err := target.Compile([]driver.Operation{{Name: "o", Kind: driver.Read, Steps: []driver.Step{get}}}); driver.KindOf(err) != driver.KindUsage {
		t.Errorf("a command that does not tell: %v", err)
	}
}
