package postgres

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgconn"
)

// attempt is one try to connect: the addresses that were dialled and what came back.
type attempt struct {
	mutex sync.Mutex
	conns []*eavesdropper
}

// eavesdropper remembers the first bytes that a server sent: they tell what kind of server it is.
type eavesdropper struct {
	net.Conn
	address string
	mutex   sync.Mutex
	first   []byte
}

const overheard = 64

func (e *eavesdropper) Read(p []byte) (int, error) {
	n, err := e.Conn.Read(p)
	e.mutex.Lock()
	if room := overheard - len(e.first); room > 0 {
		e.first = append(e.first, p[:min(n, room)]...)
	}
	e.mutex.Unlock()
	return n, err
}

func (a *attempt) add(address string, conn net.Conn, err error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	e := &eavesdropper{address: address}
	if err == nil {
		e.Conn = conn
	}
	a.conns = append(a.conns, e)
}

func (a *attempt) last() *eavesdropper {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if len(a.conns) == 0 {
		return nil
	}
	return a.conns[len(a.conns)-1]
}

// telling is the attempt that tells most: the last that reached somebody, or else the last.
func (a *attempt) telling() *eavesdropper {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for i := len(a.conns) - 1; i >= 0; i-- {
		if a.conns[i].Conn != nil {
			return a.conns[i]
		}
	}
	if len(a.conns) == 0 {
		return nil
	}
	return a.conns[len(a.conns)-1]
}

// connectError says why no connection came about.
func (t *target) connectError(ctx context.Context, a *attempt, err error) *driver.Error {
	where := address(t.config.Host, t.config.Port)
	last := a.telling()
	if last != nil {
		where = last.address
	}
	e := &driver.Error{Kind: driver.KindUnreachable, SessionLost: true, Err: withoutText{err}}
	var refused *pgconn.PgError
	var unknownHost *net.DNSError
	var certificate *tls.CertificateVerificationError
	var certificateHost x509.HostnameError
	var record tls.RecordHeaderError
	switch text := err.Error(); {
	case errors.As(err, &refused):
		return t.refusal(refused, where)
	case errors.Is(ctx.Err(), context.Canceled):
		e.Kind = driver.KindCanceled
		e.Message = "connecting to " + where + " was canceled"
	case errors.As(err, &unknownHost):
		e.Message = fmt.Sprintf("the host %q is not known", unknownHost.Name)
		e.Hint = "Check the host in the target's URL"
	case strings.Contains(text, "server refused TLS connection") && t.insistsOnTLS() && last.isPostgres():
		e.Kind = driver.KindProtocol
		e.Message = fmt.Sprintf("the server at %s does not support TLS, which the URL asks for (sslmode)", where)
		e.Hint = "Switch TLS on in the server (ssl = on), or use sslmode=prefer or sslmode=disable"
	case errors.As(err, &certificate), errors.As(err, &certificateHost), errors.As(err, &record):
		e.Kind = driver.KindProtocol
		e.Message = fmt.Sprintf("no TLS connection to %s: %s", where, innermost(err))
		e.Hint = "Check sslmode and sslrootcert in the target's URL"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		e.Message = "nothing listens on " + where
		e.Hint = "Start PostgreSQL there, or check the host and the port in the target's URL"
	case timedOut(ctx, err), brokenOff(err):
		// Also in the middle of authenticating: nobody was refused.
		t.unanswered(ctx, e, last, where, err)
	case strings.Contains(text, "SASL") || strings.Contains(text, "authentication method") || strings.Contains(text, "require_auth") || strings.Contains(text, "channel binding"):
		e.Kind = driver.KindAuthentication
		e.Message = fmt.Sprintf("the server at %s and the URL agree on no way to authenticate: %s", where, innermost(err))
	default:
		t.unanswered(ctx, e, last, where, err)
	}
	return e
}

// insistsOnTLS says that no way to connect is without TLS: with sslmode=prefer, a refusal of TLS is not what ended the attempt.
func (t *target) insistsOnTLS() bool {
	insists := t.config.TLSConfig != nil
	for _, fallback := range t.config.Fallbacks {
		insists = insists && fallback.TLSConfig != nil
	}
	return insists
}

// unanswered tells a silent server from one that speaks something else.
func (t *target) unanswered(ctx context.Context, e *driver.Error, last *eavesdropper, where string, err error) {
	heard := last.heard()
	if len(heard) == 0 && last != nil && last.Conn != nil && !strings.HasPrefix(where, "/") {
		heard = probe(where)
	}
	if what := speaks(heard); what != "" {
		e.Kind = driver.KindProtocol
		e.Message = fmt.Sprintf("the server at %s is not PostgreSQL: it answers like %s", where, what)
		e.Hint = "Check the port in the target's URL"
		return
	}
	late := timedOut(ctx, err)
	switch {
	case late && last != nil && last.Conn != nil && len(heard) == 0:
		e.Message = fmt.Sprintf("the server at %s accepts connections but does not answer within %v", where, t.connectTimeout)
		e.Hint = "It may be stopped, overloaded, or no PostgreSQL"
	case late:
		e.Message = fmt.Sprintf("no connection to %s within %v", where, t.connectTimeout)
		e.Hint = "Check the host, the port and firewalls on the way, or give more time to connect"
	case brokenOff(err):
		e.Message = fmt.Sprintf("the server at %s closed the connection before we were let in", where)
		e.Hint = "It may be shutting down, or be a proxy without a server behind it, or no PostgreSQL"
	default:
		e.Message = fmt.Sprintf("no connection to %s: %s", where, innermost(err))
	}
}

// timedOut says whether connecting took too long.
func timedOut(ctx context.Context, err error) bool {
	return ctx.Err() != nil || pgconn.Timeout(err) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

// brokenOff says whether the other side ended the connection.
func brokenOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// refusal is the error of a server that does not let us in.
func (t *target) refusal(refused *pgconn.PgError, where string) *driver.Error {
	e := &driver.Error{Code: refused.Code, Message: where + ": " + refused.Message, Hint: refused.Hint, SessionLost: true}
	e.Kind, e.Retryable = kindOf(refused.Code)
	switch {
	case e.Kind == driver.KindAuthentication && strings.Contains(refused.Message, "no encryption"):
		e.Hint = "The server may want TLS: add sslmode=require to the target's URL"
	case refused.Code == "28P01":
		e.Hint = "Check the user and the password in the target's URL, in PGPASSWORD or in the file that PGPASSFILE names"
	case e.Kind == driver.KindNotFound:
		e.Hint = "Check the database in the target's URL, or create it"
	case e.Kind == driver.KindTooManyConnections:
		e.Hint = "Use fewer workers or connections, or raise max_connections of the server"
	case refused.Code == "57P03":
		e.Hint = "The server is starting up or shutting down; try again"
	case e.Kind == driver.KindStatement || e.Kind == driver.KindConnection:
		e.Kind = driver.KindUnreachable
	}
	return e
}

func (e *eavesdropper) heard() []byte {
	if e == nil {
		return nil
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return bytes.Clone(e.first)
}

// isPostgres: the reply to the wish for TLS is one letter.
func (e *eavesdropper) isPostgres() bool {
	heard := e.heard()
	return len(heard) > 0 && heard[0] == 'N' || len(heard) == 0
}

// speaks names what a server speaks by its first bytes; empty when nothing came or it may be PostgreSQL.
func speaks(first []byte) string {
	switch {
	case len(first) == 0:
		return ""
	case bytes.HasPrefix(first, []byte("HTTP/")), bytes.HasPrefix(first, []byte("<html")), bytes.HasPrefix(first, []byte("<!DOC")):
		return "an HTTP server"
	case bytes.HasPrefix(first, []byte("+PONG")), bytes.HasPrefix(first, []byte("-ERR")), bytes.HasPrefix(first, []byte("-NOAUTH")), bytes.HasPrefix(first, []byte("-DENIED")):
		return "Redis"
	case bytes.HasPrefix(first, []byte("SSH-")):
		return "an SSH server"
	case len(first) > 5 && first[3] == 0 && first[4] == 10:
		return "MySQL or MariaDB"
	case bytes.IndexByte([]byte("NSREv"), first[0]) < 0:
		return fmt.Sprintf("something else (%q)", first[:min(len(first), 16)])
	}
	return ""
}

// probe asks a server that does not answer PostgreSQL's greeting in a way that Redis and HTTP servers answer.
func probe(address string) []byte {
	const limit = 500 * time.Millisecond
	conn, err := net.DialTimeout("tcp", address, limit)
	if err != nil {
		return nil
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(limit))
	if _, err := conn.Write([]byte("PING\r\n\r\n")); err != nil {
		return nil
	}
	first := make([]byte, overheard)
	n, _ := conn.Read(first)
	return first[:n]
}

// withoutText is a cause that can be examined but not printed: pgconn's texts name the whole
// configuration.
type withoutText struct{ error }

func (withoutText) Error() string   { return "connecting failed" }
func (w withoutText) Unwrap() error { return w.error }
