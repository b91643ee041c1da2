package spacetimedb

import (
	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// takeConnection takes the connection from Go's network poller; false: it cannot, or the session is closed.
func (s *session) takeConnection() bool {
	s.exchanging.Lock()
	defer s.exchanging.Unlock()
	if s.closed.Load() {
		return false
	}
	conn, taken := multiplex.Take(s.link.conn)
	if !taken {
		return false
	}
	s.link.watch.Close()
	s.link.conn, s.link.from.Conn, s.link.watch = conn, conn, watchdog.New(conn)
	return true
}

// Multiplex takes the connection of requests that are alone from Go's network poller, for good. With several in flight, each has a goroutine,
// and whoever delivers them waits as goroutines do: see Program.Loops.
func (s *httpSession) Multiplex(t *multiplex.Task) bool {
	if t != nil {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if s.target.tls != nil || s.closed.Load() || len(s.idle) == 0 || s.idle[len(s.idle)-1].lane == nil {
			return false
		}
		if !s.idle[len(s.idle)-1].lane.takeConnection() {
			return false
		}
	}
	s.task = t
	return true
}

// takeConnection takes the connection from Go's network poller; false: it cannot.
func (l *lane) takeConnection() bool {
	if _, taken := l.conn.(*multiplex.Conn); taken {
		return true
	}
	conn, taken := multiplex.Take(l.conn)
	if !taken {
		return false
	}
	l.watch.Close()
	l.conn, l.from.Conn, l.watch = conn, conn, watchdog.New(conn)
	return true
}

// waitAs has the carrier's connection, where it was taken, wait as the task does; nil: by blocking.
func (c *carrier) waitAs(t *multiplex.Task) {
	c.task = nil
	if l := c.lane; l != nil {
		if conn, taken := l.conn.(*multiplex.Conn); taken {
			conn.Use(t)
			c.task = t
		}
	}
}

var _ driver.Multiplexed = (*httpSession)(nil)
