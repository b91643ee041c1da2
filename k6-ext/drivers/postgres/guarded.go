package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// forever is the timeout of what may take as long as it takes.
const forever time.Duration = 1<<63 - 1

// guarded sends what is in the send buffer and has use read the reply, under the eyes of the watchdog. An *driver.Error that
// use returns is the target's answer and leaves the session as it is; every other error loses it.
func (s *session) guarded(ctx context.Context, timeout time.Duration, use func() error) *driver.Error {
	if failed := s.gone(); failed != nil {
		return failed
	}
	c := s.wire
	c.watch.Arm(ctx.Done(), watchdog.Deadline(timeout))
	err := c.flush()
	if err == nil {
		err = use()
	}
	reason := c.watch.Disarm()
	var answer *driver.Error
	if err == nil || errors.As(err, &answer) && !answer.SessionLost {
		if reason != watchdog.None {
			_ = c.conn.SetDeadline(time.Time{})
		}
		return answer
	}
	if answer != nil {
		s.reply.err = answer
	}
	return s.lose(reason, err)
}
