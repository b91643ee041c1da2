package drivertest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

var configurationPromises = []promise{
	{name: "its system, schemes and library have names", test: testNames},
	{name: "an unknown mode is a usage error", test: testUnknownMode},
	{name: "a bad URL is a usage error", needs: func(s *Suite) bool { return len(s.BadURLs) > 0 }, test: testBadURLs},
	{name: "an operation that the system can not do is a usage error",
		needs: func(s *Suite) bool { return len(s.Refused) > 0 }, test: testRefused},
	{name: "the target's URL shows no password", test: testTargetURL},
	{name: "Describe says what answers, and disconnects", test: testDescribe},
	{name: "a session without a program answers queries", needs: hasWritten, test: testWithoutProgram},
}

func testNames(t *testing.T, suite *Suite) {
	d := suite.Driver
	if d.System() == "" || len(d.Schemes()) == 0 || d.Library().Name == "" || d.Library().Version == "" {
		t.Fatalf("system %q, schemes %v, library %+v: one of them is empty", d.System(), d.Schemes(), d.Library())
	}
}

func testUnknownMode(t *testing.T, suite *Suite) {
	_, err := suite.Driver.Open(driver.Config{URL: suite.URL("127.0.0.1:1"), Mode: "no-such-mode"})
	expectUsage(t, suite, err, "no-such-mode")
}

func testBadURLs(t *testing.T, suite *Suite) {
	for name, url := range suite.BadURLs {
		t.Run(name, func(t *testing.T) {
			_, err := suite.Driver.Open(driver.Config{URL: url, Mode: suite.Mode})
			expectUsage(t, suite, err, "")
		})
	}
}

func testRefused(t *testing.T, suite *Suite) {
	for name, operation := range suite.Refused {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, suite, driver.Config{})
			_, err := b.target.Compile([]driver.Operation{operation})
			expectUsage(t, suite, err, "")
		})
	}
}

// expectUsage checks that an error blames the user, and shows the value that was wrong.
func expectUsage(t *testing.T, suite *Suite, err error, value string) {
	t.Helper()
	b := &bench{T: t, suite: suite}
	b.expectKind("the call", err, driver.KindUsage)
	if !strings.Contains(err.Error(), value) {
		t.Fatalf("%q does not show the value %q", err, value)
	}
}

func testTargetURL(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	url := b.target.URL()
	if !strings.Contains(url, "://") {
		t.Fatalf("%q is not a URL", url)
	}
	b.checkSecrets(errors.New(url))
}

func testDescribe(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	var server driver.Server
	var err error
	b.within("Describe", func() { server, err = b.target.Describe(context.Background()) })
	if err != nil {
		t.Fatal(err)
	}
	if server.Product == "" || server.Version == "" || server.Settings == nil {
		t.Fatalf("%+v lacks a product, a version or settings", server)
	}
	if b.proxy != nil && !eventually(func() bool { return b.proxy.Open() == 0 }) {
		t.Fatal("Describe left its connection open")
	}
}

func testWithoutProgram(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	b.program = nil
	s := b.open()
	if n, err := suite.Written(context.Background(), s, unused()); err != nil || n != 0 {
		t.Fatalf("a write that never was is found %d times, error %v", n, err)
	}
}
