// Package spacetimedb drives SpacetimeDB: reducers and SQL over a WebSocket (in BSATN or JSON) or over HTTP, and subscriptions.
//
// WebSocket framing and messages are written and read here, because that is the hot path: calls submitted together leave in one write,
// replies are read in bulk, and a call allocates nothing. The handshake is gorilla/websocket's, brotli andybalholm's.
//
//	spacetimedb://[:token@]host[:port]/database[?option=value&…]
//	spacetimedbs://… the same over TLS, as ?ssl=true; ?ca=FILE trusts that authority, ?insecure=true trusts anybody
//
// Options: compression=none|brotli|gzip of what the server sends over a WebSocket (none); ping=30s, the time of silence after which a
// connection is asked whether it lives (none); discard=true, to read rows without counting them; retries=3 and retry_delay=1s of connecting anew (none).
package spacetimedb

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// The modes: how requests reach the server.
const (
	modeBSATN = "websocket-bsatn"
	modeJSON  = "websocket-json"
	modeHTTP  = "http"
)

// New makes the driver.
func New() driver.Driver { return spacetimeDriver{} }

type spacetimeDriver struct{}

func (spacetimeDriver) System() string    { return "spacetimedb" }
func (spacetimeDriver) Schemes() []string { return []string{"spacetimedb", "spacetimedbs"} }
func (spacetimeDriver) Library() driver.Library {
	return driver.Library{Name: "built in (v1.bsatn, v1.json, HTTP v1)", Version: "1"}
}

// target is one database on one server, and how to be let in.
type target struct {
	url                     string // redacted
	host, address, database string
	token                   string
	mode                    string
	compression             string
	tls                     *tls.Config
	timeout, connectTimeout time.Duration
	ping                    time.Duration // zero: none
	retries                 int
	discard                 bool
	retryDelay              time.Duration
	// connectionID is what the server is to call WebSockets of this target, in hexadecimal; empty: it chooses.
	connectionID string

	meters meters
	keeper keeper
	// missing counts sessions that were lost and not opened again.
	missing atomic.Int64

	mutex  sync.Mutex
	schema *schema // of the database, once it was read
	// guest is the token that the server gave where the user has none, for HTTP: without one, it makes an identity for each request.
	guest    string
	guesting sync.Mutex
}

func (spacetimeDriver) Open(config driver.Config) (driver.Target, error) {
	t := &target{
		mode: config.Mode, timeout: config.Timeout, connectTimeout: config.ConnectTimeout, compression: "None",
	}
	switch t.mode {
	case "":
		t.mode = modeBSATN
	case modeBSATN, modeJSON, modeHTTP:
	default:
		return nil, driver.Usagef("mode %q is not known to spacetimedb; known are %s, %s, %s", t.mode, modeBSATN, modeJSON, modeHTTP)
	}
	if t.timeout <= 0 {
		t.timeout = driver.DefaultTimeout
	}
	if t.connectTimeout <= 0 {
		t.connectTimeout = driver.DefaultConnectTimeout
	}
	if err := t.readURL(config.URL); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *target) URL() string  { return t.url }
func (t *target) Close() error { return nil }

func (t *target) OpenSession(ctx context.Context, compiled driver.Program) (driver.Session, error) {
	var p *program
	if compiled != nil {
		var ok bool
		if p, ok = compiled.(*program); !ok || p.target != t {
			return nil, driver.Usagef("the program was compiled by another target; compile it with this one")
		}
	}
	replaces := t.takeMissing()
	if replaces {
		t.meters.shards[0].reconnects.Add(1)
	}
	session, err := t.openSession(ctx, p)
	if err != nil {
		if replaces {
			t.missing.Add(1)
		}
		return nil, err
	}
	return session, nil
}

func (t *target) openSession(ctx context.Context, p *program) (driver.Session, error) {
	if t.mode == modeHTTP {
		return t.openHTTP(ctx, p)
	}
	return t.openSocket(ctx, p)
}

// Reconnects implements driver.Persistent.
func (t *target) Reconnects() (retries int, delay time.Duration) { return t.retries, t.retryDelay }

// takeMissing says whether the next session is in place of one that was lost.
func (t *target) takeMissing() bool {
	for {
		missing := t.missing.Load()
		if missing <= 0 {
			return false
		}
		if t.missing.CompareAndSwap(missing, missing-1) {
			return true
		}
	}
}

// dial connects, with TLS where the URL says so. The context limits it.
func (t *target) dial(ctx context.Context) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", t.address)
	if err != nil || t.tls == nil {
		return conn, err
	}
	secured := tls.Client(conn, t.tls)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, driver.TLSError(ctx, err, t.notSpacetime)
	}
	return secured, nil
}

// path is where a database's things are: "/v1/database/name" and what follows.
func (t *target) path(rest string) string { return "/v1/database/" + pathEscape(t.database) + rest }

// defaultPort is that of `spacetime start`.
const defaultPort = 3000

func joinHostPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
