package engine

import (
	"context"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/generator"
)

// acknowledging is a session that notes which inserts the target acknowledged, for parameters that depend on the run's past. Runs without such
// parameters have their sessions as they come.
type acknowledging struct {
	driver.Session
	operations []Operation
	past       *generator.Past
	flying     []*driver.Request // by tag
}

// acknowledge wraps a session where the run's past is wanted.
func (c *Config) acknowledge(session driver.Session) driver.Session {
	if c.Past == nil {
		return session
	}
	return &acknowledging{Session: session, operations: c.Operations, past: c.Past, flying: make([]*driver.Request, c.Depth)}
}

func (a *acknowledging) Submit(ctx context.Context, request *driver.Request) *driver.Error {
	a.flying[request.Tag] = request
	return a.Session.Submit(ctx, request)
}

func (a *acknowledging) Deliver(ctx context.Context, dst []driver.Completion) []driver.Completion {
	before := len(dst)
	dst = a.Session.Deliver(ctx, dst)
	for i := range dst[before:] {
		completion := &dst[before+i]
		request := a.flying[completion.Tag]
		if completion.Err == nil && a.operations[request.Operation].Inserts {
			a.past.Acknowledge(request.Index)
		}
	}
	return dst
}

// Multiplex is that of the session within.
func (a *acknowledging) Multiplex(t *multiplex.Task) bool {
	session, can := a.Session.(driver.Multiplexed)
	return can && session.Multiplex(t)
}
