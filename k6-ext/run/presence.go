package run

import (
	"context"
	"math"
	"time"
)

// presence says which workers the profile wants at a time. A worker that it does not want yet, or no more, sleeps. In an open loop one that
// is not wanted any more stays as long as work that is due waits: what a peak of load has left over is done by the
// workers of the peak, or the queue after it would be a matter of the profile and not of the target.
type presence struct {
	segments []Segment
	// scale gives this instance's share of a number of workers.
	scale   func(int) int
	present []bool
	// constant: the profile always wants every worker.
	constant bool
}

func newPresence(segments []Segment, workers int, scale func(int) int) *presence {
	p := &presence{segments: segments, scale: scale, present: make([]bool, workers), constant: true}
	for _, segment := range segments {
		for _, wanted := range []float64{segment.Workers.From, segment.Workers.To} {
			p.constant = p.constant && p.share(wanted) >= workers
		}
	}
	return p
}

func (p *presence) share(workers float64) int {
	whole := int(math.Round(workers))
	if p.scale == nil {
		return whole
	}
	return p.scale(whole)
}

// wanted is how many workers of this instance the profile wants at a time; after its end, as many as at its end.
func (p *presence) wanted(at time.Duration) int {
	within := at.Seconds()
	for _, segment := range p.segments {
		if within < segment.Seconds {
			line := segment.Workers
			return p.share(line.From + (line.To-line.From)*max(0, within)/segment.Seconds)
		}
		within -= segment.Seconds
	}
	return p.share(p.segments[len(p.segments)-1].Workers.To)
}

// look is how often a worker that is not wanted any more looks whether work still waits.
const look = 100 * time.Millisecond

// changes is the first time after now at which a worker becomes wanted, or is no more; the given end where that is later.
func (p *presence) changes(number int, now, end time.Duration) time.Duration {
	is := number < p.wanted(now)
	low := now
	for _, high := range p.borders(now, end) {
		// At a border the load may jump; between two borders it goes in a straight line, so that there is one change at most.
		before := high - 1
		if before > low && (number < p.wanted(before)) != is {
			for before-low > time.Millisecond {
				if middle := low + (before-low)/2; (number < p.wanted(middle)) == is {
					low = middle
				} else {
					before = middle
				}
			}
			return before
		}
		if (number < p.wanted(high)) != is {
			return high
		}
		low = high
	}
	return end
}

// borders are the ends of segments between two times, and the later time.
func (p *presence) borders(now, end time.Duration) []time.Duration {
	var borders []time.Duration
	border := 0.0
	for _, segment := range p.segments {
		border += segment.Seconds
		if at := seconds(border); at > now && at < end {
			borders = append(borders, at)
		}
	}
	return append(borders, end)
}

// stays says whether a worker works now. Only the worker itself asks, and not where every worker always does.
func (p *presence) stays(number int, at time.Duration, backlog func() int64) bool {
	if number < p.wanted(at) {
		p.present[number] = true
	} else if p.present[number] && backlog() == 0 {
		p.present[number] = false
	}
	return p.present[number]
}

// sleep waits for a time, or for the end of the context; false: it ended.
func sleep(ctx context.Context, length time.Duration) bool {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
