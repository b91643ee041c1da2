package spacetimedb

import (
	"context"
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

func (s *session) Deliver(ctx context.Context, dst []driver.Completion) []driver.Completion {
	if s.inFlight == 0 {
		return dst
	}
	delivered := len(dst)
	for s.inFlight > 0 && len(dst) == delivered {
		if f := s.alone; f != nil && (f.reconnects || f.thinkUntil > 0) {
			dst = s.proceed(ctx, f, dst)
			continue
		}
		s.link.watch.Arm(ctx.Done(), s.at(0).flight.deadline)
		var err error
		dst, err = s.exchange(dst, delivered)
		reason := s.link.watch.Disarm()
		if reason != watchdog.None && err == nil && s.inFlight == 0 {
			// All replies were there before the watchdog: the connection is in step, only its deadline is to be undone.
			err = s.link.conn.SetDeadline(time.Time{})
			reason = watchdog.None
		}
		if err != nil || reason != watchdog.None {
			dst = s.abandon(s.cause(ctx, err, reason), dst)
		}
	}
	if s.inFlight == 0 {
		s.release()
	}
	return dst
}

// exchange sends what was kept back and reads until one request is complete and no whole message is left in the buffer, or until there is
// something to do at this end.
func (s *session) exchange(dst []driver.Completion, delivered int) ([]driver.Completion, error) {
	for {
		if err := s.flush(); err != nil {
			return dst, err
		}
		var err error
		if dst, err = s.readAvailable(dst); err != nil {
			return dst, err
		}
		if len(dst) > delivered || s.count == 0 {
			return dst, s.flush() // pongs
		}
		if len(s.out) > 0 {
			continue
		}
		if err := s.link.frames.fill(); err != nil {
			return dst, err
		}
	}
}

// readAvailable takes every message that is whole out of the buffer.
func (s *session) readAvailable(dst []driver.Completion) ([]driver.Completion, error) {
	for {
		opcode, payload, ok, err := s.link.frames.next()
		if err != nil || !ok {
			return dst, err
		}
		switch opcode {
		case opPing:
			before := len(s.out)
			s.out = appendFrame(s.out, opPong, payload, uint32(s.keys.Uint64()))
			s.queued += int64(len(s.out) - before)
		case opPong:
			s.link.asked = false
		case opClose:
			return dst, closingError(payload)
		default:
			if dst, err = s.take(opcode, payload, dst); err != nil {
				return dst, err
			}
		}
	}
}

// take reads one message, and ends the request that it answers.
func (s *session) take(opcode byte, payload []byte, dst []driver.Completion) ([]driver.Completion, error) {
	var m message
	s.meter.received.Add(1)
	if err := s.link.decoder.decode(opcode, payload, &m); err != nil {
		return dst, err
	}
	s.meter.change(m.changes)
	switch m.kind {
	case updateMessage:
		return s.takeUpdate(&m, dst), nil
	case queryMessage, subscribedMessage, unsubscribedMessage:
		if p := s.find(m.request); p != nil {
			return s.answer(p, &m, queryFailure(&m), dst), nil
		}
	case refusedMessage:
		if p := s.find(m.request); p != nil {
			return s.answer(p, &m, subscriptionFailure(string(m.text)), dst), nil
		}
		// A subscription that worked broke: its updates do not come any more.
		s.meter.subscriptionErrors.Add(1)
	}
	return dst, nil
}

// takeUpdate ends the call, or the subscription that failed in the old way, which an update is about. Those of others have been counted.
func (s *session) takeUpdate(m *message, dst []driver.Completion) []driver.Completion {
	if !m.ours {
		return dst
	}
	p := s.find(m.request)
	if p == nil && m.status != committed {
		p = s.culprit(m)
	}
	if p == nil {
		return dst
	}
	var failure *driver.Error
	switch m.status {
	case committed:
	case failed:
		if failure = subscriptionFailure(string(m.text)); p.step.verb == verbCall {
			failure = reducerError(string(m.reducer), string(m.text))
		}
	default:
		failure = errNoEnergy
	}
	return s.answer(p, m, failure, dst)
}

// culprit finds the call that failed: SpacetimeDB answers failures with the request id 0. It repeats the reducer and its arguments, unless
// it did not come to read them; among those that are alike, the oldest has failed, because replies come in the order of the calls. A failure
// before the reducer ran can come earlier than what was committed before it.
func (s *session) culprit(m *message) *pending {
	var named, oldest *pending
	for i := range s.count {
		p := s.at(i)
		if p.flight == nil {
			continue
		}
		if p.step.verb != verbCall {
			if string(m.reducer) == "<none>" {
				return p
			}
			continue
		}
		if oldest == nil {
			oldest = p
		}
		if p.step.reducer != string(m.reducer) {
			continue
		}
		if s.sameArguments(p, m) {
			return p
		}
		if named == nil {
			named = p
		}
	}
	if named != nil {
		return named
	}
	return oldest
}

func (s *session) sameArguments(p *pending, m *message) bool {
	if s.binary {
		s.scratch, _ = p.step.appendArguments(s.scratch[:0], p.flight.parameters)
		return string(s.scratch) == string(m.arguments)
	}
	s.scratch, s.payload, _ = p.step.appendJSONArguments(s.scratch[:0], s.payload[:0], p.flight.parameters)
	return string(s.scratch) == string(unescape(m.arguments))
}

func queryFailure(m *message) *driver.Error {
	if !m.refused {
		return nil
	}
	return queryError(string(m.text))
}

func subscriptionFailure(text string) *driver.Error {
	e := queryError(text)
	e.Message = "the subscription failed: " + e.Message
	return e
}

// answer ends a message, and its operation where it was the last one.
func (s *session) answer(p *pending, m *message, failure *driver.Error, dst []driver.Completion) []driver.Completion {
	f, step, took := p.flight, p.step, now()-p.sentAt
	p.flight, p.step = nil, nil
	for s.count > 0 && s.at(0).flight == nil {
		s.first = (s.first + 1) & (len(s.waiting) - 1)
		s.count--
	}
	f.unanswered--
	c := &f.completion
	c.BytesRead += m.bytes + int64(len(m.text))
	read, written := int64(0), int64(0)
	switch step.verb {
	case verbCall:
		s.meter.calls.Add(1)
		s.meter.record(timeCall, took)
		if failure != nil {
			s.meter.callErrors.Add(1)
		} else {
			f.committed++
			written = 1
		}
	case verbSubscribe:
		s.meter.record(timeSubscription, took)
		read = m.rows
		if failure != nil {
			s.meter.subscriptionErrors.Add(1)
		} else {
			s.subscriptions = append(s.subscriptions, m.request)
		}
	case verbUnsubscribe:
		s.meter.record(timeOther, took)
		s.subscriptions = s.subscriptions[:max(0, len(s.subscriptions)-1)]
	default:
		s.meter.record(timeOther, took)
		if read = m.rows; s.target.discard {
			read = 0
		}
	}
	if failure == nil {
		c.RowsRead += read
		c.RowsWritten += written
		failure = step.judge(read, written)
	}
	return s.advance(f, step, failure, dst)
}

// judge compares the rows with those that the step expects.
func (s *step) judge(read, written int64) *driver.Error {
	if s.expect == nil {
		return nil
	}
	rows := read
	if s.verb == verbCall || read == 0 && written > 0 {
		rows = written
	}
	if s.expect.Contains(rows) {
		return nil
	}
	return &driver.Error{Kind: driver.KindValidation,
		Message: fmt.Sprintf("%s: %d rows, expected %d to %d", s.label, rows, s.expect.Minimum, s.expect.Maximum)}
}

// advance goes on with an operation whose step has ended.
func (s *session) advance(f *flight, step *step, failure *driver.Error, dst []driver.Completion) []driver.Completion {
	if failure != nil && f.completion.Err == nil {
		f.completion.Err = failure
	}
	if f.unanswered > 0 {
		return dst
	}
	if f.operation.together {
		return s.complete(f, dst)
	}
	if f.completion.Err != nil {
		return s.complete(f, dst)
	}
	if step.think > 0 {
		f.thinkUntil = now() + int64(step.think)
		return dst
	}
	return s.nextStep(f, dst)
}

func (s *session) nextStep(f *flight, dst []driver.Completion) []driver.Completion {
	f.step++
	if f.step == len(f.operation.steps) {
		return s.complete(f, dst)
	}
	if mistake := s.send(f, &f.operation.steps[f.step]); mistake != nil {
		f.completion.Err = mistake
		return s.complete(f, dst)
	}
	return dst
}
