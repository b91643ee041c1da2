package generator

import "sync/atomic"

// Past is what a run did so far, as far as `latest` wants to know it. It may be used by any number of goroutines.
type Past struct{ inserts atomic.Int64 }

// Add counts n more inserts that finished.
func (p *Past) Add(n int64) { p.inserts.Add(n) }

// Inserts is the number of inserts that finished; 0 for a nil Past.
func (p *Past) Inserts() int64 {
	if p == nil {
		return 0
	}
	return p.inserts.Load()
}
