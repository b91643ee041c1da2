package influxdb

import (
	"bytes"
	"compress/gzip"
	"sync"
)

const (
	// mostQueuedBytes bounds the compressed points that wait for a server that is slow or away: many hours of windows, of which a second has
	// one to three kilobytes.
	mostQueuedBytes = 16 << 20
	// mostBatchBytes is the compressed size from which no more is added to a batch. The points of some minutes go in one request, so that a
	// server that was away is caught up with quickly; far from the 25 MB uncompressed that InfluxDB takes by default.
	mostBatchBytes = 128 << 10
)

// batch is what one request writes.
type batch struct {
	// body is line protocol, compressed with gzip.
	body []byte
	tally
}

// tally counts points, and the operations that they count.
type tally struct {
	points     int
	operations float64
}

func (t *tally) add(other tally) {
	t.points += other.points
	t.operations += other.operations
}

// queue holds the points that were not written yet, compressed, up to a number of bytes; then it forgets the oldest: who
// watches needs the newest, and a gap is a gap.
type queue struct {
	capacity int
	// filled has room for one, and is signalled when there is something to take.
	filled chan struct{}

	mutex   sync.Mutex
	batches []batch
	bytes   int
	// open is the batch that is added to, while nobody takes it.
	open       *bytes.Buffer
	compressor *gzip.Writer
	openTally  tally
	forgotten  tally
}

func newQueue(capacity int) *queue {
	compressor, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return &queue{capacity: capacity, filled: make(chan struct{}, 1), compressor: compressor}
}

// add queues lines. It never waits for the server.
func (q *queue) add(text []byte, counted tally) {
	if counted.points == 0 {
		return
	}
	q.mutex.Lock()
	if q.open == nil {
		q.open = &bytes.Buffer{}
		q.compressor.Reset(q.open)
	}
	// Writing to memory does not fail.
	_, _ = q.compressor.Write(text)
	_ = q.compressor.Flush()
	q.openTally.add(counted)
	if q.open.Len() >= mostBatchBytes {
		q.seal()
	}
	for q.bytes > q.capacity {
		oldest := q.batches[0]
		q.batches = q.batches[1:]
		q.bytes -= len(oldest.body)
		q.forgotten.add(oldest.tally)
	}
	q.mutex.Unlock()
	select {
	case q.filled <- struct{}{}:
	default:
	}
}

// seal closes the open batch.
func (q *queue) seal() {
	_ = q.compressor.Close()
	sealed := batch{q.open.Bytes(), q.openTally}
	q.batches = append(q.batches, sealed)
	q.bytes += len(sealed.body)
	q.open, q.openTally = nil, tally{}
}

// next takes the oldest points; false where there are none.
func (q *queue) next() (batch, bool) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if len(q.batches) == 0 {
		if q.open == nil {
			return batch{}, false
		}
		q.seal()
	}
	oldest := q.batches[0]
	q.batches = q.batches[1:]
	q.bytes -= len(oldest.body)
	return oldest, true
}

// forgot are the points for which there was no room, since the last time.
func (q *queue) forgot() tally {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	forgotten := q.forgotten
	q.forgotten = tally{}
	return forgotten
}
