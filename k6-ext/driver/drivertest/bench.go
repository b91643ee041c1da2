package drivertest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// bench is what one promise is tested on: a proxy of its own and a target behind it. When the test ends, its
// sessions and target are closed and nothing may be left of them.
type bench struct {
	*testing.T
	suite        *Suite
	proxy        *Proxy
	target       driver.Target
	program      driver.Program
	sessions     []driver.Session
	tag          uint64
	leaksAllowed bool
}

func newBench(t *testing.T, suite *Suite, config driver.Config) *bench {
	t.Helper()
	b := &bench{T: t, suite: suite}
	before := runtime.NumGoroutine()
	address := ""
	if !suite.Local {
		proxy, err := NewProxy(suite.Server)
		if err != nil {
			t.Fatal(err)
		}
		b.proxy, address = proxy, proxy.Address()
	}
	t.Cleanup(func() { b.tearDown(before) })
	config.URL, config.Mode = suite.URL(address), suite.Mode
	if config.Timeout == 0 {
		config.Timeout = generous
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = generous
	}
	target, err := suite.Driver.Open(config)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	b.target = target
	if b.program, err = target.Compile(suite.operations()); err != nil {
		t.Fatalf("Compile: %v", err)
	}
	return b
}

func (s *Suite) cases() []*Case {
	cases := []*Case{&s.Read, &s.Write, s.Slow, s.Failing, s.Unexpected, s.Large}
	for i, c := range cases {
		if c == nil {
			cases[i] = &s.Read
		}
	}
	return cases
}

func (s *Suite) operations() []driver.Operation {
	var operations []driver.Operation
	for i, c := range s.cases() {
		operation := c.Operation
		operation.Name = fmt.Sprintf("%s%d", operation.Name, i)
		operations = append(operations, operation)
	}
	return operations
}

func (b *bench) tearDown(goroutines int) {
	b.Helper()
	if b.proxy != nil {
		b.proxy.Restore()
	}
	b.within("closing sessions and target", func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		for _, s := range b.sessions {
			_ = s.Close(ctx)
		}
		if b.target != nil {
			if err := b.target.Close(); err != nil {
				b.Errorf("Target.Close: %v", err)
			}
		}
	})
	if b.proxy != nil {
		if !eventually(func() bool { return b.proxy.Open() == 0 }) {
			b.Errorf("%d connections were left open", b.proxy.Open())
		}
		b.proxy.Close()
	}
	if b.leaksAllowed || b.Failed() {
		return
	}
	if !eventually(func() bool { return runtime.NumGoroutine() <= goroutines }) {
		var dump strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&dump, 1)
		b.Errorf("%d goroutines before, %d after:\n%s", goroutines, runtime.NumGoroutine(), dump.String())
	}
}

func eventually(condition func() bool) bool {
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

// within fails the test when a call hangs.
func (b *bench) within(what string, call func()) {
	b.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		call()
	}()
	select {
	case <-done:
	case <-time.After(hang):
		var dump strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&dump, 2)
		b.Fatalf("%s hangs:\n%s", what, dump.String())
	}
}

// open opens a session that the end of the test closes.
func (b *bench) open() driver.Session {
	b.Helper()
	session, err := b.tryOpen(context.Background())
	if err != nil {
		b.Fatalf("OpenSession: %v", err)
	}
	return session
}

func (b *bench) tryOpen(ctx context.Context) (driver.Session, error) {
	b.Helper()
	var session driver.Session
	var err error
	b.within("OpenSession", func() { session, err = b.target.OpenSession(ctx, b.program) })
	b.checkSecrets(err)
	if err == nil {
		b.sessions = append(b.sessions, session)
	}
	return session, err
}

// depth is how many requests the tests have in flight.
func (b *bench) depth() int { return min(16, b.program.MaximumDepth()) }

// request makes request n of an operation, with parameters of its own and a tag of its own.
func (b *bench) request(operation int, n int64) *driver.Request {
	c := b.suite.cases()[operation]
	b.tag++
	r := &driver.Request{Operation: operation, Tag: b.tag, Parameters: make([]driver.Value, len(c.Operation.Parameters))}
	if c.Fill != nil {
		c.Fill(n, r.Parameters)
	}
	return r
}

// submit submits request n of an operation, which must be accepted, and gives its tag.
func (b *bench) submit(s driver.Session, operation int, n int64) uint64 {
	b.Helper()
	r := b.request(operation, n)
	var err *driver.Error
	b.within("Submit", func() { err = s.Submit(context.Background(), r) })
	if err != nil {
		b.checkSecrets(err)
		b.Fatalf("Submit: %v", err)
	}
	return r.Tag
}

// deliver collects n completions by their tags. More or fewer, or one twice, fail the test.
func (b *bench) deliver(ctx context.Context, s driver.Session, n int) map[uint64]driver.Completion {
	b.Helper()
	got := map[uint64]driver.Completion{}
	for len(got) < n {
		before := len(got)
		b.deliverOnce(ctx, s, got)
		if len(got) == before {
			b.Fatalf("Deliver gave nothing while %d requests of %d were in flight", n-before, n)
		}
	}
	if len(got) > n {
		b.Fatalf("%d completions for %d requests", len(got), n)
	}
	extra := map[uint64]driver.Completion{}
	b.deliverOnce(ctx, s, extra)
	if len(extra) > 0 {
		b.Fatalf("%d completions with nothing in flight", len(extra))
	}
	return got
}

func (b *bench) deliverOnce(ctx context.Context, s driver.Session, got map[uint64]driver.Completion) {
	b.Helper()
	kept := driver.Completion{Tag: ^uint64(0)}
	dst := []driver.Completion{kept}
	b.within("Deliver", func() { dst = s.Deliver(ctx, dst) })
	if len(dst) == 0 || dst[0] != kept {
		b.Fatal("Deliver did not append to what it was given")
	}
	for _, c := range dst[1:] {
		if _, twice := got[c.Tag]; twice {
			b.Fatalf("request %d was delivered twice", c.Tag)
		}
		if c.Tag == 0 || c.Tag > b.tag {
			b.Fatalf("a completion for request %d, which was never submitted", c.Tag)
		}
		if c.Err != nil {
			b.checkSecrets(c.Err)
		}
		got[c.Tag] = c
	}
}

// do runs one request alone.
func (b *bench) do(ctx context.Context, s driver.Session, operation int, n int64) driver.Completion {
	b.Helper()
	tag := b.submit(s, operation, n)
	completion, ok := b.deliver(ctx, s, 1)[tag]
	if !ok {
		b.Fatal("the completion carries the tag of another request")
	}
	return completion
}

// expectRead runs one read, which must succeed.
func (b *bench) expectRead(s driver.Session) {
	b.Helper()
	b.expectSuccess(b.do(context.Background(), s, read, 1), 1, 0)
}

func (b *bench) expectSuccess(c driver.Completion, rowsRead, rowsWritten int64) {
	b.Helper()
	if c.Err != nil {
		b.Fatalf("failed: %v", c.Err)
	}
	if c.RowsRead != rowsRead || c.RowsWritten != rowsWritten {
		b.Fatalf("%d rows read and %d written, expected %d and %d", c.RowsRead, c.RowsWritten, rowsRead, rowsWritten)
	}
}

// expectKind checks the kind of an error that is not a completion's.
func (b *bench) expectKind(what string, err error, kinds ...driver.ErrorKind) {
	b.Helper()
	b.checkSecrets(err)
	if err == nil {
		b.Fatalf("%s succeeded, expected an error of kind %v", what, kinds)
	}
	var e *driver.Error
	if !errors.As(err, &e) {
		b.Fatalf("%s gave %T (%v), expected a *driver.Error", what, err, err)
	}
	for _, kind := range kinds {
		if e.Kind == kind {
			if e.Message == "" {
				b.Fatalf("%s gave an error without a message", what)
			}
			return
		}
	}
	b.Fatalf("%s gave an error of kind %q (%v), expected %v", what, e.Kind, err, kinds)
}

// expectFailure checks the error of a completion.
func (b *bench) expectFailure(c driver.Completion, kinds ...driver.ErrorKind) *driver.Error {
	b.Helper()
	if c.Err == nil {
		b.Fatalf("request %d succeeded, expected an error of kind %v", c.Tag, kinds)
	}
	b.expectKind("the request", c.Err, kinds...)
	return c.Err
}

// checkSecrets looks for passwords in an error and in all its causes.
func (b *bench) checkSecrets(err error) {
	b.Helper()
	if isNil(err) {
		return
	}
	text := fmt.Sprintf("%v %+v", err, err)
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		text += " " + cause.Error()
	}
	for _, secret := range b.suite.Secrets {
		if secret != "" && strings.Contains(text, secret) {
			b.Errorf("an error shows a password: %s", strings.ReplaceAll(text, secret, "******"))
		}
	}
}

func isNil(err error) bool {
	e, typed := err.(*driver.Error)
	return err == nil || (typed && e == nil)
}

// took measures a call that must not hang.
func (b *bench) took(what string, call func()) time.Duration {
	b.Helper()
	start := time.Now()
	b.within(what, call)
	return time.Since(start)
}
