package postgres

import (
	"context"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

var (
	_ driver.Store       = (*target)(nil)
	_ driver.TableReader = (*target)(nil)
)

func TestExecuteNamesTheStatementThatFails(t *testing.T) {
	err := openTarget(t, driver.Config{}).Execute(context.Background(), []string{"SELECT 1", "CREATE TABLE\n  wrong ()) -- oops"})
	if err == nil || !strings.Contains(err.Error(), "statement 2 of 2 (CREATE TABLE wrong ())") {
		t.Fatal(err)
	}
}

func TestTableExists(t *testing.T) {
	execute(t, `CREATE TABLE "Present One" (id int8)`)
	opened := openTarget(t, driver.Config{})
	for name, want := range map[string]bool{`"Present One"`: true, `public."Present One"`: true, "absent": false, "no_schema.absent": false} {
		if got, err := opened.TableExists(context.Background(), name); err != nil || got != want {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}

func TestBulkWritesEveryTypeInBinary(t *testing.T) {
	execute(t, `CREATE TABLE loaded (id int8 PRIMARY KEY, "Small" int2, n int4, f float4, g float8, d numeric(20,4), ok bool, s varchar(40), b bytea, u uuid, at timestamptz, day date, j jsonb)`)
	bulkRow(t, "loaded", []string{"id", "Small", "n", "f", "g", "d", "ok", "s", "b", "u", "at", "day", "j"})
	got := query(t, openSession(t, openTarget(t, driver.Config{})), `SELECT id, "Small", n, f, g, d::text, ok, s, b, u, at, day, j FROM loaded WHERE id = 1`)
	want := []any{int64(1), int64(-2), int64(3), 0.5, math.Pi, "-12345.6700", true, "tab\there \\ \"quoted\" é", []byte{0, 1, 255},
		"00112233-4455-6677-8899-aabbccddeeff", time.Date(1999, 12, 31, 23, 59, 59, 123456000, time.UTC), time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), map[string]any{"a": 1.0}}
	if !reflect.DeepEqual(got[0], want) {
		t.Fatalf("got  %#v\nwant %#v", got[0], want)
	}
}

func TestBulkUsesTextForTypesWithoutABinaryForm(t *testing.T) {
	execute(t, "CREATE TYPE colour AS ENUM ('red', 'green')", "CREATE TABLE coloured (id int8, c colour, s text, b bytea)")
	opened := openTarget(t, driver.Config{})
	w, err := opened.OpenBulk(context.Background(), "coloured", []string{"id", "c", "s", "b"})
	if err != nil {
		t.Fatal(err)
	}
	odd := "tab\t newline\n return\r backslash \\N é"
	if err := w.Write(context.Background(), []driver.Value{intValue(1), textValue("green"), textValue(odd), bytesValue(driver.Bytes, []byte{0, 92, 10})}); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(context.Background(), []driver.Value{intValue(2), {}, {}, {}}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Commit(context.Background()); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	got := query(t, openSession(t, opened), "SELECT * FROM coloured ORDER BY id")
	if !reflect.DeepEqual(got, [][]any{{int64(1), "green", odd, []byte{0, 92, 10}}, {int64(2), nil, nil, nil}}) {
		t.Fatalf("%#v", got)
	}
}

// bulkRow loads the same row under many ids.
func bulkRow(t *testing.T, table string, columns []string) {
	t.Helper()
	w, err := openTarget(t, driver.Config{}).OpenBulk(context.Background(), table, columns)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(1999, 12, 31, 23, 59, 59, 123456789, time.UTC)
	row := []driver.Value{{}, intValue(-2), intValue(3), floatValue(0.5), floatValue(math.Pi), floatValue(-12345.67), boolValue(true), textValue("tab\there \\ \"quoted\" é"),
		bytesValue(driver.Bytes, []byte{0, 1, 255}), bytesValue(driver.UUID, []byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}),
		timeValue(at), timeValue(at), bytesValue(driver.JSON, []byte(`{"a":1}`))}
	const rows = 20_000
	for i := range int64(rows) {
		row[0].SetInt(i)
		if err := w.Write(context.Background(), row); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := w.Commit(context.Background()); n != rows || err != nil {
		t.Fatalf("%d rows, %v", n, err)
	}
	w.Abort()
}

func TestAbortedAndFailedLoadsLeaveNothing(t *testing.T) {
	execute(t, "CREATE TABLE nothing (id int4 PRIMARY KEY CHECK (id <> 77777))")
	opened := openTarget(t, driver.Config{})
	s := openSession(t, opened)
	ctx, cancel := context.WithCancel(context.Background())
	for name, load := range map[string]func(driver.BulkWriter) error{
		"aborted": func(w driver.BulkWriter) error { w.Abort(); return nil },
		"a value that does not fit": func(w driver.BulkWriter) error {
			err := w.Write(ctx, []driver.Value{textValue("x")})
			if driver.KindOf(err) != driver.KindUsage || !strings.Contains(err.Error(), "nothing") || !strings.Contains(err.Error(), "id") {
				t.Errorf("%v", err)
			}
			w.Abort()
			return nil
		},
		"a constraint": func(w driver.BulkWriter) error {
			var err error
			for i := int64(0); err == nil && i < 3_000_000; i++ {
				err = w.Write(ctx, []driver.Value{intValue(77000 + i)})
			}
			if driver.KindOf(err) != driver.KindConstraint || !strings.Contains(err.Error(), "loading table nothing") {
				t.Errorf("%v", err)
			}
			w.Abort()
			return nil
		},
		"a constraint seen at the end": func(w driver.BulkWriter) error {
			if err := w.Write(ctx, []driver.Value{intValue(77777)}); err != nil {
				return err
			}
			if _, err := w.Commit(ctx); driver.KindOf(err) != driver.KindConstraint {
				t.Errorf("%v", err)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := opened.OpenBulk(ctx, "nothing", []string{"id"})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write(ctx, []driver.Value{intValue(1)}); err != nil {
				t.Fatal(err)
			}
			if err := load(w); err != nil {
				t.Fatal(err)
			}
			if n := query(t, s, "SELECT count(*) FROM nothing")[0][0]; n != int64(0) {
				t.Fatalf("%v rows are left", n)
			}
		})
	}
	w, err := opened.OpenBulk(ctx, "nothing", []string{"id"})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := w.Commit(ctx); driver.KindOf(err) != driver.KindCanceled {
		t.Fatalf("canceled: %v", err)
	}
	if n := query(t, s, "SELECT count(*) FROM nothing")[0][0]; n != int64(0) {
		t.Fatalf("canceled: %v rows are left", n)
	}
	if _, err := opened.OpenBulk(context.Background(), "nothing", []string{"wrong"}); err == nil {
		t.Fatal("a wrong column is accepted")
	}
}

func TestManifestsAreSavedReplacedAndMarkTablesAsOurs(t *testing.T) {
	ctx := context.Background()
	execute(t, "CREATE SCHEMA manifests", "CREATE TABLE manifests.ours (id int8)", "CREATE TABLE manifests.theirs (id int8)")
	opened := openTarget(t, driver.Config{URL: server.URL() + "?search_path=manifests"})
	if m, err := opened.Manifest(ctx, "data"); m != nil || err != nil {
		t.Fatal(m, err)
	}
	m := &driver.Manifest{Name: "data", Definition: "abc", Rows: map[string]int64{"ours": 5}, Seed: math.MaxUint64, State: driver.Loading}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := opened.SaveManifest(ctx, m); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	m.State = driver.Ready
	if err := opened.SaveManifest(ctx, m); err != nil {
		t.Fatal(err)
	}
	if got, err := opened.Manifest(ctx, "data"); err != nil || !reflect.DeepEqual(got, m) {
		t.Fatalf("%+v %v", got, err)
	}
	if got, err := opened.Manifest(ctx, "other"); got != nil || err != nil {
		t.Fatal(got, err)
	}
	for name, want := range map[string]bool{"ours": true, "theirs": false} {
		if d, err := opened.ReadTable(ctx, name); err != nil || d.OwnedByDbmark != want {
			t.Fatalf("%s: %+v %v", name, d, err)
		}
	}
}

func TestALockKeepsOthersOutUntilItIsReleased(t *testing.T) {
	opened := openTarget(t, driver.Config{})
	unlock, err := opened.Lock(context.Background(), "data")
	if err != nil {
		t.Fatal(err)
	}
	// A busy machine may not even have connected by then: it gets more time.
	for patience := 150 * time.Millisecond; ; patience *= 4 {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		_, err := opened.Lock(ctx, "data")
		cancel()
		if kind := driver.KindOf(err); kind == driver.KindUnreachable && patience < 5*time.Second {
			continue
		} else if kind != driver.KindCanceled {
			t.Fatalf("a held lock: %v", err)
		}
		break
	}
	other, err := opened.Lock(context.Background(), "other data")
	if err != nil {
		t.Fatal(err)
	}
	other()
	unlock()
	again, err := opened.Lock(context.Background(), "data")
	if err != nil {
		t.Fatal(err)
	}
	again()
}
