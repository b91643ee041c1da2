package generator

import (
	"math/bits"
	"sync/atomic"
)

// Past is what a run did so far, as far as `latest` wants to know it: which inserts were acknowledged, in the order in which they were. It
// takes eight bytes for each. It may be used by any number of goroutines, and none waits for another. A nil Past has no inserts.
type Past struct {
	noted, finished atomic.Int64
	// chunks hold the indexes of the operations, plus one, so that a zero is an entry that is still to be written. Each is as long as all before
	// it together, so that an entry's place follows from its number, and nothing moves while it is read.
	chunks [64 - firstChunkBits]atomic.Pointer[[]atomic.Int64]
}

// firstChunkBits is the binary logarithm of the first chunk's length.
const firstChunkBits = 12

// Acknowledge notes that the target acknowledged the insert of the operation with this index. Add follows, when the operation has ended.
func (p *Past) Acknowledge(index int64) {
	chunk, place := position(p.noted.Add(1) - 1)
	entries := p.chunks[chunk].Load()
	if entries == nil {
		made := make([]atomic.Int64, 1<<(firstChunkBits+max(chunk, 1)-1))
		if !p.chunks[chunk].CompareAndSwap(nil, &made) {
			entries = p.chunks[chunk].Load()
		} else {
			entries = &made
		}
	}
	(*entries)[place].Store(index + 1)
}

// Add counts n more inserts that finished.
func (p *Past) Add(n int64) {
	if p != nil {
		p.finished.Add(n)
	}
}

// Inserts is the number of inserts that finished.
func (p *Past) Inserts() int64 {
	if p == nil {
		return 0
	}
	return p.finished.Load()
}

// Insert is the index of the operation whose insert was acknowledged as the n-th, from 0. Not known: it is being noted at this moment.
func (p *Past) Insert(n int64) (index int64, known bool) {
	chunk, place := position(n)
	entries := p.chunks[chunk].Load()
	if entries == nil {
		return 0, false
	}
	index = (*entries)[place].Load()
	return index - 1, index > 0
}

// position is where the n-th entry lies: chunk 0 has the first 2^firstChunkBits, chunk 1 as many, and each one after twice as many as
// the one before.
func position(n int64) (chunk int, place int64) {
	chunk = bits.Len64(uint64(n) >> firstChunkBits)
	if chunk == 0 {
		return 0, n
	}
	return chunk, n - 1<<(firstChunkBits+chunk-1)
}
