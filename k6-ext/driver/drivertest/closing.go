package drivertest

import (
	"context"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

var closePromises = []promise{
	{name: "Close may be called twice, and frees the connection", test: testCloseTwice},
	{name: "Close ends a blocked Deliver", needs: hasSlow, test: testCloseDuringDeliver},
	{name: "Close ends a Deliver that is blocked by silence", network: true, test: testCloseInSilence},
	{name: "Close by several goroutines at once", test: testCloseTogether},
	{name: "Close with requests in flight delivers them", test: testCloseBeforeDeliver},
	{name: "a closed session refuses requests and queries", test: testUseAfterClose},
}

func (b *bench) close(s driver.Session) {
	b.Helper()
	b.within("Close", func() { _ = s.Close(context.Background()) })
}

func testCloseTwice(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.expectRead(s)
	if err := s.Close(context.Background()); err != nil {
		t.Fatalf("the first Close: %v", err)
	}
	if err := s.Close(context.Background()); err != nil {
		t.Fatalf("the second Close: %v", err)
	}
	if b.proxy != nil && !eventually(func() bool { return b.proxy.Open() == 0 }) {
		t.Fatal("the connection is still open")
	}
}

func testCloseDuringDeliver(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.submit(s, slow, 1)
	b.expectCloseEndsDeliver(s, 1)
}

func testCloseInSilence(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.proxy.Stall()
	for range b.depth() {
		b.submit(s, write, unused())
	}
	b.expectCloseEndsDeliver(s, b.depth())
}

// expectCloseEndsDeliver closes a session while another goroutine waits in Deliver for n requests.
func (b *bench) expectCloseEndsDeliver(s driver.Session, n int) {
	b.Helper()
	closed := make(chan struct{})
	start := time.Now()
	time.AfterFunc(short, func() {
		defer close(closed)
		ctx, cancel := context.WithTimeout(context.Background(), short)
		defer cancel()
		_ = s.Close(ctx)
	})
	for _, c := range b.deliver(context.Background(), s, n) {
		err := b.expectFailure(c, driver.KindCanceled, driver.KindConnection)
		if !err.SessionLost {
			b.Fatalf("the error does not say that the session is lost: %v", err)
		}
	}
	took := time.Since(start)
	if took < short*9/10 || took > 2*short+soon {
		b.Fatalf("closed after %v, delivered after %v", short, took)
	}
	b.within("Close", func() { <-closed })
}

func testCloseTogether(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	done := make(chan struct{})
	for range 4 {
		go func() {
			_ = s.Close(context.Background())
			done <- struct{}{}
		}()
	}
	b.within("Close", func() {
		for range 4 {
			<-done
		}
	})
}

func testCloseBeforeDeliver(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	for range b.depth() {
		b.submit(s, read, 1)
	}
	b.close(s)
	// Replies that were there already may be delivered as what they are.
	for _, c := range b.deliver(context.Background(), s, b.depth()) {
		if c.Err != nil {
			b.expectFailure(c, driver.KindCanceled, driver.KindConnection)
		}
	}
}

func testUseAfterClose(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.close(s)
	err := s.Submit(context.Background(), b.request(read, 1))
	if err == nil || !err.SessionLost {
		t.Fatalf("Submit on a closed session: %v, expected an error that says that the session is lost", err)
	}
	var queryErr error
	b.within("Query", func() { _, queryErr = s.Query(context.Background(), driver.Statement{}) })
	if isNil(queryErr) {
		t.Fatal("a closed session answers queries")
	}
	b.checkSecrets(queryErr)
	if got := s.Deliver(context.Background(), nil); len(got) > 0 {
		t.Fatalf("%d completions on a closed session", len(got))
	}
}
