package spacetimedb

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// lane is one HTTP connection, for one request at a time.
type lane struct {
	target *target
	conn   net.Conn
	from   *source
	reader *bufio.Reader
	watch  *watchdog.Watch
	body   bytes.Buffer
	final  bool // the server closes the connection after its answer
	closed atomic.Bool
}

// openLane connects, within the connect timeout.
func (t *target) openLane(ctx context.Context) (*lane, error) {
	limited, cancel := context.WithTimeout(ctx, t.connectTimeout)
	defer cancel()
	conn, err := t.dial(limited)
	if err != nil {
		return nil, t.connectError(ctx, err)
	}
	from := &source{conn}
	return &lane{target: t, conn: conn, from: from, reader: bufio.NewReaderSize(from, 8<<10), watch: watchdog.New(conn)}, nil
}

// close may be called by any goroutine, more than once.
func (l *lane) close() {
	if !l.closed.Swap(true) {
		l.watch.Close()
		_ = l.conn.Close()
	}
}

// appendRequest appends a request of HTTP/1.1. A content type is only given with a body.
func (t *target) appendRequest(to []byte, method, path, token, contentType string, body []byte) []byte {
	to = t.appendHead(to, method, path, token, contentType)
	return appendBody(to, body)
}

// appendHead appends what is the same for all requests of one kind; appendBody must follow.
func (t *target) appendHead(to []byte, method, path, token, contentType string) []byte {
	to = append(append(append(append(to, method...), ' '), path...), " HTTP/1.1\r\nHost: "...)
	to = append(append(to, t.address...), "\r\n"...)
	if token != "" {
		to = append(append(append(to, "Authorization: Bearer "...), token...), "\r\n"...)
	}
	if contentType != "" {
		to = append(append(append(to, "Content-Type: "...), contentType...), "\r\n"...)
	}
	return append(to, "Content-Length: "...)
}

func appendBody(to, body []byte) []byte {
	to = strconv.AppendInt(to, int64(len(body)), 10)
	return append(append(to, "\r\n\r\n"...), body...)
}

// do sends a request and reads its answer, until the deadline of the watchdog's clock. After a failure, whose outcome is unknown, the lane is closed.
func (l *lane) do(ctx context.Context, deadline int64, request []byte) (a answer, failure *driver.Error) {
	l.watch.Arm(ctx.Done(), deadline)
	_, err := l.conn.Write(request)
	if err == nil {
		a, err = l.read()
	} else if early, readErr := l.read(); readErr == nil {
		// A server that does not want all of a request may have said why before it hung up.
		a, err, l.final = early, nil, true
	}
	reason := l.watch.Disarm()
	if err == nil && reason != watchdog.None { // the answer was there before the watchdog
		err = l.conn.SetDeadline(time.Time{})
	}
	if err == nil {
		if l.final {
			l.close()
		}
		return a, nil
	}
	failure = l.cause(ctx, err, reason)
	failure.OutcomeUnknown = true
	l.close()
	return a, failure
}

func (l *lane) read() (answer, error) {
	h, err := readAnswer(l.reader, &l.body)
	l.final = h.final
	return h.answer, err
}

func (l *lane) cause(ctx context.Context, err error, reason watchdog.Reason) *driver.Error {
	switch {
	case l.closed.Load():
		return &driver.Error{Kind: driver.KindCanceled, Message: "the session was closed while the request was in flight", SessionLost: true}
	case reason == watchdog.Timeout:
		return &driver.Error{Kind: driver.KindTimeout, SessionLost: true, Retryable: true,
			Message: fmt.Sprintf("no answer within %v", l.target.timeout)}
	case reason == watchdog.Canceled:
		return &driver.Error{Kind: endedKind(ctx), Message: "the context was over while the request was in flight", SessionLost: true, Err: ctx.Err()}
	default:
		return connectionError(err)
	}
}

// refusal makes an error of an answer that is not 200, to whatever was asked about the database.
func (t *target) refusal(a *answer) *driver.Error {
	text := shorten(a.body)
	switch a.status {
	case http.StatusUnauthorized:
		return &driver.Error{Kind: driver.KindAuthentication, Code: "401", Message: "SpacetimeDB refused the token: " + text,
			Hint: "Give one that this server made, or none: a guest's identity is enough for reducers and public tables"}
	case http.StatusForbidden:
		return &driver.Error{Kind: driver.KindPermission, Code: "403", Message: "SpacetimeDB refused: " + text}
	case http.StatusNotFound:
		return &driver.Error{Kind: driver.KindNotFound, Code: "404", Message: fmt.Sprintf("there is no database %q at %s", t.database, t.address),
			Hint: "Publish one: npx dbmark run spacetimedb --target " + t.url + " does"}
	case http.StatusRequestEntityTooLarge:
		return &driver.Error{Kind: driver.KindStatement, Code: "413", Message: "the server takes no request of that size over HTTP: " + text,
			Hint: "Send less, or use a WebSocket, which takes messages of 32 MB"}
	case http.StatusPaymentRequired:
		return errNoEnergy
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusInternalServerError:
		return &driver.Error{Kind: driver.KindResource, Code: strconv.Itoa(a.status), Message: "SpacetimeDB can not serve it: " + text, Retryable: a.status != http.StatusInternalServerError}
	default:
		return &driver.Error{Kind: driver.KindStatement, Code: strconv.Itoa(a.status), Message: "SpacetimeDB: " + text}
	}
}

// shorten makes one line of what a server said.
func shorten(text []byte) string {
	line := string(bytes.Join(bytes.Fields(text), []byte(" ")))
	if len(line) > 400 {
		line = line[:400] + "…"
	}
	if line == "" {
		line = "it did not say why"
	}
	return line
}
