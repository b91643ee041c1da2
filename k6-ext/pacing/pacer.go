package pacing

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/sleeper"
)

// Pacer hands the operations of a schedule to workers, each when it is due and never before. Work
// that is due waits in the pacer, not in a queue that could overflow: it is the distance between two numbers.
type Pacer struct {
	schedule *Schedule
	stripe   Stripe
	count    int64 // of this instance
	claimed  atomic.Int64
	// wake holds at most one token per worker; a token says "look again", so a spare one does no harm.
	wake chan struct{}
	// idle is the number of workers that wait for an operation to become due.
	idle   atomic.Int64
	clock  func() time.Duration
	closed atomic.Bool
}

// Claim is one operation that a worker took.
type Claim struct {
	// Index is the operation's global index.
	Index int64
	// Due is its intended start.
	Due time.Duration
	// Claimed is when the worker took it.
	Claimed time.Duration
	// Waiting: a worker was free before the operation was due, this one or another, so what lies between Due and Claimed is the
	// harness's own lag.
	Waiting bool
}

// NewPacer makes a pacer for a number of workers. Clock gives the time since the schedule's start.
func NewPacer(schedule *Schedule, stripe Stripe, workers int, clock func() time.Duration) *Pacer {
	return &Pacer{
		schedule: schedule,
		stripe:   stripe,
		count:    stripe.Count(schedule.Total()),
		wake:     make(chan struct{}, workers),
		clock:    clock,
	}
}

// Dispatch wakes one idle worker for each operation as it becomes due, until the schedule or the context ends. It
// sleeps precisely, because what it oversleeps is the harness's lag. Its goroutine must not own its thread: on the thread that has just
// woken, the worker starts at once.
func (p *Pacer) Dispatch(ctx context.Context) {
	var sleep sleeper.Sleeper
	defer context.AfterFunc(ctx, sleep.Interrupt)()
	woken := false
	for ordinal := int64(0); ordinal < p.count; ordinal++ {
		due := p.schedule.TimeOf(p.stripe.Index(ordinal))
		for {
			ticket := sleep.Ticket()
			now := p.clock()
			if now >= due {
				break
			}
			if ctx.Err() != nil {
				return
			}
			if woken {
				// Workers that were woken go first, here: while this thread sleeps they would need another one, and waking that
				// takes as long as waking this one did.
				woken = false
				runtime.Gosched()
				continue
			}
			sleep.Sleep(ticket, due-now)
		}
		select {
		case p.wake <- struct{}{}:
			woken = true
		default:
		}
		if ordinal&1023 == 0 && ctx.Err() != nil {
			return
		}
	}
}

// TryClaim takes the next operation if it is due now.
func (p *Pacer) TryClaim() (Claim, bool) {
	for {
		ordinal := p.claimed.Load()
		if ordinal >= p.count || p.closed.Load() {
			return Claim{}, false
		}
		index := p.stripe.Index(ordinal)
		due := p.schedule.TimeOf(index)
		now := p.clock()
		if now < due {
			return Claim{}, false
		}
		if p.claimed.CompareAndSwap(ordinal, ordinal+1) {
			if ordinal+1 == p.count {
				// That was the last: whoever waits for another has nothing to wait for, however long it would.
				p.wakeOne()
			}
			// Whoever is idle now was so when this became due, or would have taken it.
			return Claim{Index: index, Due: due, Claimed: now, Waiting: p.idle.Load() > 0}, true
		}
	}
}

// Claim waits for an operation that is due, but not beyond the given time, for which the worker lends a timer. The worker
// says since when it has had nothing to do: whatever kept it from asking since then is the harness's lag too.
// False means that there was none, or that the context ended.
func (p *Pacer) Claim(ctx context.Context, free, until time.Duration, timer *time.Timer) (Claim, bool) {
	now := p.clock()
	claim, ok := p.TryClaim()
	if ok {
		claim.Waiting = claim.Waiting || free <= claim.Due
		return claim, true
	}
	if now >= until || p.Exhausted() {
		return Claim{}, false
	}
	timer.Reset(until - now)
	defer timer.Stop()
	p.idle.Add(1)
	defer p.idle.Add(-1)
	for {
		select {
		case <-p.wake:
		case <-timer.C:
			return Claim{}, false
		case <-ctx.Done():
			return Claim{}, false
		}
		// It is marked as waited for, because this worker is idle itself.
		if claim, ok = p.TryClaim(); ok {
			return claim, true
		}
		if p.Exhausted() {
			// Others that wait for the same nothing must hear of it.
			p.wakeOne()
			return Claim{}, false
		}
	}
}

func (p *Pacer) wakeOne() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Exhausted says whether every operation of the schedule was claimed, or the pacer was closed.
func (p *Pacer) Exhausted() bool { return p.closed.Load() || p.claimed.Load() >= p.count }

// Close ends claiming: what is not claimed yet never will be.
func (p *Pacer) Close() {
	p.closed.Store(true)
	p.wakeOne()
}

// Backlog is the number of operations that are due and that nobody has claimed.
func (p *Pacer) Backlog() int64 {
	return max(0, p.stripe.Count(p.schedule.DueBy(p.clock()))-p.claimed.Load())
}

// Waiting is how long the first operation that is due and that nobody has claimed has been due; 0: there is none.
func (p *Pacer) Waiting() time.Duration {
	ordinal := p.claimed.Load()
	if ordinal >= p.count {
		return 0
	}
	return max(0, p.clock()-p.schedule.TimeOf(p.stripe.Index(ordinal)))
}

// Claimed is the number of operations claimed by this instance.
func (p *Pacer) Claimed() int64 { return p.claimed.Load() }

// Unclaimed calls visit for each operation that was due by the given time and that nobody claimed, with its index and its intended start.
func (p *Pacer) Unclaimed(by time.Duration, visit func(index int64, due time.Duration)) {
	for ordinal := p.claimed.Load(); ordinal < p.count; ordinal++ {
		index := p.stripe.Index(ordinal)
		due := p.schedule.TimeOf(index)
		if due > by {
			return
		}
		visit(index, due)
	}
}
