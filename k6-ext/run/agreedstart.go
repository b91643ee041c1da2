package run

import (
	"context"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// startTold is the start of a declaration whose instant is told by whoever listens to the events, once all instances are ready.
const startTold = "told"

// beforeStart is how long before the agreed instant the setup ends: k6 needs some of it to start its VUs.
const beforeStart = time.Second

// checkStart reads the declaration's start.
func (d *Declaration) checkStart() error {
	if d.StartAt == "" || d.StartAt == startTold {
		return nil
	}
	at, err := time.Parse(time.RFC3339, d.StartAt)
	if err != nil {
		return driver.Usagef("DBMARK_START_AT is %q; expected an instant such as 2026-11-21T10:46:42Z", d.StartAt)
	}
	d.start = at
	return nil
}

// agreeOnStart finds out when all instances start together, and waits until shortly before.
func (r *Run) agreeOnStart(ctx context.Context) error {
	r.startAt = r.declaration.start
	if r.declaration.StartAt == startTold {
		r.environment.Events.Send(readyEvent{"ready"})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case at, told := <-r.environment.Events.Told():
			if !told {
				return driver.Usagef("DBMARK_START_AT is %q, and nobody is there who could tell; set it to an instant such as 2026-11-21T10:46:42Z", startTold)
			}
			r.startAt = at
		}
	}
	if r.startAt.IsZero() {
		return nil
	}
	if late := time.Since(r.startAt); late > 0 {
		r.environment.Log("the instant at which all instances were to start was %.1f s ago: this one starts late", late.Seconds())
	}
	if !sleep(ctx, time.Until(r.startAt.Add(-beforeStart))) {
		return ctx.Err()
	}
	return nil
}

// awaitStart waits for the agreed instant itself; false: the run ended before.
func (r *Run) awaitStart(ctx context.Context) bool {
	if r.startAt.IsZero() {
		return true
	}
	return sleep(ctx, time.Until(r.startAt))
}
