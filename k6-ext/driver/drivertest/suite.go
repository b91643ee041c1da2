// Package drivertest is the list of promises that every driver keeps, as tests. A driver's own tests call Run
// with a real server; between the driver and the server the kit puts a proxy that stalls, cuts and
// trickles, because that is what separates a driver for a benchmark from one for a sunny day.
package drivertest

import (
	"context"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// Suite is what the kit has to know about a driver and its real server.
type Suite struct {
	Driver driver.Driver
	// Server is the host:port of a real server. The proxy forwards to it.
	Server string
	// URL is the target's URL when the server is reached at this host:port, with a
	// user and password that work (address is empty when Local).
	URL func(address string) string
	// Local says that the system lives in this process and has no network. What is promised about
	// connections is then skipped, and said to be.
	Local bool
	// Mode goes into every Config.
	Mode string
	// Secrets must not be in any error: the passwords of URL and WrongPasswordURL.
	Secrets []string
	// WrongPasswordURL is a URL that the server refuses as KindAuthentication; nil when the system has no
	// passwords.
	WrongPasswordURL func(address string) string
	// BadURLs must be refused by Open as KindUsage. The key says what is wrong with it.
	BadURLs map[string]string
	// Refused operations must be refused by Compile as KindUsage. The key says why.
	Refused map[string]driver.Operation

	// Read returns exactly one row, at once. Its RowsWritten is 0.
	Read Case
	// Write changes exactly one row, at once.
	Write Case
	// Written says how many times the effect of the write whose parameters were made from n is found on the
	// server, with its parameters as they were sent. It asks through the session's Query. nil is only for a Local system
	// that keeps no values.
	Written func(ctx context.Context, session driver.Session, n int64) (times int64, err error)
	// Slow takes at least SlowFor on the server (half a second to a second is good) and then succeeds;
	// nil when the system can not wait.
	Slow    *Case
	SlowFor time.Duration
	// Failing is refused by the server with an error of FailingKind; nil when the system never refuses.
	Failing     *Case
	FailingKind driver.ErrorKind
	// Unexpected succeeds on the server, but not with the rows that its Expect asks for; nil when the system
	// has no such operation.
	Unexpected *Case
	// Large sends at least LargeBytes (16 MB is good) in its parameters and is otherwise good; nil when the
	// system allows nothing of that size.
	Large      *Case
	LargeBytes int64
}

// Case is one operation of the suite and its parameters.
type Case struct {
	Operation driver.Operation
	// Fill makes the parameters of request n; it has as many values as Operation.Parameters.
	// nil when there are none.
	Fill func(n int64, parameters []driver.Value)
}

// The limits that the kit sets and judges by. Machines that run tests are busy: what has to be soon gets a second.
const (
	generous = 10 * time.Second
	short    = 250 * time.Millisecond
	soon     = time.Second
	// hang is when the kit gives up on a call.
	hang = 20 * time.Second
)

// The operations of the program that every session of the kit is opened with. What the
// system does not have is the read operation again.
const (
	read = iota
	write
	slow
	failing
	unexpected
	large
)

// Run runs every promise as a subtest.
func Run(t *testing.T, suite Suite) {
	t.Helper()
	if !suite.Local && suite.Server == "" {
		t.Fatal("a Suite needs the address of a real server, unless it says that it is Local")
	}
	if !suite.Local && suite.Written == nil {
		t.Fatal("a Suite needs Written, unless it says that it is Local")
	}
	warmUp(t, &suite)
	for _, p := range promises() {
		// What the system has nothing of is not promised: no network when it is Local, no request of some kind.
		if p.network && suite.Local || p.needs != nil && !p.needs(&suite) {
			continue
		}
		t.Run(p.name, func(t *testing.T) { p.test(t, &suite) })
	}
}

// promise is one sentence about drivers, and its test.
type promise struct {
	name    string
	network bool
	needs   func(*Suite) bool
	test    func(*testing.T, *Suite)
}

func promises() []promise {
	var all []promise
	for _, group := range [][]promise{
		configurationPromises, deliveryPromises, errorPromises, timeoutPromises, lossPromises, closePromises, connectPromises,
	} {
		all = append(all, group...)
	}
	return all
}

// warmUp lets the driver start what it starts once for the process, before goroutines are counted.
func warmUp(t *testing.T, suite *Suite) {
	t.Helper()
	t.Run("the server answers", func(t *testing.T) {
		b := newBench(t, suite, driver.Config{Timeout: generous})
		b.leaksAllowed = true
		s := b.open()
		b.expectRead(s)
	})
}

func hasWritten(s *Suite) bool    { return s.Written != nil }
func hasSlow(s *Suite) bool       { return s.Slow != nil }
func hasFailing(s *Suite) bool    { return s.Failing != nil }
func hasUnexpected(s *Suite) bool { return s.Unexpected != nil }
func hasLarge(s *Suite) bool      { return s.Large != nil }
func hasPasswords(s *Suite) bool  { return s.WrongPasswordURL != nil }
