package engine

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// sessions holds the sessions of a run: opened ahead, one for each worker or a pool that workers share.
type sessions struct {
	config     *Config
	free       chan driver.Session // opened and not held by a worker; a nil stands for a place whose session was lost
	reconnects atomic.Int64
	wait       waitTimes

	mutex sync.Mutex
	open  map[driver.Session]struct{}
	// emptySince is when the last open session was lost; zero while there is one.
	emptySince time.Time
}

// openingAtOnce keeps a thousand connections from being opened in the same instant.
const openingAtOnce = 16

func newSessions(config *Config) *sessions {
	return &sessions{
		config: config,
		free:   make(chan driver.Session, max(config.Workers, config.PoolSize)),
		open:   map[driver.Session]struct{}{},
	}
}

// count is the number of sessions that a run needs.
func (s *sessions) count() int {
	if s.config.PoolSize > 0 {
		return s.config.PoolSize
	}
	return s.config.Workers
}

func (s *sessions) openAll(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	places := make(chan struct{}, s.count())
	for range s.count() {
		places <- struct{}{}
	}
	close(places)
	var group sync.WaitGroup
	var mutex sync.Mutex
	var first error
	for range min(openingAtOnce, s.count()) {
		group.Add(1)
		go func() {
			defer group.Done()
			for range places {
				session, err := s.connect(ctx)
				if err != nil {
					mutex.Lock()
					if first == nil {
						first = err
					}
					mutex.Unlock()
					cancel()
					return
				}
				s.free <- session
			}
		}()
	}
	group.Wait()
	if first != nil {
		s.closeAll(context.Background())
	}
	return first
}

func (s *sessions) connect(ctx context.Context) (driver.Session, error) {
	session, err := s.config.Target.OpenSession(ctx, s.config.Program)
	if err != nil {
		return nil, err
	}
	session = s.config.acknowledge(session)
	s.mutex.Lock()
	s.open[session] = struct{}{}
	s.emptySince = time.Time{}
	s.mutex.Unlock()
	return session, nil
}

// reconnect opens a session in place of one that was lost.
func (s *sessions) reconnect(ctx context.Context) (driver.Session, *driver.Error) {
	session, err := s.connect(ctx)
	if err == nil {
		s.reconnects.Add(1)
		return session, nil
	}
	var failure *driver.Error
	if !errors.As(err, &failure) {
		failure = &driver.Error{Kind: driver.KindConnection, Message: err.Error(), Err: err}
	}
	// What the connection was for has not been sent, however far the connecting came.
	notSent := *failure
	notSent.OutcomeUnknown = false
	return nil, &notSent
}

// noneFor is how long there has been no session at all.
func (s *sessions) noneFor() time.Duration {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.emptySince.IsZero() {
		return 0
	}
	return time.Since(s.emptySince)
}

// discard closes a session that was lost.
func (s *sessions) discard(session driver.Session) {
	s.mutex.Lock()
	delete(s.open, session)
	if len(s.open) == 0 {
		s.emptySince = time.Now()
	}
	s.mutex.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = session.Close(ctx)
}

// closingAtOnce bounds the goodbyes that are said side by side.
const closingAtOnce = 64

func (s *sessions) closeAll(ctx context.Context) {
	s.mutex.Lock()
	open := s.open
	s.open = map[driver.Session]struct{}{}
	s.mutex.Unlock()
	var group sync.WaitGroup
	places := make(chan struct{}, closingAtOnce)
	for session := range open {
		places <- struct{}{}
		group.Add(1)
		go func() {
			defer group.Done()
			_ = session.Close(ctx)
			<-places
		}()
	}
	group.Wait()
}

// PoolWait is the time that operations waited for a session of a shared pool.
type PoolWait struct {
	Count      int64
	Sum, Worst time.Duration
}

type waitTimes struct{ count, sum, worst atomic.Int64 }

func (w *waitTimes) add(d time.Duration) {
	w.count.Add(1)
	w.sum.Add(int64(d))
	for {
		worst := w.worst.Load()
		if int64(d) <= worst || w.worst.CompareAndSwap(worst, int64(d)) {
			return
		}
	}
}

func (w *waitTimes) read() PoolWait {
	return PoolWait{Count: w.count.Load(), Sum: time.Duration(w.sum.Load()), Worst: time.Duration(w.worst.Load())}
}
