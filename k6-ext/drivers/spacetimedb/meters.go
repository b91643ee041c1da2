package spacetimedb

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/histogram"
)

// counters are what sessions count.
type counters struct {
	connections, connectionErrors atomic.Int64
	sent, received                atomic.Int64
	calls, callErrors             atomic.Int64
	inserts, updates, deletes     atomic.Int64
	subscriptionErrors            atomic.Int64
	drops, reconnects             atomic.Int64
	_                             [40]byte // no two shards in one cache line
}

func (c *counters) change(by changes) {
	if by != (changes{}) {
		c.inserts.Add(by.inserts)
		c.updates.Add(by.updates)
		c.deletes.Add(by.deletes)
	}
}

// counterInstruments say which counter is which metric.
var counterInstruments = []struct {
	name, description string
	of                func(*counters) *atomic.Int64
}{
	{"spacetime_ws_connections_total", "WebSocket connections that were opened.", func(c *counters) *atomic.Int64 { return &c.connections }},
	{"spacetime_ws_connection_errors_total", "WebSocket connections that could not be opened.", func(c *counters) *atomic.Int64 { return &c.connectionErrors }},
	{"spacetime_ws_messages_sent_total", "Messages sent over WebSockets, without pings and pongs.", func(c *counters) *atomic.Int64 { return &c.sent }},
	{"spacetime_ws_messages_received_total", "Messages received over WebSockets, without pings and pongs.", func(c *counters) *atomic.Int64 { return &c.received }},
	{"spacetime_reducer_calls_total", "Calls of reducers that were answered or lost.", func(c *counters) *atomic.Int64 { return &c.calls }},
	{"spacetime_reducer_errors_total", "Calls of reducers that failed, or were lost.", func(c *counters) *atomic.Int64 { return &c.callErrors }},
	{"spacetime_table_inserts_total", "Rows that subscriptions saw inserted.", func(c *counters) *atomic.Int64 { return &c.inserts }},
	{"spacetime_table_updates_total", "Rows that subscriptions saw updated.", func(c *counters) *atomic.Int64 { return &c.updates }},
	{"spacetime_table_deletes_total", "Rows that subscriptions saw deleted.", func(c *counters) *atomic.Int64 { return &c.deletes }},
	{"spacetime_subscription_errors_total", "Subscriptions that the server refused, ended, or never answered.", func(c *counters) *atomic.Int64 { return &c.subscriptionErrors }},
	{"spacetime_connection_drops_total", "Connections that were lost, or dropped on purpose without a goodbye.", func(c *counters) *atomic.Int64 { return &c.drops }},
	{"spacetime_reconnect_attempts_total", "Attempts to connect anew, after a loss or on purpose.", func(c *counters) *atomic.Int64 { return &c.reconnects }},
}

// The histograms, by their index.
const (
	timeCall = iota
	timeSubscription
	timeOther // what only counts as a round trip over the WebSocket
	timeHTTPCall
	timeKinds
)

// timeInstruments say of which histograms each metric is made.
var timeInstruments = []struct {
	name, description string
	of                []int
}{
	{"spacetime_ws_latency_ms", "From a request over a WebSocket to its answer: calls, queries, subscriptions.", []int{timeCall, timeSubscription, timeOther}},
	{"spacetime_reducer_latency_ms", "From a call to its transaction's update or, over HTTP, its answer.", []int{timeCall, timeHTTPCall}},
	{"spacetime_subscription_latency_ms", "From a subscription to its initial rows.", []int{timeSubscription}},
}

// shards is how many sessions count without meeting each other.
const shards = 16

// shard is where some of the sessions count.
type shard struct {
	counters
	mutex sync.Mutex
	// times has a histogram for each metric and kind; made when the first time comes. A kind that counts for two metrics has two, because
	// each metric is taken on its own.
	times [3][timeKinds]*histogram.Interval
}

// meters are all that a target counts and times.
type meters struct {
	next   atomic.Int64
	shards [shards]shard
}

// shard gives a session the shard that it counts in.
func (m *meters) shard() *shard { return &m.shards[m.next.Add(1)%shards] }

func (m *meters) count(of func(*counters) *atomic.Int64) (total int64) {
	for i := range m.shards {
		total += of(&m.shards[i].counters).Load()
	}
	return total
}

// record counts a time, given in nanoseconds.
func (s *shard) record(kind int, nanoseconds int64) {
	s.mutex.Lock()
	for i := range timeInstruments {
		for _, of := range timeInstruments[i].of {
			if of != kind {
				continue
			}
			if s.times[i][kind] == nil {
				s.times[i][kind] = histogram.NewInterval()
			}
			s.times[i][kind].Record(nanoseconds)
		}
	}
	s.mutex.Unlock()
}

func (m *meters) take(instrument int, into *histogram.Interval) {
	for i := range m.shards {
		s := &m.shards[i]
		s.mutex.Lock()
		for _, of := range timeInstruments[instrument].of {
			if h := s.times[instrument][of]; h != nil {
				into.Merge(h)
				h.Reset()
			}
		}
		s.mutex.Unlock()
	}
}

// Instruments implements driver.Instrumented.
func (t *target) Instruments() []driver.Instrument {
	var list []driver.Instrument
	for _, c := range counterInstruments {
		list = append(list, driver.Instrument{Name: c.name, Description: c.description, Count: func() int64 { return t.meters.count(c.of) }})
	}
	for i, timed := range timeInstruments {
		list = append(list, driver.Instrument{Name: timed.name, Description: timed.description,
			Times: func(into *histogram.Interval) { t.meters.take(i, into) }})
	}
	return list
}

// started is what the times of requests are counted from.
var started = time.Now()

func now() int64 { return int64(time.Since(started)) }
