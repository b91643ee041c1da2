package driver

import (
	"errors"
	"fmt"
)

// ErrorKind groups what can go wrong, the same for every system: it is the tag `error` of the
// metrics and the key of the counts in the result file.
type ErrorKind string

// The kinds of errors.
const (
	// KindUsage is a mistake in what the user asked for: a URL, an option, an operation.
	KindUsage ErrorKind = "usage"
	// KindUnreachable: nobody answers at that address, or not in time.
	KindUnreachable ErrorKind = "unreachable"
	// KindProtocol: somebody answers, but does not speak this system's protocol.
	KindProtocol ErrorKind = "protocol"
	// KindAuthentication: the target refused the user, the password or the token.
	KindAuthentication ErrorKind = "authentication"
	// KindPermission: the user may not do this.
	KindPermission ErrorKind = "permission"
	// KindTooManyConnections: the target has no connection left.
	KindTooManyConnections ErrorKind = "too_many_connections"
	// KindConnection: a connection that worked was lost.
	KindConnection ErrorKind = "connection"
	// KindTimeout: no reply within the timeout, ours or the server's.
	KindTimeout ErrorKind = "timeout"
	// KindCanceled: the run was ended while the request was in flight.
	KindCanceled ErrorKind = "canceled"
	// KindSerialization: the target gave up a transaction that may be tried again.
	KindSerialization ErrorKind = "serialization"
	// KindDeadlock: the target broke a deadlock at this transaction's expense.
	KindDeadlock ErrorKind = "deadlock"
	// KindConstraint: a unique, foreign key or check constraint was violated.
	KindConstraint ErrorKind = "constraint"
	// KindValidation: acknowledged, but not what the operation says it must be (rows).
	KindValidation ErrorKind = "validation"
	// KindNotFound: a table, key space, database or procedure does not exist.
	KindNotFound ErrorKind = "not_found"
	// KindResource: the target is out of memory, disk or another resource.
	KindResource ErrorKind = "resource"
	// KindStatement: the target rejects the statement for any other reason.
	KindStatement ErrorKind = "statement"
)

// Error is what a driver says went wrong. Message holds no password.
type Error struct {
	Kind ErrorKind
	// Code is the system's own: an SQLSTATE, the first word of a Redis error.
	Code string
	// Message says what was wrong, and with which value.
	Message string
	// Hint says what to do next; it may be empty.
	Hint string
	// OutcomeUnknown: the request may have been sent and no answer came, so the target
	// may or may not hold its effect.
	OutcomeUnknown bool
	// SessionLost: the session is only good for Close.
	SessionLost bool
	// Retryable: the same request may succeed when it is tried again on a session that works.
	Retryable bool
	// Err is the cause, where there is one.
	Err error
}

// Error is the message, with the system's code where there is one.
func (e *Error) Error() string {
	text := e.Message
	if e.Code != "" {
		text = fmt.Sprintf("%s (%s)", text, e.Code)
	}
	if e.Hint != "" {
		text += ". " + e.Hint
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of an error made by a driver, and KindStatement for any other.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindStatement
}

// Usagef is a KindUsage error.
func Usagef(format string, args ...any) *Error {
	return &Error{Kind: KindUsage, Message: fmt.Sprintf(format, args...)}
}
