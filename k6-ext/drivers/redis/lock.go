package redis

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// A lock is a key with a token that expires unless its holder renews it: Redis does not notice by itself that a process is gone. Whoever was stopped for
// longer than leaseTime may have lost it.
const (
	leaseTime  = 10 * time.Second
	renewEvery = 3 * time.Second
	lookEvery  = 100 * time.Millisecond
)

const (
	renewScript  = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])`
	unlockScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`
)

// lease is a lock that is held.
type lease struct {
	target     *target
	key, token string
	stop       chan struct{}
	stopped    sync.WaitGroup
}

// Lock takes a key of its own, looking again and again while somebody else holds it, and renews it until unlock.
func (t *target) Lock(ctx context.Context, name string) (unlock func(), err error) {
	l := &lease{target: t, key: ownPrefix + "lock:" + name, token: rand.Text(), stop: make(chan struct{})}
	if err := t.with(ctx, func(s *session) error { return l.take(ctx, s) }); err != nil {
		return nil, err
	}
	l.stopped.Add(1)
	go l.keep()
	return sync.OnceFunc(l.release), nil
}

func (l *lease) take(ctx context.Context, s *session) error {
	command := []string{"SET", l.key, l.token, "NX", "PX", milliseconds(leaseTime)}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		answer, err := s.Query(ctx, driver.Statement{Command: command})
		if err != nil {
			return err
		}
		if answer.Rows[0][0] != nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return &driver.Error{Kind: endedKind(ctx), Err: ctx.Err(),
				Message: fmt.Sprintf("waiting for the lock %s, which another dbmark holds, was ended", l.key)}
		}
	}
}

// keep renews the lease. What fails is tried again in time; with the server gone, nobody else has the lock either.
func (l *lease) keep() {
	defer l.stopped.Done()
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			l.call(renewScript, milliseconds(leaseTime))
		case <-l.stop:
			l.call(unlockScript)
			return
		}
	}
}

func (l *lease) release() {
	close(l.stop)
	l.stopped.Wait()
}

// call runs a script on the lock, on a connection of its own and within the time of a renewal.
func (l *lease) call(script string, arguments ...string) {
	ctx, cancel := context.WithTimeout(context.Background(), renewEvery)
	defer cancel()
	_ = l.target.with(ctx, func(s *session) error {
		_, err := s.Query(ctx, driver.Statement{Command: append([]string{"EVAL", script, "1", l.key, l.token}, arguments...)})
		return err
	})
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
