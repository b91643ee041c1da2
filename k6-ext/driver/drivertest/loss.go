package drivertest

import (
	"context"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

var lossPromises = []promise{
	{name: "a connection that is reset fails everything in flight, its outcome unknown", network: true,
		test: func(t *testing.T, s *Suite) { testLost(t, s, (*Proxy).Cut) }},
	{name: "a connection that the server closes fails everything in flight, its outcome unknown", network: true,
		test: func(t *testing.T, s *Suite) { testLost(t, s, (*Proxy).HangUp) }},
	{name: "a connection that is cut within a reply fails everything in flight", network: true, test: testCutReply},
	{name: "a connection that was lost while idle fails the next request", network: true, test: testLostIdle},
	{name: "a lost session refuses requests and queries, and says so", network: true, test: testAfterLoss},
	{name: "a server that talks nonsense is an error, not a hang", network: true, test: testGarbled},
	{name: "a query on a connection that is lost is an error", network: true, test: testLostQuery},
	{name: "after a server came back a new session works", network: true, test: testServerBack},
}

func testLost(t *testing.T, suite *Suite, lose func(*Proxy)) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.expectRead(s)
	b.proxy.StallReplies()
	var written []int64
	for range b.depth() {
		n := unused()
		b.submit(s, write, n)
		written = append(written, n)
	}
	start := time.Now()
	time.AfterFunc(short, func() { lose(b.proxy) })
	for _, c := range b.deliver(context.Background(), s, b.depth()) {
		err := b.expectFailure(c, driver.KindConnection)
		if !err.SessionLost || !err.OutcomeUnknown {
			t.Fatalf("the error says session lost: %v, outcome unknown: %v; expected both", err.SessionLost, err.OutcomeUnknown)
		}
	}
	b.expectNear(time.Since(start), short)
	b.proxy.Restore()
	other := b.open()
	for _, n := range written {
		b.expectWritten(other, n, 0, 1)
	}
}

func testCutReply(t *testing.T, suite *Suite) {
	for replyBytes := range 4 {
		b := newBench(t, suite, driver.Config{})
		s := b.open()
		b.proxy.CutAfter(replyBytes)
		for range b.depth() {
			b.submit(s, read, 1)
		}
		lost := 0
		for _, c := range b.deliver(context.Background(), s, b.depth()) {
			if c.Err != nil {
				lost++
				if err := b.expectFailure(c, driver.KindConnection); !err.SessionLost || !err.OutcomeUnknown {
					t.Fatalf("the error says session lost: %v, outcome unknown: %v; expected both",
						err.SessionLost, err.OutcomeUnknown)
				}
			}
		}
		if lost != b.depth() {
			t.Fatalf("cut after %d bytes of replies: %d requests of %d failed", replyBytes, lost, b.depth())
		}
	}
}

func testLostIdle(t *testing.T, suite *Suite) {
	for name, lose := range map[string]func(*Proxy){"reset": (*Proxy).Cut, "closed": (*Proxy).HangUp} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, suite, driver.Config{})
			s := b.open()
			b.expectRead(s)
			lose(b.proxy)
			time.Sleep(20 * time.Millisecond)
			b.expectLost(s)
		})
	}
}

// expectLost runs a read on a session that lost its connection.
func (b *bench) expectLost(s driver.Session) {
	b.Helper()
	r := b.request(read, 1)
	var err *driver.Error
	b.within("Submit", func() { err = s.Submit(context.Background(), r) })
	if err == nil {
		err = b.deliver(context.Background(), s, 1)[r.Tag].Err
	}
	if err == nil {
		b.Fatal("a request succeeded without a connection")
	}
	b.expectKind("the request", err, driver.KindConnection)
	if !err.SessionLost {
		b.Fatalf("the error does not say that the session is lost: %v", err)
	}
}

func testAfterLoss(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.proxy.Cut()
	b.expectLost(s)
	for range 2 {
		var err *driver.Error
		r := b.request(read, 1)
		b.within("Submit", func() { err = s.Submit(context.Background(), r) })
		if err == nil {
			t.Fatal("a lost session accepts requests")
		}
		if !err.SessionLost {
			t.Fatalf("Submit on a lost session does not say so: %v", err)
		}
	}
	var err error
	b.within("Query", func() { _, err = suite.Written(context.Background(), s, 1) })
	if isNil(err) {
		t.Fatal("a lost session answers queries")
	}
	if got := s.Deliver(context.Background(), nil); len(got) > 0 {
		t.Fatalf("%d completions for requests that were refused", len(got))
	}
}

func testGarbled(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{Timeout: 2 * short})
	s := b.open()
	b.proxy.Garble()
	start := time.Now()
	for range b.depth() {
		b.submit(s, read, 1)
	}
	for _, c := range b.deliver(context.Background(), s, b.depth()) {
		err := b.expectFailure(c, driver.KindProtocol, driver.KindConnection, driver.KindTimeout)
		if !err.SessionLost {
			t.Fatalf("the session can not be usable: %v", err)
		}
	}
	if took := time.Since(start); took > 2*short+soon {
		t.Fatalf("it took %v", took)
	}
}

func testLostQuery(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.proxy.StallReplies()
	time.AfterFunc(short, b.proxy.Cut)
	var err error
	took := b.took("Query", func() { _, err = suite.Written(context.Background(), s, 1) })
	b.expectKind("Query", err, driver.KindConnection)
	b.expectNear(took, short)
}

func testServerBack(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.proxy.Refuse()
	b.proxy.Cut()
	b.expectLost(s)
	_, err := b.tryOpen(context.Background())
	b.expectKind("OpenSession", err, driver.KindUnreachable)
	if err := b.proxy.Accept(); err != nil {
		t.Fatal(err)
	}
	b.expectRead(b.open())
}
