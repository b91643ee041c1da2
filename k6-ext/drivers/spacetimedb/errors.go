package spacetimedb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// protocolError is what does not belong into the protocol.
type protocolError string

func (e protocolError) Error() string { return string(e) }

// closedError is the server's goodbye on a WebSocket.
type closedError struct {
	code   int
	reason string
}

func (e closedError) Error() string {
	return fmt.Sprintf("the server closed the connection: %s (%d)", e.reason, e.code)
}

// reducerError makes an error of what a reducer, or the server about it, answered to a call.
func reducerError(reducer, message string) *driver.Error {
	e := &driver.Error{Kind: driver.KindStatement, Code: "reducer", Message: fmt.Sprintf("reducer %s failed: %s", reducer, strings.TrimRight(message, " .\n"))}
	switch lower := strings.ToLower(message); {
	case strings.Contains(lower, "no such reducer"):
		e.Kind, e.Code, e.Hint = driver.KindNotFound, "", "Publish the module anew"
	case strings.Contains(lower, "invalid arguments"):
		e.Code = "arguments"
	case strings.Contains(lower, "unique constraint violation") || strings.Contains(lower, "already exists"):
		e.Kind = driver.KindConstraint
	}
	return e
}

var errNoEnergy = &driver.Error{Kind: driver.KindResource, Code: "energy", Message: "the database has no energy left", Hint: "Give its owner energy"}

// queryError makes an error of what the server said about SQL.
func queryError(message string) *driver.Error {
	e := &driver.Error{Kind: driver.KindStatement, Message: "SpacetimeDB: " + strings.TrimRight(message, " .\n")}
	switch lower := strings.ToLower(message); {
	case strings.Contains(lower, "no such table") || strings.Contains(lower, "is not a valid table") || strings.Contains(lower, "not found"):
		e.Kind = driver.KindNotFound
	case strings.Contains(lower, "not authorized") || strings.Contains(lower, "unauthorized"):
		e.Kind = driver.KindPermission
	case strings.Contains(lower, "unique constraint violation"):
		e.Kind = driver.KindConstraint
	}
	return e
}

// connectionError makes an error of what ended a connection that worked.
func connectionError(err error) *driver.Error {
	var protocol protocolError
	var closed closedError
	switch {
	case errors.As(err, &protocol):
		return &driver.Error{Kind: driver.KindProtocol, Message: "the server does not keep to the protocol any more: " + string(protocol),
			SessionLost: true, Err: err}
	case errors.As(err, &closed):
		return &driver.Error{Kind: driver.KindConnection, Message: closed.Error(), SessionLost: true, Retryable: true, Err: err}
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return &driver.Error{Kind: driver.KindConnection, Message: "the server closed the connection", SessionLost: true, Retryable: true, Err: err}
	default:
		return &driver.Error{Kind: driver.KindConnection, Message: "the connection was lost: " + err.Error(), SessionLost: true, Retryable: true, Err: err}
	}
}

// connectError makes an error of what kept a connection from being made.
func (t *target) connectError(ctx context.Context, err error) *driver.Error {
	var own *driver.Error
	var protocol protocolError
	var dns *net.DNSError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &driver.Error{Kind: driver.KindCanceled, Message: "canceled while connecting to " + t.address, Err: err}
	case errors.As(err, &own):
		return own
	case errors.As(err, &protocol):
		return t.notSpacetime(string(protocol), err)
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded):
		return &driver.Error{Kind: driver.KindUnreachable, Retryable: true, Err: err,
			Message: fmt.Sprintf("nobody answers at %s in time", t.address), Hint: "Check host and port, or raise the connect timeout"}
	case errors.As(err, &dns):
		return &driver.Error{Kind: driver.KindUnreachable, Message: fmt.Sprintf("host of %s is not known", t.address),
			Hint: "Check the host name in the URL", Err: err}
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return &driver.Error{Kind: driver.KindUnreachable, Retryable: true, Err: err,
			Message: fmt.Sprintf("the server at %s closed the connection without an answer", t.address),
			Hint:    "Check the port, and whether it wants TLS (spacetimedbs://) or not (spacetimedb://)"}
	default:
		return &driver.Error{Kind: driver.KindUnreachable, Retryable: true, Message: fmt.Sprintf("can not connect to %s: %v", t.address, err),
			Hint: "Check that the server runs and listens there", Err: err}
	}
}

func (t *target) notSpacetime(why string, err error) *driver.Error {
	return &driver.Error{Kind: driver.KindProtocol, Err: err,
		Message: fmt.Sprintf("the server at %s is not SpacetimeDB: %s", t.address, why),
		Hint:    "Check the port, and whether it wants TLS (spacetimedbs://) or not (spacetimedb://)"}
}

// endedKind is the kind of error of a context that is over.
func endedKind(ctx context.Context) driver.ErrorKind {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return driver.KindTimeout
	}
	return driver.KindCanceled
}
