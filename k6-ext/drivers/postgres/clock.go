package postgres

import (
	"context"
	"strconv"
	"time"
)

// ReadClock implements driver.Clock. The first answer is the slowest, because the statement is new to the server.
func (t *target) ReadClock(ctx context.Context, times int, note func(asked, told, answered time.Time)) error {
	return t.with(ctx, func(s *session) error {
		for range times {
			asked := time.Now()
			// As text: products that speak the protocol differ in the type.
			result, failed := s.query(ctx, t.timeout, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint::text", nil)
			answered := time.Now()
			if failed != nil {
				return failed
			}
			microseconds, err := strconv.ParseInt(text(result, 0, 0), 10, 64)
			if err != nil {
				return err
			}
			note(asked, time.UnixMicro(microseconds), answered)
		}
		return nil
	})
}
