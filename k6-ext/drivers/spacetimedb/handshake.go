package spacetimedb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// The subprotocols.
var subprotocols = map[string]string{modeBSATN: "v1.bsatn.spacetimedb", modeJSON: "v1.json.spacetimedb"}

// link is one WebSocket connection.
type link struct {
	conn    net.Conn
	from    *source
	frames  frames
	decoder decoder
	watch   *watchdog.Watch
	// token of the identity that the connection has.
	token string
	// heard is when bytes came last, and asked whether a ping is out; for our own pings.
	heard      int64
	heardBytes int64
	asked      bool
}

// source is where frames are read from: the connection, which Multiplex may exchange.
type source struct{ net.Conn }

// connect opens a WebSocket and waits for the server's greeting, within the connect timeout.
func (t *target) connect(ctx context.Context, token string) (*link, error) {
	limited, cancel := context.WithTimeout(ctx, t.connectTimeout)
	defer cancel()
	l, err := t.shakeHands(limited, token)
	if err != nil {
		return nil, t.connectError(ctx, err)
	}
	return l, nil
}

func (t *target) shakeHands(ctx context.Context, token string) (*link, error) {
	var guard *guardedConn
	// The handshake's reads and writes end when the context does.
	stop := func() bool { return true }
	dialer := websocket.Dialer{
		Subprotocols: []string{subprotocols[t.mode]},
		NetDialContext: func(context.Context, string, string) (net.Conn, error) {
			conn, err := t.dial(ctx)
			if err != nil {
				return nil, err
			}
			guard = &guardedConn{Conn: conn}
			stop = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
			return guard, nil
		},
	}
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	where := url.URL{Scheme: "ws", Host: t.address, Path: t.path("/subscribe"), RawQuery: "compression=" + t.compression}
	if t.connectionID != "" {
		where.RawQuery += "&connection_id=" + t.connectionID
	}
	_, response, err := dialer.DialContext(ctx, where.String(), header)
	if err != nil {
		stop()
		var broken error
		if guard != nil {
			broken = guard.broken
		}
		return nil, t.handshakeError(ctx, response, err, broken)
	}
	l := &link{conn: guard.Conn, from: &source{guard.Conn}, token: token}
	l.frames.from = l.from
	l.frames.took(copy(l.frames.room(), guard.left()))
	if got := response.Header.Get("Sec-WebSocket-Protocol"); got != subprotocols[t.mode] {
		err = protocolError(fmt.Sprintf("it chose the subprotocol %q, expected %s", got, subprotocols[t.mode]))
	} else {
		l.decoder = decoder{binary: t.mode == modeBSATN, schema: t.knownSchema()}
		err = l.greet()
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = guard.Conn.Close()
		return nil, t.greetingError(ctx, err)
	}
	l.watch = watchdog.New(l.conn)
	l.heard = now()
	return l, nil
}

// greet reads up to the server's first message, which has our connection's id and our token.
func (l *link) greet() error {
	for {
		opcode, payload, ok, err := l.frames.next()
		if err != nil {
			return err
		}
		if !ok {
			if err := l.frames.fill(); err != nil {
				return err
			}
			continue
		}
		switch opcode {
		case opPing:
			if _, err := l.conn.Write(appendFrame(nil, opPong, payload, randomKey())); err != nil {
				return err
			}
		case opPong:
		case opClose:
			return closingError(payload)
		default:
			var m message
			if err := l.decoder.decode(opcode, payload, &m); err != nil {
				return err
			}
			if m.kind != identityMessage {
				return protocolError("its first message is no greeting")
			}
			l.token, l.decoder.connection = string(m.token), bytes.Clone(m.connection)
			return nil
		}
	}
}

// closingError reads what a close frame says.
func closingError(payload []byte) error {
	if len(payload) < 2 {
		return closedError{code: 1005, reason: "without a reason"}
	}
	return closedError{code: int(payload[0])<<8 | int(payload[1]), reason: shorten(payload[2:])}
}

// handshakeError says why there is no WebSocket; broken is what ended the connection, if something did.
func (t *target) handshakeError(ctx context.Context, response *http.Response, err, broken error) error {
	if response == nil {
		var own *driver.Error
		if errors.As(err, &own) || ctx.Err() != nil {
			return err
		}
		if broken == nil && guardless(err) {
			return err
		}
		if broken != nil {
			return broken
		}
		return protocolError(fmt.Sprintf("it does not answer in HTTP (%v)", err))
	}
	body, _ := io.ReadAll(response.Body)
	a := answer{status: response.StatusCode, spacetime: response.Header.Get("spacetime-identity") != "", body: body}
	if response.StatusCode == http.StatusSwitchingProtocols {
		return protocolError("its handshake is none of a WebSocket")
	}
	return t.judge(ctx, &a)
}

// guardless says whether an error came before there was a connection.
func guardless(err error) bool {
	var network net.Error
	return errors.As(err, &network)
}

// judge makes an error of an answer to a session's first request: what is not surely SpacetimeDB is asked whether it is.
func (t *target) judge(ctx context.Context, a *answer) error {
	if !a.spacetime {
		if _, err := t.health(ctx); err != nil {
			return t.notSpacetime(fmt.Sprintf("it answers HTTP status %d, and /v1/health does not tell a version", a.status), err)
		}
	}
	return t.refusal(a)
}

// greetingError says why a WebSocket that was opened did not greet.
func (t *target) greetingError(ctx context.Context, err error) error {
	var closed closedError
	switch {
	case ctx.Err() != nil:
		return err
	case errors.As(err, &closed), errors.Is(err, io.EOF):
		return &driver.Error{Kind: driver.KindConnection, Retryable: true, Err: err, Message: "the server closed the connection before it greeted",
			Hint: "The module's client_connected reducer may refuse clients; the server's log tells"}
	}
	return err
}

// guardedConn lets a handshake read no further than the end of its answer's header: what follows belongs to us.
type guardedConn struct {
	net.Conn
	got    []byte
	passed int
	end    int // of the header; 0: not known yet
	failed bool
	broken error
}

func (g *guardedConn) Read(p []byte) (int, error) {
	for g.passed == g.limit() {
		if g.end > 0 && !g.failed {
			return 0, io.EOF
		}
		chunk := make([]byte, 4096)
		n, err := g.Conn.Read(chunk)
		if n == 0 {
			g.broken = err
			return 0, err
		}
		g.got = append(g.got, chunk[:n]...)
		if at := bytes.Index(g.got, []byte("\r\n\r\n")); g.end == 0 && at >= 0 {
			g.end = at + 4
			line, _, _ := strings.Cut(string(g.got), "\r\n")
			g.failed = !strings.Contains(line, " 101")
		}
	}
	n := copy(p, g.got[g.passed:g.limit()])
	g.passed += n
	return n, nil
}

func (g *guardedConn) limit() int {
	if g.end > 0 && !g.failed {
		return g.end
	}
	return len(g.got)
}

func (g *guardedConn) left() []byte { return g.got[g.passed:] }

// SetDeadline does nothing: the context's end is seen to.
func (*guardedConn) SetDeadline(time.Time) error { return nil }
