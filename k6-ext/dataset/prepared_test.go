package dataset

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func TestTheOtherInstancesOfARunWaitForTheFirst(t *testing.T) {
	store, ctx := openStore(t), context.Background()
	options := Options{Seed: 1, Connections: 1}
	waits := make(chan struct{}, 10)
	result := make(chan Result, 1)
	go func() {
		found, err := AwaitPrepared(ctx, store, people(1000), options, "this run", func() { waits <- struct{}{} })
		if err != nil {
			t.Error(err)
		}
		result <- found
	}()
	<-waits
	if _, err := Prepare(ctx, store, people(1000), options); err != nil {
		t.Fatal(err)
	}
	if err := MarkPrepared(ctx, store, "people", "an earlier run"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-result:
		t.Fatal("it did not wait for its own run")
	case <-time.After(3 * askEvery):
	}
	if err := MarkChanged(ctx, store, "people"); err != nil {
		t.Fatal(err)
	}
	if err := MarkPrepared(ctx, store, "people", "this run"); err != nil {
		t.Fatal(err)
	}
	if found := <-result; !found.Reused || found.Rows != 1000 || rowsOf(t, store) != 1000 {
		t.Errorf("it found %+v, and the table holds %d", found, rowsOf(t, store))
	}
}

func TestAnInstanceDoesNotTakeWhatItCannotUse(t *testing.T) {
	store, ctx := openStore(t), context.Background()
	options := Options{Seed: 1, Connections: 1}
	nothing := func() {}
	_, err := awaitPrepared(ctx, store, people(10), options, "run", nothing, 20*time.Millisecond)
	if driver.KindOf(err) != driver.KindTimeout || !strings.Contains(err.Error(), "has not prepared the data set people") {
		t.Errorf("without a first instance: %v", err)
	}
	if _, err := Prepare(ctx, store, people(10), options); err != nil {
		t.Fatal(err)
	}
	if err := MarkPrepared(ctx, store, "people", "run"); err != nil {
		t.Fatal(err)
	}
	if _, err := AwaitPrepared(ctx, store, people(11), options, "run", nothing); err == nil || !strings.Contains(err.Error(), "prepared another size, seed") {
		t.Errorf("of another size: %v", err)
	}
	if err := CheckNewRun(ctx, store, "people", "run"); err == nil || !strings.Contains(err.Error(), "another name for each run") {
		t.Errorf("the name of a run again: %v", err)
	}
	if err := CheckNewRun(ctx, store, "people", "another run"); err != nil {
		t.Error(err)
	}
}
