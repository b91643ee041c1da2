package postgres

import (
	"context"
	"net"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// run executes an operation of several round trips: begin, steps with their think times, commit; and a rollback after an error.
// The timeout is that of the whole operation, think times not counted.
func (s *session) run(ctx context.Context, p *pending) driver.Completion {
	total := driver.Completion{Tag: p.tag}
	o := p.operation
	transaction := o.begin != ""
	if transaction {
		if total.Err = s.control(ctx, p, o.begin); total.Err != nil {
			total.Err.OutcomeUnknown = false // nothing but BEGIN was sent
			return total
		}
	}
	for i := range o.steps {
		if total.Err = s.step(ctx, p, &o.steps[i], &total); total.Err != nil {
			break
		}
	}
	if total.Err == nil && transaction {
		// From here on a lost connection leaves the outcome open.
		total.Err = s.control(ctx, p, "COMMIT")
		if total.Err != nil && o.readOnly {
			total.Err.OutcomeUnknown = false
		}
	} else if total.Err != nil && transaction {
		total.Err.OutcomeUnknown = false // the server rolls back what was not committed
	}
	if total.Err != nil && transaction {
		total.RowsWritten = 0
		if !total.Err.SessionLost && s.status != 'I' {
			if failed := s.control(ctx, p, "ROLLBACK"); failed != nil && failed.SessionLost {
				total.Err.SessionLost = true
			}
		}
	}
	return total
}

// step is one statement with its think time.
func (s *session) step(ctx context.Context, p *pending, step *boundStep, total *driver.Completion) *driver.Error {
	written, err := s.encode(step, p.parameters)
	if err != nil {
		return err
	}
	done, err := s.exchange(ctx, &pending{deadline: p.deadline, bytesWritten: written, operation: p.operation, step: step, parameters: p.parameters})
	total.RowsRead += done.RowsRead
	total.RowsWritten += done.RowsWritten
	total.BytesRead += done.BytesRead
	total.BytesWritten += done.BytesWritten
	if err == nil && step.think > 0 {
		err = s.pause(ctx, step.think)
		p.deadline = later(p.deadline, step.think)
	}
	return err
}

// control sends a statement of transaction control.
func (s *session) control(ctx context.Context, p *pending, text string) *driver.Error {
	s.wire.query(text)
	_, err := s.exchange(ctx, &pending{deadline: p.deadline, operation: p.operation, step: controlStep(text), parameters: p.parameters})
	return err
}

// controlStep is nil for COMMIT: the reply then must not be a rollback.
func controlStep(text string) *boundStep {
	if text == "COMMIT" {
		return nil
	}
	return &plainStep
}

var plainStep = boundStep{compiledStep: &compiledStep{}}

// exchange is one round trip.
func (s *session) exchange(ctx context.Context, p *pending) (driver.Completion, *driver.Error) {
	s.push(*p)
	var lost *driver.Error
	s.scratch, lost = s.wait(ctx, p.deadline, s.scratch[:0])
	if lost != nil {
		s.pop()
		e := *lost
		return driver.Completion{}, &e
	}
	return s.scratch[0], s.scratch[0].Err
}

// pause waits for a think time.
func (s *session) pause(ctx context.Context, think time.Duration) *driver.Error {
	if s.task != nil {
		return s.pauseAsTask(ctx, think)
	}
	timer := time.NewTimer(think)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return s.lose(watchdog.Canceled, nil)
	case <-s.closing:
		return s.lose(watchdog.None, net.ErrClosed)
	}
}

// pauseAsTask waits for a think time and lets others use the thread; the end of the run is noticed a little later.
func (s *session) pauseAsTask(ctx context.Context, think time.Duration) *driver.Error {
	const step = 20 * time.Millisecond
	for ; think > 0; think -= step {
		switch {
		case ctx.Err() != nil:
			return s.lose(watchdog.Canceled, nil)
		case s.closed.Load():
			return s.lose(watchdog.None, net.ErrClosed)
		}
		s.task.Sleep(min(think, step))
	}
	return nil
}

func later(deadline int64, think time.Duration) int64 {
	if deadline >= watchdog.Forever-int64(think) {
		return watchdog.Forever
	}
	return deadline + int64(think)
}
