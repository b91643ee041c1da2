package drivertest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

var deliveryPromises = []promise{
	{name: "every accepted request is delivered exactly once", test: testOneByOne},
	{name: "n requests in flight are all delivered", test: testInFlight},
	{name: "the depth is kept while requests come and go", test: testSlidingWindow},
	{name: "Deliver with nothing in flight returns at once", test: testNothingInFlight},
	{name: "parameters reach the server", needs: hasWritten, test: testParameters},
	{name: "rows and bytes are counted", test: testCounts},
	{name: "a request of many megabytes goes through", needs: hasLarge, test: testLarge},
	{name: "sessions of one target work side by side", test: testSideBySide},
}

// numbers makes every write of the process a different one, so that it can be found on the server.
var numbers atomic.Int64

func init() { numbers.Store(time.Now().UnixMicro()) }

// unused is a number that no write was made from yet.
func unused() int64 { return numbers.Add(1) }

func testOneByOne(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	for i := range int64(50) {
		b.expectSuccess(b.do(context.Background(), s, read, i), 1, 0)
		b.expectSuccess(b.do(context.Background(), s, write, unused()), 0, 1)
	}
}

func testInFlight(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	for range 20 {
		for i := range b.depth() {
			b.submit(s, read, int64(i))
		}
		for _, c := range b.deliver(context.Background(), s, b.depth()) {
			b.expectSuccess(c, 1, 0)
		}
	}
}

func testSlidingWindow(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	const total = 500
	got := map[uint64]driver.Completion{}
	reads := map[uint64]bool{}
	for submitted := 0; len(got) < total; {
		for submitted < total && submitted-len(got) < b.depth() {
			if submitted%3 == 0 {
				b.submit(s, write, unused())
			} else {
				reads[b.submit(s, read, 1)] = true
			}
			submitted++
		}
		before := len(got)
		b.deliverOnce(context.Background(), s, got)
		if len(got) == before {
			t.Fatal("Deliver gave nothing with requests in flight")
		}
	}
	for tag, c := range got {
		if reads[tag] {
			b.expectSuccess(c, 1, 0)
		} else {
			b.expectSuccess(c, 0, 1)
		}
	}
}

func testNothingInFlight(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	took := b.took("Deliver", func() {
		if got := s.Deliver(context.Background(), nil); len(got) > 0 {
			t.Errorf("%d completions before any request", len(got))
		}
	})
	if took > soon {
		t.Fatalf("it took %v", took)
	}
}

func testParameters(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	written := make([]int64, b.depth())
	for i := range written {
		written[i] = unused()
		b.submit(s, write, written[i])
	}
	for _, c := range b.deliver(context.Background(), s, len(written)) {
		b.expectSuccess(c, 0, 1)
	}
	for _, n := range written {
		b.expectWritten(s, n, 1, 1)
	}
	b.expectWritten(s, unused(), 0, 0)
}

// expectWritten looks for the effect of a write on the server.
func (b *bench) expectWritten(s driver.Session, n, minimum, maximum int64) {
	b.Helper()
	if b.suite.Written == nil {
		return
	}
	var times int64
	var err error
	b.within("Query", func() { times, err = b.suite.Written(context.Background(), s, n) })
	if err != nil {
		b.Fatal(err)
	}
	if times < minimum || times > maximum {
		b.Fatalf("the write is found %d times on the server, expected %d to %d", times, minimum, maximum)
	}
}

func testCounts(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	c := b.do(context.Background(), s, read, 1)
	b.expectSuccess(c, 1, 0)
	if c.BytesRead <= 0 || c.BytesWritten < 0 {
		t.Fatalf("a read of one row counts %d bytes read, %d written", c.BytesRead, c.BytesWritten)
	}
	c = b.do(context.Background(), s, write, unused())
	b.expectSuccess(c, 0, 1)
	if c.BytesWritten <= 0 || c.BytesRead < 0 {
		t.Fatalf("a write counts %d bytes written, %d read", c.BytesWritten, c.BytesRead)
	}
}

func testLarge(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	c := b.do(context.Background(), s, large, 1)
	if c.Err != nil {
		t.Fatal(c.Err)
	}
	if c.BytesWritten < suite.LargeBytes {
		t.Fatalf("%d bytes counted, at least %d were sent", c.BytesWritten, suite.LargeBytes)
	}
	b.expectRead(s)
}

func testSideBySide(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	const sessions, requests = 8, 50
	results := make(chan error, sessions)
	var opened []driver.Session
	for range sessions {
		opened = append(opened, b.open())
	}
	for _, s := range opened {
		go func() { results <- closedLoop(suite, s, requests) }()
	}
	b.within("eight sessions at once", func() {
		for range sessions {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
	})
}

func closedLoop(suite *Suite, s driver.Session, requests int) error {
	for i := range requests {
		r := &driver.Request{Operation: read, Tag: uint64(i + 1)}
		r.Parameters = make([]driver.Value, len(suite.Read.Operation.Parameters))
		if suite.Read.Fill != nil {
			suite.Read.Fill(int64(i), r.Parameters)
		}
		if err := s.Submit(context.Background(), r); err != nil {
			return err
		}
		for _, c := range s.Deliver(context.Background(), nil) {
			if c.Err != nil {
				return c.Err
			}
		}
	}
	return nil
}
