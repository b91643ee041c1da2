package record

import (
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/histogram"
)

// Observation is one finished operation.
type Observation struct {
	// Operation is its index in the names given to NewRecorder.
	Operation int
	// Phase of its intended start.
	Phase Phase
	// Service is the time from sending (the first attempt) to the last reply.
	Service time.Duration
	// Response is the time from the intended start to the last reply.
	Response time.Duration
	// Lag is the time from due to started with a worker free; below zero: not known.
	Lag time.Duration
	// Attempts, the first one included; at least 1.
	Attempts                int32
	RowsRead, RowsWritten   int64
	BytesRead, BytesWritten int64
	// ErrorKind is empty when the target acknowledged the operation.
	ErrorKind driver.ErrorKind
	// Unknown: it failed, and the target may hold its effect.
	Unknown bool
}

// cell is what one operation did in one phase since the last Roll.
type cell struct {
	Counts
	// service and response are nil until something is recorded.
	service, response *histogram.Interval
}

// buffer is what one shard recorded since the last Roll.
type buffer struct {
	cells []cell // by phase, then operation
	lag   [phaseCount]*histogram.Interval
}

// Shard takes the observations of some of the workers. Its methods may be called by several
// goroutines, but are fastest when only one does.
type Shard struct {
	mutex    sync.Mutex
	active   *buffer
	recorder *Recorder
	// standby is the buffer that active is exchanged for; only Roll touches it.
	standby *buffer
	// Keeps two shards' locks out of one cache line.
	_ [64]byte
}

// Record counts one finished operation. It allocates nothing but, now and then, a histogram for an
// operation that was not seen in the last second.
func (s *Shard) Record(o *Observation) {
	s.mutex.Lock()
	b := s.active
	c := &b.cells[int(o.Phase)*s.recorder.operations+o.Operation]
	if c.service == nil {
		c.service = s.recorder.histograms.take()
	}
	if c.response == nil {
		c.response = s.recorder.histograms.take()
	}
	c.service.Record(int64(o.Service))
	c.response.Record(int64(o.Response))
	c.Operations++
	c.Attempts += uint64(o.Attempts)
	c.RowsRead += uint64(o.RowsRead)
	c.RowsWritten += uint64(o.RowsWritten)
	c.BytesRead += uint64(o.BytesRead)
	c.BytesWritten += uint64(o.BytesWritten)
	if o.ErrorKind != "" {
		c.Failed++
		c.Errors[errorIndex(o.ErrorKind)]++
		if o.Unknown {
			c.Unknown++
		}
	}
	if o.Lag >= 0 {
		if b.lag[o.Phase] == nil {
			b.lag[o.Phase] = s.recorder.histograms.take()
		}
		b.lag[o.Phase].Record(int64(o.Lag))
	}
	s.mutex.Unlock()
}

// undone counts n operations that were never started, each having waited this long.
func (s *Shard) undone(operation int, phase Phase, waited time.Duration, n uint32) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c := &s.active.cells[int(phase)*s.recorder.operations+operation]
	if c.response == nil {
		c.response = s.recorder.histograms.take()
	}
	c.response.RecordN(int64(waited), n)
	c.Undone += uint64(n)
}

// swap exchanges the active buffer for the empty one, in constant time, and gives what was recorded.
func (s *Shard) swap() *buffer {
	s.mutex.Lock()
	s.active, s.standby = s.standby, s.active
	s.mutex.Unlock()
	return s.standby
}
