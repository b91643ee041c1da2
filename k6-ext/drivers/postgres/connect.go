package postgres

import (
	"context"
	"errors"
	"net"
	"os"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// cancelTimeout limits the request to stop a statement whose session was given up.
	cancelTimeout = 2 * time.Second
	// goodbyeTimeout limits closing a session whose caller sets no limit.
	goodbyeTimeout = time.Second
	// largestGreeting limits messages while we connect: something that is no PostgreSQL may seem to announce a gigabyte.
	largestGreeting = 16 << 20
)

// prepareConfig completes what pgconn made of the URL.
func (t *target) prepareConfig() {
	c := t.config
	c.ConnectTimeout = t.connectTimeout
	addresses := map[string]bool{}
	for _, f := range append([]*pgconn.FallbackConfig{{Host: c.Host, Port: c.Port}}, c.Fallbacks...) {
		addresses[address(f.Host, f.Port)] = true
	}
	if len(addresses) > 1 { // one silent host must leave time for the others
		c.ConnectTimeout /= time.Duration(len(addresses))
	}
	c.MaxProtocolMessageBodyLen = largestGreeting
	if _, set := c.RuntimeParams["application_name"]; !set {
		c.RuntimeParams["application_name"] = "dbmark"
	}
	c.RuntimeParams["client_encoding"] = "UTF8"
	c.RuntimeParams["datestyle"] = "ISO"
	c.OnNotice = func(*pgconn.PgConn, *pgconn.Notice) {}
}

// address is how messages call a host.
func address(host string, port uint16) string {
	_, name := pgconn.NetworkAddress(host, port)
	return name
}

// connect makes a connection, within the context.
func (t *target) connect(ctx context.Context) (*wire, *driver.Error) {
	attempt := &attempt{}
	config := t.config.Copy()
	dial := config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		attempt.add(address, conn, err)
		if err != nil {
			return nil, err
		}
		return attempt.last(), nil
	}
	pgConn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, t.connectError(ctx, attempt, err)
	}
	hijacked, err := pgConn.Hijack()
	if err != nil {
		return nil, t.connectError(ctx, attempt, err)
	}
	conn := hijacked.Conn
	if plain, ok := conn.(*eavesdropper); ok {
		conn = plain.Conn // nothing between us and the socket from now on
	}
	c := newWire(hijacked, pgConn, conn, attempt.last().address)
	if err := settle(hijacked, conn); err != nil {
		c.abandon()
		return nil, lostError(c.address, err)
	}
	return c, nil
}

// settle makes sure that nobody but us reads from the connection. Where a write was slow, pgconn has started a reader in the background,
// which may still wait for bytes, and would take those that we wait for. A deadline in the past ends its read; what has come
// beyond the end of the connecting (a late notice) is read and dropped.
func settle(hijacked *pgconn.HijackedConn, conn net.Conn) error {
	if err := conn.SetReadDeadline(time.Unix(1, 0)); err != nil {
		return err
	}
	for {
		// Receive waits for the background reader to end before it reads itself.
		if _, err := hijacked.Frontend.Receive(); err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				return err
			}
			return conn.SetReadDeadline(time.Time{})
		}
	}
}

// open connects and prepares a program's statements, all within the time to connect.
func (t *target) open(ctx context.Context, p *program) (*session, error) {
	limited, cancel := context.WithTimeout(ctx, t.connectTimeout)
	defer cancel()
	c, failed := t.connect(limited)
	if failed != nil {
		return nil, failed
	}
	s := newSession(t, c, p)
	if p == nil {
		return s, nil
	}
	if failed := s.prepare(limited); failed != nil {
		if failed.SessionLost && ctx.Err() == nil && limited.Err() != nil {
			failed.Kind = driver.KindUnreachable
			failed.Message = "the server at " + c.address + " did not finish preparing the statements within " + t.connectTimeout.String()
		}
		s.Close(ctx)
		return nil, failed
	}
	return s, nil
}

// cancelStatement asks the server, in the background, to stop what a connection is doing.
func (t *target) cancelStatement(c *wire) {
	t.background.Add(1)
	go func() {
		defer t.background.Done()
		ctx, stop := context.WithTimeout(context.Background(), cancelTimeout)
		defer stop()
		_ = c.cancel.CancelRequest(ctx)
	}()
}
