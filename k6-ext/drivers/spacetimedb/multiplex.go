package spacetimedb

import (
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
