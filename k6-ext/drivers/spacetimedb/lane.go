package spacetimedb

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
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
	reader *bufio.Reader
	watch  *watchdog.Watch
	body   bytes.Buffer
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
	return &lane{target: t, conn: conn, reader: bufio.NewReaderSize(conn, 8<<10), watch: watchdog.New(conn)}, nil
}

// close may be called by any goroutine, more than once.
func (l *lane) close() {
	if !l.closed.Swap(true) {
		l.watch.Close()
		_ = l.conn.Close()
	}
}

// answer is what came for a request. The body is good until the lane's next one.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// spacetime says whether the answer is surely one of SpacetimeDB.
func (a *answer) spacetime() bool { return a.header.Get("spacetime-identity") != "" }

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

// lost is why a lane can not be used any more; sent says whether the request may have reached the server.
type lost struct {
	cause *driver.Error
	sent  bool
}

// do sends a request and reads its answer, until the deadline of the watchdog's clock.
func (l *lane) do(ctx context.Context, deadline int64, request []byte) (a answer, failure *lost) {
	l.watch.Arm(ctx.Done(), deadline)
	n, err := l.conn.Write(request)
	if err == nil {
		a, err = l.read()
	}
	reason := l.watch.Disarm()
	if err == nil && reason != watchdog.None { // the answer was there before the watchdog
		err = l.conn.SetDeadline(time.Time{})
	}
	if err == nil {
		return a, nil
	}
	failure = &lost{cause: l.cause(ctx, err, reason), sent: n > 0}
	l.close()
	return a, failure
}

var errHungUp = protocolError("it closes the connection after each answer")

func (l *lane) read() (a answer, err error) {
	for {
		response, err := http.ReadResponse(l.reader, nil)
		if err != nil {
			return a, notHTTP(err)
		}
		if response.StatusCode >= 100 && response.StatusCode < 200 && response.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		l.body.Reset()
		_, err = l.body.ReadFrom(io.LimitReader(response.Body, maximumMessage))
		_ = response.Body.Close()
		if err != nil {
			return a, err
		}
		if response.Close {
			l.reader.Reset(closedReader{})
		}
		return answer{status: response.StatusCode, header: response.Header, body: l.body.Bytes()}, nil
	}
}

// closedReader is read after an answer that was said to be the last one.
type closedReader struct{}

func (closedReader) Read([]byte) (int, error) { return 0, io.EOF }

// notHTTP tells an answer that is none of HTTP from a connection that broke.
func notHTTP(err error) error {
	if _, network := err.(net.Error); network || err == io.EOF || err == io.ErrUnexpectedEOF {
		return err
	}
	return protocolError(fmt.Sprintf("it does not answer in HTTP (%v)", err))
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

// ask sends a request that is not on the hot path, on a lane of its own or a given one, and judges the answer: 200, or an error. Before a session is
// open, what breaks is that the server can not be reached.
func (t *target) ask(ctx context.Context, l *lane, deadline int64, request []byte) (answer, error) {
	a, failure := l.do(ctx, deadline, request)
	if failure != nil {
		return a, failure.cause
	}
	if a.status == http.StatusOK {
		return a, nil
	}
	return a, t.refusal(&a)
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
