package postgres

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgproto3"
)

// kindOf maps an SQLSTATE to a kind of error; retryable says whether the same transaction may succeed when it is tried again.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func kindOf(state string) (kind driver.ErrorKind, retryable bool) {
	switch state {
	case "40001":
		return driver.KindSerialization, true
	case "40P01":
		return driver.KindDeadlock, true
	case "57014", "55P03": // query_canceled, also by statement_timeout; lock_not_available, also by lock_timeout
		return driver.KindTimeout, false
	case "25P03", "57P05", "25P04": // idle_in_transaction_session_timeout, idle_session_timeout, transaction_timeout
		return driver.KindConnection, false
	case "57P01", "57P02", "57P04": // admin_shutdown, crash_shutdown, database_dropped
		return driver.KindConnection, false
	case "57P03": // cannot_connect_now: starting up or shutting down
		return driver.KindUnreachable, true
	case "53300": // too_many_connections
		return driver.KindTooManyConnections, false
	case "40002": // transaction_integrity_constraint_violation
		return driver.KindConstraint, false
	case "40003": // statement_completion_unknown: tried again, it might be done twice
		return driver.KindStatement, false
	case "42501": // insufficient_privilege
		return driver.KindPermission, false
	case "42P01", "3D000", "3F000", "42883", "42704": // undefined table, database, schema, function, object
		return driver.KindNotFound, false
	}
	if len(state) == 5 {
		switch state[:2] {
		case "08":
			return driver.KindConnection, false
		case "23":
			return driver.KindConstraint, false
		case "28":
			return driver.KindAuthentication, false
		case "40":
			return driver.KindSerialization, true
		case "53", "54", "58":
			return driver.KindResource, false
		}
	}
	return driver.KindStatement, false
}

// serverError makes an error of an ErrorResponse.
func serverError(body []byte) *driver.Error {
	var response pgproto3.ErrorResponse
	if err := response.Decode(body); err != nil {
		return &driver.Error{Kind: driver.KindProtocol, Message: "the server sent an error that cannot be read"}
	}
	e := &driver.Error{Code: response.Code, Message: response.Message, Hint: response.Hint}
	e.Kind, e.Retryable = kindOf(response.Code)
	if response.Code == "57014" && strings.Contains(response.Message, "user request") {
		e.Kind = driver.KindCanceled // pg_cancel_backend
	}
	if response.Detail != "" && e.Kind != driver.KindConstraint {
		e.Message += ": " + response.Detail
	}
	severity := response.SeverityUnlocalized
	if severity == "" {
		severity = response.Severity
	}
	switch {
	case severity == "FATAL" || severity == "PANIC":
		e.SessionLost = true
		e.OutcomeUnknown = true
	case response.Code == "40003" || response.Code == "08007": // servers that are spread over machines may not know themselves
		e.OutcomeUnknown = true
	}
	return e
}

// lostError makes an error of what the network said.
func lostError(address string, cause error) *driver.Error {
	e := &driver.Error{Kind: driver.KindConnection, SessionLost: true, OutcomeUnknown: true, Err: cause}
	var protocol *protocolError
	switch {
	case errors.As(cause, &protocol):
		e.Kind = driver.KindProtocol
		e.Message = fmt.Sprintf("%s does not speak PostgreSQL's protocol: %s", address, protocol.text)
	case errors.Is(cause, errCopy):
		e.Kind = driver.KindUsage
		e.Message = errCopy.Error()
	case errors.Is(cause, net.ErrClosed):
		e.Message = fmt.Sprintf("the session to %s was closed while the request was in flight", address)
	case errors.Is(cause, io.EOF), errors.Is(cause, io.ErrUnexpectedEOF):
		e.Message = fmt.Sprintf("the server at %s closed the connection", address)
	default:
		e.Message = fmt.Sprintf("the connection to %s was lost: %s", address, innermost(cause))
	}
	return e
}

// innermost is the text of the last cause: "connection reset by peer" instead of "read tcp 127.0.0.1:…->…: read: connection …".
func innermost(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
