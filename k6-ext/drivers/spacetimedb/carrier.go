package spacetimedb

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// carrier exchanges requests over one HTTP connection, one at a time.
type carrier struct {
	session *httpSession
	lane    *lane           // nil: not connected yet; guarded by the session's mutex
	task    *multiplex.Task // of whoever has the carrier
	stopped bool            // guarded by the session's mutex

	request, body, scratch []byte
}

// job is an operation, or one step of those that are sent together.
type job struct {
	flight *httpFlight
	step   int // -1: all, one after another
}

// carry performs a job, and gives it to Deliver.
func (c *carrier) carry(j job) {
	s := c.session
	c.waitAs(nil)
	last := c.perform(s.ctx, j)
	s.mutex.Lock()
	s.idle = append(s.idle, c)
	s.mutex.Unlock()
	if last {
		s.finish(j.flight)
	}
}

// open gives the connection, made if there is none.
func (c *carrier) open(ctx context.Context) (*lane, error) {
	s := c.session
	s.mutex.Lock()
	l := c.lane
	s.mutex.Unlock()
	if l != nil && !l.closed.Load() {
		return l, nil
	}
	l, err := s.target.openLane(ctx)
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if c.stopped {
		l.close()
		return nil, errClosed
	}
	c.lane = l
	return l, nil
}

// close must be called with the session's mutex held.
func (c *carrier) close() {
	c.stopped = true
	if c.lane != nil {
		c.lane.close()
	}
}

// perform does a job, and says whether the operation has ended with it.
func (c *carrier) perform(ctx context.Context, j job) (last bool) {
	f := j.flight
	if j.step >= 0 {
		failure := c.step(ctx, f, &f.operation.steps[j.step])
		f.mutex.Lock()
		defer f.mutex.Unlock()
		if failure != nil && (f.completion.Err == nil || failure.SessionLost) {
			f.completion.Err = failure
		}
		if f.unanswered--; f.unanswered > 0 {
			return false
		}
		if err := f.completion.Err; err != nil {
			told := *err
			told.Message = fmt.Sprintf("operation %q: %d of its %d calls were committed, and then: %s", f.operation.name, f.committed, len(f.operation.steps), err.Message)
			f.completion.Err = &told
		}
		return true
	}
	for i := range f.operation.steps {
		step := &f.operation.steps[i]
		if failure := c.step(ctx, f, step); failure != nil {
			f.completion.Err = failure
			return true
		}
		if failure := c.think(ctx, f, step); failure != nil {
			f.completion.Err = failure
			return true
		}
	}
	return true
}

// think waits after a step, no longer than the request and the session live.
func (c *carrier) think(ctx context.Context, f *httpFlight, step *step) *driver.Error {
	if step.think <= 0 {
		return nil
	}
	wait := min(step.think, max(0, time.Duration(f.deadline-watchdog.Deadline(0))))
	if task := c.task; task != nil {
		for left := wait; left > 0 && ctx.Err() == nil && !c.session.closed.Load(); left -= thinkStep {
			task.Sleep(min(left, thinkStep))
		}
		wait = 0
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		if time.Duration(f.deadline-watchdog.Deadline(0)) <= 0 {
			return &driver.Error{Kind: driver.KindTimeout, OutcomeUnknown: true, Message: fmt.Sprintf("no answer within %v", c.session.target.timeout)}
		}
	case <-ctx.Done():
		return &driver.Error{Kind: endedKind(ctx), OutcomeUnknown: true, Message: "the context was over while the operation was thinking", Err: ctx.Err()}
	case <-c.session.ctx.Done():
		return &driver.Error{Kind: driver.KindCanceled, OutcomeUnknown: true, SessionLost: true, Message: "the session was closed while the operation was thinking"}
	}
	return nil
}

// step exchanges one request.
func (c *carrier) step(ctx context.Context, f *httpFlight, step *step) *driver.Error {
	s := c.session
	if wrong := c.encode(f, step); wrong != "" {
		return driver.Usagef("%s: %s", step.label, wrong)
	}
	l, err := c.open(ctx)
	if err != nil {
		if ended := s.givenUp(); ended != nil {
			return ended
		}
		failure := *s.target.connectError(ctx, err)
		failure.SessionLost = true
		s.lose(&failure)
		return &failure
	}
	start := now()
	a, failure := l.do(ctx, f.deadline, c.request)
	call := step.verb == verbCall
	if call {
		s.meter.calls.Add(1)
	}
	if failure != nil {
		if call {
			s.meter.callErrors.Add(1)
		}
		if ended := s.givenUp(); ended != nil && failure.Kind == driver.KindCanceled {
			return ended
		}
		s.lose(failure)
		return failure
	}
	if cap(c.request) > largestKept {
		c.request, c.body, c.scratch = nil, nil, nil
	}
	if call {
		s.meter.record(timeHTTPCall, now()-start)
	}
	failure = c.take(f, step, &a)
	if call && failure != nil {
		s.meter.callErrors.Add(1)
	}
	return failure
}

// take counts what an answer says.
func (c *carrier) take(f *httpFlight, step *step, a *answer) *driver.Error {
	t := c.session.target
	read, written := int64(0), int64(0)
	if a.status != http.StatusOK {
		if step.verb == verbCall {
			return t.callFailure(a, step.reducer)
		}
		return t.sqlFailure(a)
	}
	if step.verb == verbCall {
		written = 1
	} else if !t.discard {
		answers, err := readAnswers(a.body)
		if err != nil {
			return t.notSpacetime(err.Error(), err)
		}
		for i := range answers {
			read += int64(len(answers[i].Rows))
			written += answers[i].written()
		}
	}
	f.mutex.Lock()
	f.completion.RowsRead += read
	f.completion.RowsWritten += written
	f.completion.BytesRead += int64(len(a.body))
	f.committed += int(written)
	f.mutex.Unlock()
	return step.judge(read, written)
}

// encode makes the request of a step.
func (c *carrier) encode(f *httpFlight, step *step) (wrong string) {
	s := c.session
	t := s.target
	path, contentType := t.path("/sql"), "text/plain"
	if step.verb == verbCall {
		path, contentType = t.path("/call/"+step.reducer), "application/json"
		c.body, c.scratch, wrong = step.appendJSONArguments(c.body[:0], c.scratch, f.parameters)
	} else {
		c.body, wrong = step.appendSQL(c.body[:0], f.parameters)
	}
	if wrong != "" {
		return wrong
	}
	f.mutex.Lock()
	f.completion.BytesWritten += int64(len(c.body))
	f.mutex.Unlock()
	c.request = t.appendHead(c.request[:0], http.MethodPost, path, s.token, contentType)
	c.request = appendBody(c.request, c.body)
	return ""
}
