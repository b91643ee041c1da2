package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func TestTheClockOfAServerOnThisMachineIsThisMachines(t *testing.T) {
	asked := 0
	err := openTarget(t, driver.Config{}).ReadClock(context.Background(), 3, func(before, told, after time.Time) {
		asked++
		// It counts microseconds.
		if told.Before(before.Add(-time.Millisecond)) || told.After(after.Add(time.Millisecond)) {
			t.Errorf("asked at %v and answered at %v, it told %v", before, after, told)
		}
	})
	if err != nil || asked != 3 {
		t.Errorf("%d answers: %v", asked, err)
	}
}
