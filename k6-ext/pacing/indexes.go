package pacing

import (
	"sync"
	"sync/atomic"
)

// Indexes hands out the indexes of a closed loop in blocks, so that workers do not meet at every operation. With a limit,
// blocks become smaller towards the end, and what a worker did not use goes back, so that exactly the first n indexes run.
type Indexes struct {
	stripe  Stripe
	limit   int64 // local ordinals; 0: none
	workers int64
	next    atomic.Int64
	done    atomic.Int64

	mutex    sync.Mutex
	returned []Block
}

// Block is a range of ordinals [Next, End) that one worker owns.
type Block struct{ Next, End int64 }

const largestBlock = 64

// NewIndexes makes the source of indexes for a number of workers; a limit of zero means none.
func NewIndexes(stripe Stripe, limit int64, workers int) *Indexes {
	indexes := &Indexes{stripe: stripe, workers: int64(max(1, workers))}
	if limit > 0 {
		indexes.limit = stripe.Count(limit)
	}
	return indexes
}

// Take gives a worker its next block; false when the limit is reached.
func (x *Indexes) Take() (Block, bool) {
	if x.limit == 0 {
		end := x.next.Add(largestBlock)
		return Block{end - largestBlock, end}, true
	}
	if block, ok := x.takeReturned(); ok {
		return block, true
	}
	for {
		start := x.next.Load()
		left := x.limit - start
		if left <= 0 {
			return x.takeReturned()
		}
		size := min(largestBlock, max(1, left/(2*x.workers)))
		if x.next.CompareAndSwap(start, start+size) {
			return Block{start, start + size}, true
		}
	}
}

func (x *Indexes) takeReturned() (Block, bool) {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	if len(x.returned) == 0 {
		return Block{}, false
	}
	last := len(x.returned) - 1
	block := x.returned[last]
	x.returned = x.returned[:last]
	return block, true
}

// Return gives back what a worker does not run.
func (x *Indexes) Return(block Block) {
	if block.Next >= block.End {
		return
	}
	x.mutex.Lock()
	defer x.mutex.Unlock()
	x.returned = append(x.returned, block)
}

// Index is the global index of an ordinal.
func (x *Indexes) Index(ordinal int64) int64 { return x.stripe.Index(ordinal) }

// Finished adds n operations that ended; Exhausted is true once all of the limit did.
func (x *Indexes) Finished(n int64) { x.done.Add(n) }

// Exhausted says whether every operation of the limit has ended.
func (x *Indexes) Exhausted() bool { return x.limit > 0 && x.done.Load() >= x.limit }

// End is an ordinal beyond every one handed out.
func (x *Indexes) End() int64 { return x.next.Load() }
