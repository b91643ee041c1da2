package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// advance reads the next reply of a request, and says whether it was the last.
func (s *session) advance(ctx context.Context, f *flight) (done bool, err error) {
	o := f.operation
	index := f.next
	f.next++
	if !o.transaction {
		if err := s.stepReply(f, index); err != nil {
			return false, err
		}
		if o.oneByOne && f.completion.Err != nil {
			return true, nil
		}
		if index+1 == len(o.steps) {
			return true, s.think(ctx, f, &o.steps[index])
		}
		if o.oneByOne {
			return s.proceed(ctx, f, index)
		}
		return false, nil
	}
	if index == len(o.steps)+1 {
		return true, s.execReply(f)
	}
	// MULTI's OK, or a step's QUEUED; a step that is refused here makes EXEC fail too.
	var r reply
	if err := s.reader.read(&r, nil, nil, 1); err != nil {
		return false, err
	}
	if r.isError() {
		f.fail(serverError(r.text))
	}
	if !o.oneByOne || index == 0 {
		return false, nil
	}
	return s.proceed(ctx, f, index-1)
}

// proceed sends the step after the one at index, when it has thought. Where a captured value is missing the
// operation ends.
func (s *session) proceed(ctx context.Context, f *flight, index int) (done bool, err error) {
	if err := s.think(ctx, f, &f.operation.steps[index]); err != nil {
		return false, err
	}
	before := len(s.out)
	if index+1 == len(f.operation.steps) {
		s.out = append(s.out, exec...)
	} else if null := s.encode(f, index+1); null != noNull {
		s.out = s.out[:before]
		f.fail(&driver.Error{Kind: driver.KindValidation, Message: fmt.Sprintf(
			"operation %q, step %d: parameter %q holds nothing, because the reply that it was captured from had nothing there",
			f.operation.name, index+2, f.operation.parameters[null])})
		return true, nil
	}
	s.queued += int64(len(s.out) - before)
	return false, s.flush()
}

// think waits after a step, and no longer than the request's time.
func (s *session) think(ctx context.Context, f *flight, o *step) error {
	if o.think <= 0 {
		return nil
	}
	left := time.Duration(f.deadline - watchdog.Deadline(0))
	s.pause(ctx, min(o.think, max(0, left)+2*watchdog.Interval))
	if left <= o.think || ctx.Err() != nil || s.closed.Load() {
		// The watchdog sees to it; a read waits for that.
		_, err := s.reader.buffer.Peek(1)
		return err
	}
	return nil
}

// stepReply reads and counts the reply of one step.
func (s *session) stepReply(f *flight, index int) error {
	o := &f.operation.steps[index]
	var r reply
	if err := s.reader.read(&r, o.captures, f.parameters, 1); err != nil {
		return err
	}
	c := &f.completion
	c.BytesRead += r.bytes
	if r.isError() {
		f.fail(serverError(r.text))
		return nil
	}
	read, written := o.rows(&r)
	c.RowsRead += read
	c.RowsWritten += written
	if mistake := o.mistake(&r, read, written); mistake != "" {
		f.fail(&driver.Error{Kind: driver.KindValidation, Message: fmt.Sprintf("operation %q, step %d: %s", f.operation.name, index+1, mistake)})
	}
	return nil
}

// execReply reads EXEC's reply, an array with the replies of all steps.
func (s *session) execReply(f *flight) error {
	kind, line, n, err := s.reader.header()
	switch {
	case err != nil:
		return err
	case kind == '-':
		f.fail(serverError(line))
		return nil
	case kind == nullKind || n < 0:
		f.fail(&driver.Error{Kind: driver.KindSerialization, Message: "the transaction was given up, because a watched key changed", Retryable: true})
		return nil
	case kind != '*' || n != int64(len(f.operation.steps)):
		return protocolError(fmt.Sprintf("%c%.20s in answer to EXEC", kind, line))
	}
	for i := range f.operation.steps {
		if err := s.stepReply(f, i); err != nil {
			return err
		}
	}
	return nil
}

// fail keeps the first error of a request.
func (f *flight) fail(err *driver.Error) {
	if f.completion.Err == nil {
		f.completion.Err = err
	}
}
