package record

import (
	"sync"

	"github.com/dbmark/dbmark/k6-ext/histogram"
)

// freelist keeps empty histograms, so that a phase that is over, or an operation that went quiet, gives
// its memory to the next one.
type freelist struct {
	mutex sync.Mutex
	empty []*histogram.Interval
}

func (f *freelist) take() *histogram.Interval {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	last := len(f.empty) - 1
	if last < 0 {
		return histogram.NewInterval()
	}
	h := f.empty[last]
	f.empty[last] = nil
	f.empty = f.empty[:last]
	return h
}

// give takes back a histogram that is empty.
func (f *freelist) give(h *histogram.Interval) {
	f.mutex.Lock()
	f.empty = append(f.empty, h)
	f.mutex.Unlock()
}
