package drivertest

import (
	"context"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

var errorPromises = []promise{
	{name: "an error of the server has its kind, and leaves the session usable", needs: hasFailing, test: testFailing},
	{name: "an error does not touch the requests in flight beside it", needs: hasFailing, test: testFailingAmongOthers},
	{name: "rows that were not expected are a validation error", needs: hasUnexpected, test: testUnexpected},
	{name: "a query that fails leaves the session usable", test: testFailingQuery},
}

func testFailing(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	for range 3 {
		err := b.expectFailure(b.do(context.Background(), s, failing, 1), suite.FailingKind)
		if err.SessionLost || err.OutcomeUnknown {
			t.Fatalf("the server answered, but the error says session lost: %v, outcome unknown: %v",
				err.SessionLost, err.OutcomeUnknown)
		}
		b.expectRead(s)
	}
}

func testFailingAmongOthers(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	failed := map[uint64]bool{}
	written := map[uint64]int64{}
	for i := range b.depth() {
		switch i % 3 {
		case 1:
			failed[b.submit(s, failing, int64(i))] = true
		case 2:
			n := unused()
			written[b.submit(s, write, n)] = n
		default:
			b.submit(s, read, int64(i))
		}
	}
	for tag, c := range b.deliver(context.Background(), s, b.depth()) {
		if failed[tag] {
			b.expectFailure(c, suite.FailingKind)
		} else if _, isWrite := written[tag]; isWrite {
			b.expectSuccess(c, 0, 1)
		} else {
			b.expectSuccess(c, 1, 0)
		}
	}
	for _, n := range written {
		b.expectWritten(s, n, 1, 1)
	}
}

func testUnexpected(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	err := b.expectFailure(b.do(context.Background(), s, unexpected, 1), driver.KindValidation)
	if err.SessionLost || err.OutcomeUnknown {
		t.Fatalf("the server answered, but the error says session lost: %v, outcome unknown: %v",
			err.SessionLost, err.OutcomeUnknown)
	}
	b.expectRead(s)
}

func testFailingQuery(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	s := b.open()
	_, err := s.Query(context.Background(), driver.Statement{
		Text: "no such statement", Command: []string{"NO-SUCH-COMMAND"},
	})
	if isNil(err) {
		t.Fatal("nonsense was accepted")
	}
	b.checkSecrets(err)
	b.expectRead(s)
}
