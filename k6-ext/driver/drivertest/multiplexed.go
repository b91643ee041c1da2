package drivertest

import (
	"context"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
)

// Multiplexed is the driver with sessions that do everything as tasks of one loop, for another Run: every promise holds there too. It fails
// the test when a session of the driver cannot be multiplexed.
func Multiplexed(t *testing.T, d driver.Driver) driver.Driver {
	t.Helper()
	loop, err := multiplex.NewLoop()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loop.Close)
	return &multiplexedDriver{Driver: d, test: t, loop: loop}
}

type multiplexedDriver struct {
	driver.Driver
	test *testing.T
	loop *multiplex.Loop
}

func (d *multiplexedDriver) Open(config driver.Config) (driver.Target, error) {
	target, err := d.Driver.Open(config)
	if err != nil {
		return nil, err
	}
	return &multiplexedTarget{target, d}, nil
}

type multiplexedTarget struct {
	driver.Target
	driver *multiplexedDriver
}

func (t *multiplexedTarget) OpenSession(ctx context.Context, p driver.Program) (driver.Session, error) {
	session, err := t.Target.OpenSession(ctx, p)
	if err != nil {
		return nil, err
	}
	multiplexed, can := session.(driver.Multiplexed)
	if !can {
		t.driver.test.Fatalf("%T is no driver.Multiplexed", session)
	}
	return &multiplexedSession{multiplexed, t.driver}, nil
}

type multiplexedSession struct {
	driver.Multiplexed
	driver *multiplexedDriver
}

// asTask runs a body as a task that the session waits as.
func (s *multiplexedSession) asTask(body func()) {
	s.driver.loop.Run(func(task *multiplex.Task) {
		// A session that was closed cannot, and says so in what it is asked then.
		s.Multiplex(task)
		body()
		s.Multiplex(nil)
	})
}

func (s *multiplexedSession) Submit(ctx context.Context, r *driver.Request) (failure *driver.Error) {
	s.asTask(func() { failure = s.Multiplexed.Submit(ctx, r) })
	return failure
}

func (s *multiplexedSession) Deliver(ctx context.Context, dst []driver.Completion) []driver.Completion {
	s.asTask(func() { dst = s.Multiplexed.Deliver(ctx, dst) })
	return dst
}

func (s *multiplexedSession) Query(ctx context.Context, q driver.Statement) (result *driver.ResultSet, err error) {
	s.asTask(func() { result, err = s.Multiplexed.Query(ctx, q) })
	return result, err
}
