package redis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// ReadClock implements driver.Clock.
func (t *target) ReadClock(ctx context.Context, times int, note func(asked, told, answered time.Time)) error {
	return t.with(ctx, func(s *session) error {
		for range times {
			asked := time.Now()
			result, err := s.Query(ctx, driver.Statement{Command: []string{"TIME"}})
			answered := time.Now()
			if err != nil {
				return err
			}
			told, err := timeOf(result)
			if err != nil {
				return err
			}
			note(asked, told, answered)
		}
		return nil
	})
}

// timeOf reads the reply to TIME: seconds and microseconds, as texts.
func timeOf(result *driver.ResultSet) (time.Time, error) {
	var numbers [2]int64
	if len(result.Rows) != len(numbers) {
		return time.Time{}, fmt.Errorf("expected two numbers of TIME, got %v", result.Rows)
	}
	for i, row := range result.Rows {
		number, err := strconv.ParseInt(fmt.Sprint(row[0]), 10, 64)
		if err != nil {
			return time.Time{}, fmt.Errorf("expected a number of TIME, got %v", row[0])
		}
		numbers[i] = number
	}
	return time.Unix(numbers[0], numbers[1]*1000), nil
}
