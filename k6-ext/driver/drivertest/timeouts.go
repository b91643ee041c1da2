package drivertest

import (
	"context"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

var timeoutPromises = []promise{
	{name: "a reply that does not come in time is a timeout, near the timeout, its outcome unknown", needs: hasSlow, test: testTimeout},
	{name: "silence is a timeout for everything in flight", network: true, test: testSilence},
	{name: "silence while sending is a timeout", network: true, needs: hasLarge, test: testSilenceWhileSending},
	{name: "each request has its own time", network: true, test: testOwnTime},
	{name: "a timeout that has passed does not hit the next request", network: true, test: testNextRequest},
	{name: "a timeout that has passed does not hit the next session", network: true, test: testNextSession},
	{name: "after a timeout a new session works", network: true, test: testAfterTimeout},
	{name: "a late reply is not taken for another request's", network: true, test: testLateReply},
	{name: "a canceled context ends a blocked Deliver soon", needs: hasSlow, test: testCanceled},
	{name: "a canceled context ends everything in flight on a silent connection", network: true, test: testCanceledInSilence},
	{name: "a context that is over before Deliver does not hang", test: testCanceledBefore},
	{name: "a query on a silent connection ends with its context", network: true, test: testQueryInSilence},
	{name: "a trickling connection works or times out", network: true, test: testTrickle},
}

// expectNear checks that something happened at a time limit.
func (b *bench) expectNear(took, limit time.Duration) {
	b.Helper()
	if took < limit*9/10 || took > limit+soon {
		b.Fatalf("it took %v, expected %v and at most %v more", took, limit, soon)
	}
}

// expectUsableOrLost runs a read on a session whose request failed without losing it.
func (b *bench) expectUsableOrLost(s driver.Session, err *driver.Error) {
	b.Helper()
	if !err.SessionLost {
		b.expectRead(s)
	}
}

func testTimeout(t *testing.T, suite *Suite) {
	if suite.SlowFor < 2*short {
		t.Fatalf("SlowFor must be at least %v", 2*short)
	}
	b := newBench(t, suite, driver.Config{Timeout: short})
	s := b.open()
	start := time.Now()
	c := b.do(context.Background(), s, slow, 1)
	took := time.Since(start)
	err := b.expectFailure(c, driver.KindTimeout)
	b.expectNear(took, short)
	if !err.OutcomeUnknown {
		t.Fatal("the error does not say that the outcome is unknown")
	}
	b.expectUsableOrLost(s, err)
}

func testSilence(t *testing.T, suite *Suite) {
	const timeout = 5 * short // long enough that twice of it is not near it
	b := newBench(t, suite, driver.Config{Timeout: timeout})
	s := b.open()
	b.expectRead(s)
	b.proxy.Stall()
	start := time.Now()
	for range b.depth() {
		b.submit(s, write, unused())
	}
	for _, c := range b.deliver(context.Background(), s, b.depth()) {
		if err := b.expectFailure(c, driver.KindTimeout); !err.OutcomeUnknown {
			t.Fatal("the error does not say that the outcome is unknown")
		}
	}
	b.expectNear(time.Since(start), timeout)
}

func testSilenceWhileSending(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{Timeout: short})
	s := b.open()
	b.proxy.Stall()
	r := b.request(large, 1)
	var refused *driver.Error
	took := b.took("Submit", func() { refused = s.Submit(context.Background(), r) })
	if refused != nil {
		b.expectKind("Submit", refused, driver.KindTimeout)
		b.expectNear(took, short)
		return
	}
	start := time.Now()
	b.expectFailure(b.deliver(context.Background(), s, 1)[r.Tag], driver.KindTimeout)
	b.expectNear(took+time.Since(start), short)
}

func testOwnTime(t *testing.T, suite *Suite) {
	const timeout = 2 * short
	b := newBench(t, suite, driver.Config{Timeout: timeout})
	if b.depth() < 2 {
		t.Skip("the program allows one request in flight")
	}
	s := b.open()
	b.proxy.Stall()
	start := time.Now()
	first := b.submit(s, read, 1)
	time.Sleep(short)
	second := b.submit(s, read, 2)
	got := map[uint64]driver.Completion{}
	b.deliverOnce(context.Background(), s, got)
	b.expectNear(time.Since(start), timeout)
	err := b.expectFailure(got[first], driver.KindTimeout)
	if len(got) == 1 && err.SessionLost {
		// The rest of a session that is lost must follow at once.
		b.deliverOnce(context.Background(), s, got)
		if took := time.Since(start); took > timeout+soon {
			t.Fatalf("what was in flight on a lost session came after %v", took)
		}
	} else if len(got) == 1 {
		b.deliverOnce(context.Background(), s, got)
	}
	if c, ok := got[second]; !ok || c.Err == nil {
		t.Fatalf("the second request: delivered %v, %+v", ok, c)
	}
}

func testNextRequest(t *testing.T, suite *Suite) {
	const timeout = 4 * short
	b := newBench(t, suite, driver.Config{Timeout: timeout})
	s := b.open()
	b.expectRead(s)
	time.Sleep(timeout * 3 / 4)
	// This request is on its way when the time of the one before would have been over.
	b.proxy.StallReplies()
	restore := time.AfterFunc(timeout/2, b.proxy.Restore)
	defer restore.Stop()
	b.expectRead(s)
}

func testNextSession(t *testing.T, suite *Suite) {
	const timeout = 4 * short
	b := newBench(t, suite, driver.Config{Timeout: timeout})
	first := b.open()
	b.expectRead(first)
	if err := first.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	second := b.open()
	time.Sleep(timeout * 3 / 4)
	b.proxy.StallReplies()
	restore := time.AfterFunc(timeout/2, b.proxy.Restore)
	defer restore.Stop()
	b.expectRead(second)
}

func testAfterTimeout(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{Timeout: short})
	s := b.open()
	b.proxy.Stall()
	b.expectFailure(b.do(context.Background(), s, read, 1), driver.KindTimeout)
	b.proxy.Restore()
	b.expectRead(b.open())
}

func testLateReply(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{Timeout: short})
	s := b.open()
	b.proxy.StallReplies()
	err := b.expectFailure(b.do(context.Background(), s, read, 1), driver.KindTimeout)
	b.proxy.Restore()
	// The read's reply arrives now. A session that is still usable must not give it to the write.
	n := unused()
	if !err.SessionLost {
		b.expectSuccess(b.do(context.Background(), s, write, n), 0, 1)
		b.expectWritten(s, n, 1, 1)
		return
	}
	refused := s.Submit(context.Background(), b.request(write, n))
	if refused == nil {
		t.Fatal("a lost session accepts requests")
	}
	if !refused.SessionLost {
		t.Fatalf("Submit on a lost session does not say so: %v", refused)
	}
	b.expectWritten(b.open(), n, 0, 0)
}

func testCanceled(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	start := time.Now()
	time.AfterFunc(short, cancel)
	c := b.do(ctx, s, slow, 1)
	took := time.Since(start)
	err := b.expectFailure(c, driver.KindCanceled)
	if took < short*9/10 || took > short+suite.SlowFor/2 {
		t.Fatalf("canceled after %v, delivered after %v", short, took)
	}
	if !err.OutcomeUnknown {
		t.Fatal("the error does not say that the outcome is unknown")
	}
	b.expectUsableOrLost(s, err)
}

func testCanceledInSilence(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.proxy.Stall()
	for range b.depth() {
		b.submit(s, write, unused())
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	start := time.Now()
	time.AfterFunc(short, cancel)
	for _, c := range b.deliver(ctx, s, b.depth()) {
		if err := b.expectFailure(c, driver.KindCanceled); !err.OutcomeUnknown {
			t.Fatal("the error does not say that the outcome is unknown")
		}
	}
	b.expectNear(time.Since(start), short)
}

func testCanceledBefore(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := b.request(read, 1)
	var refused *driver.Error
	b.within("Submit", func() { refused = s.Submit(ctx, r) })
	if refused != nil {
		b.expectKind("Submit", refused, driver.KindCanceled)
		b.expectUsableOrLost(s, refused)
		return
	}
	start := time.Now()
	c := b.deliver(ctx, s, 1)[r.Tag]
	if time.Since(start) > soon {
		t.Fatalf("it took %v", time.Since(start))
	}
	if c.Err != nil {
		b.expectUsableOrLost(s, b.expectFailure(c, driver.KindCanceled))
	}
}

func testQueryInSilence(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	b.proxy.Stall()
	ctx, cancel := context.WithTimeout(context.Background(), short)
	defer cancel()
	var err error
	took := b.took("Query", func() { _, err = suite.Written(ctx, s, 1) })
	b.expectKind("Query", err, driver.KindTimeout, driver.KindCanceled)
	b.expectNear(took, short)
}

func testTrickle(t *testing.T, suite *Suite) {
	const timeout = 4 * short
	b := newBench(t, suite, driver.Config{Timeout: timeout})
	s := b.open()
	for _, pause := range []time.Duration{time.Millisecond, short} {
		b.proxy.Trickle(pause)
		start := time.Now()
		tag := b.submit(s, read, 1)
		c := b.deliver(context.Background(), s, 1)[tag]
		if took := time.Since(start); took > timeout+soon {
			t.Fatalf("a byte every %v: it took %v with a timeout of %v", pause, took, timeout)
		}
		if c.Err == nil {
			b.expectSuccess(c, 1, 0)
			continue
		}
		if err := b.expectFailure(c, driver.KindTimeout); err.SessionLost {
			return
		}
	}
}
