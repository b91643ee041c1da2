package driver

import (
	"context"
	"time"
)

// Clock is a Target that tells the time, so that the clocks of several machines can be set beside each other.
type Clock interface {
	// ReadClock asks for the time some times on one connection, and gives for each answer when it was asked and answered by the clock of
	// this machine, and what the target told. The three are wall clock times.
	ReadClock(ctx context.Context, times int, note func(asked, told, answered time.Time)) error
}
