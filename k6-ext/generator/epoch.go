package generator

import (
	"fmt"
	"time"
)

// Epoch is the instant at which clocks in generated values start: a whole second in the four years from
// 2020-01-01T00:00:00Z, given by the seed.
func Epoch(seed uint64) time.Time {
	start := time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
	const seconds = (3*365 + 366) * 24 * 60 * 60
	return start.Add(time.Duration(below(uint64(StreamOf(seed, "epoch")), seconds)) * time.Second)
}

// epoch reads the field epoch; left out, it is the seeded one.
func (f *fields) epoch() time.Time {
	if !f.has("epoch") {
		return Epoch(f.scope.Seed)
	}
	text := f.text("epoch")
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if epoch, err := time.Parse(layout, text); err == nil {
			return epoch
		}
	}
	f.refuse("epoch", fmt.Sprintf("%q", text), "an instant such as 2026-01-31T12:00:00Z, or a date")
	return time.Time{}
}
