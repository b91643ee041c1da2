package redis

import (
	"context"
	"net"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// source is where the reader reads: the connection, which Multiplex may exchange.
type source struct{ net.Conn }

// Multiplex takes the connection from Go's network poller at the first call, for good.
func (s *session) Multiplex(t *multiplex.Task) bool {
	conn, taken := s.conn.(*multiplex.Conn)
	if !taken {
		if t == nil {
			return true
		}
		s.exchanging.Lock()
		defer s.exchanging.Unlock()
		if s.closed.Load() {
			return false
		}
		if conn, taken = multiplex.Take(s.conn); !taken {
			return false
		}
		s.watch.Close()
		s.conn, s.from.Conn, s.watch = conn, conn, watchdog.New(conn)
	}
	s.task = t
	conn.Use(t)
	return true
}

// pause waits, no longer than the context and the session live; as a task it lets others use the thread, and notices the end a little later.
func (s *session) pause(ctx context.Context, wait time.Duration) {
	if s.task == nil {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		case <-s.closing:
		}
		return
	}
	const step = 20 * time.Millisecond
	for ; wait > 0 && ctx.Err() == nil && !s.closed.Load(); wait -= step {
		s.task.Sleep(min(wait, step))
	}
}
