package spacetimedb

import (
	"fmt"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
)

// keeper looks after the connections with nothing in flight: it answers the server's pings, without which the server hangs up after a minute,
// takes updates of subscriptions, of which the server keeps 16,384 before it hangs up, and sends our own pings.
type keeper struct {
	mutex    sync.Mutex
	sessions map[*session]struct{}
	running  bool
}

// lookEvery is the time between two looks at a connection, at most.
const lookEvery = 250 * time.Millisecond

func (k *keeper) add(s *session) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.sessions == nil {
		k.sessions = map[*session]struct{}{}
	}
	k.sessions[s] = struct{}{}
	if !k.running {
		k.running = true
		every := lookEvery
		if ping := s.target.ping; ping > 0 {
			every = max(5*time.Millisecond, min(every, ping/4))
		}
		go k.run(every)
	}
}

func (k *keeper) remove(s *session) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	delete(k.sessions, s)
}

// run ends when no session is left.
func (k *keeper) run(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var list []*session
	for range ticker.C {
		list = list[:0]
		k.mutex.Lock()
		for s := range k.sessions {
			list = append(list, s)
		}
		k.running = len(list) > 0
		k.mutex.Unlock()
		if len(list) == 0 {
			return
		}
		for _, s := range list {
			if s.owned.CompareAndSwap(false, true) {
				s.keep()
				s.release()
			}
		}
		clear(list)
	}
}

// keep looks at a connection with nothing in flight. One that is lost is known to be when the next request comes.
func (s *session) keep() {
	if s.lost != nil || s.closed.Load() {
		return
	}
	err := s.look()
	if err == nil {
		err = s.askWhetherAlive()
	}
	if err != nil && !s.closed.Load() {
		s.lose(connectionError(err))
	}
}

// look takes what has come, without waiting for more, and answers pings.
func (s *session) look() error {
	for {
		if _, err := s.readAvailable(nil); err != nil {
			return err
		}
		n, err := s.link.tryFill()
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	if len(s.out) > 0 {
		s.sent += int64(len(s.out))
		s.writeNow(s.out)
		s.out = s.out[:0]
	}
	return nil
}

// askWhetherAlive pings a server that has been silent for the option's time, and gives up on one that did not answer for as long.
func (s *session) askWhetherAlive() error {
	l, interval := s.link, s.target.ping
	if interval <= 0 {
		return nil
	}
	if l.frames.received != l.heardBytes {
		l.heardBytes, l.heard, l.asked = l.frames.received, now(), false
		return nil
	}
	if time.Duration(now()-l.heard) < interval {
		return nil
	}
	if l.asked {
		return fmt.Errorf("the server did not answer a ping within %v", interval)
	}
	s.writeNow(appendFrame(nil, opPing, nil, randomKey()))
	l.asked, l.heard = true, now()
	return nil
}

// tryFill reads what there is, without waiting.
func (l *link) tryFill() (n int, err error) {
	if conn, multiplexed := l.conn.(*multiplex.Conn); multiplexed {
		n, err = conn.TryRead(l.frames.room())
	} else {
		n, err = tryRead(l.conn, l.frames.room())
	}
	l.frames.took(n)
	return n, err
}

// Multiplex takes the connection from Go's network poller at the first call, for good. A program that reconnects is not multiplexed: the others
// would wait while one connects.
func (s *session) Multiplex(t *multiplex.Task) bool {
	if s.inFlight == 0 {
		s.acquire()
		defer s.release()
	}
	conn, taken := s.link.conn.(*multiplex.Conn)
	if !taken {
		if t == nil {
			return true
		}
		if s.program != nil && s.program.reconnects || s.lost != nil || !s.takeConnection() {
			return false
		}
		conn = s.link.conn.(*multiplex.Conn)
	}
	s.task = t
	conn.Use(t)
	return true
}

var _ driver.Multiplexed = (*session)(nil)
