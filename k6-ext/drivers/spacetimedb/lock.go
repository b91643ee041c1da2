package spacetimedb

import (
	"context"
	"math/big"
	"math/rand/v2"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// lockConnection is the connection id, 128 bits in hexadecimal, of connections that are a lock. SpacetimeDB has no locks, and a row as one would
// stay after a crash. But it lists the connections that it has in a table of its own, st_client, before it greets them; and a client may say which
// id its connection is to have. Whoever finds the only connection of this id to be its own has the lock. It ends with its process.
const lockConnection = "64626d61726b206973206d6561737572" // "dbmark is measur"

// The wait between two looks at a lock that somebody else holds: two that wait must not look at the same times for ever.
const shortestWait, longestWait = 50 * time.Millisecond, 250 * time.Millisecond

// Lock implements driver.Locker, for the whole database whatever the name: reset empties all tables. Servers that give connections no id of the
// client's choice (the parameter is internal, says that of 1.2.0) have no locks.
func (t *target) Lock(ctx context.Context, _ string) (unlock func(), err error) {
	keeper := t.lockTarget()
	for {
		session, err := keeper.OpenSession(ctx, nil)
		if err != nil {
			return nil, err
		}
		unlock = func() { _ = session.Close(context.Background()) }
		holders, err := lockHolders(ctx, session)
		if err != nil || holders <= 1 {
			if err != nil {
				unlock()
				return nil, err
			}
			return unlock, nil
		}
		unlock()
		if err := awaitUnlocked(ctx, keeper); err != nil {
			return nil, err
		}
	}
}

// lockTarget is the same database by a WebSocket that is a lock. It has an identity of its own each time, because the server tells connections
// apart by identity and id, and counts for itself: a lock is no part of what is measured.
func (t *target) lockTarget() *target {
	return &target{
		url: t.url, host: t.host, address: t.address, database: t.database, mode: modeBSATN, compression: "None", tls: t.tls,
		timeout: t.timeout, connectTimeout: t.connectTimeout, connectionID: lockConnection,
	}
}

// awaitUnlocked waits until nobody is seen to hold the lock. It asks over HTTP, which opens no WebSocket that would be one more holder.
func awaitUnlocked(ctx context.Context, keeper *target) error {
	asking := keeper.lockTarget()
	asking.mode = modeHTTP
	session, err := asking.OpenSession(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = session.Close(context.WithoutCancel(ctx)) }()
	for {
		wait := time.NewTimer(shortestWait + rand.N(longestWait-shortestWait))
		select {
		case <-ctx.Done():
			wait.Stop()
			return &driver.Error{Kind: endedKind(ctx), Message: "another dbmark uses the database", Err: ctx.Err()}
		case <-wait.C:
		}
		if holders, err := lockHolders(ctx, session); err != nil || holders == 0 {
			return err
		}
	}
}

// lockHolders is how many connections are a lock. SQL takes ids in decimal alone.
func lockHolders(ctx context.Context, session driver.Session) (int, error) {
	id, _ := new(big.Int).SetString(lockConnection, 16)
	result, err := session.Query(ctx, driver.Statement{Text: "SELECT identity FROM st_client WHERE connection_id = " + id.String()})
	if err != nil {
		return 0, err
	}
	return len(result.Rows), nil
}

var _ driver.Locker = (*target)(nil)
