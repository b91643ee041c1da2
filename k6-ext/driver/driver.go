// Package driver is the contract between the workload loop and a system under
// test. A driver knows one kind of system and nothing of k6: it opens targets,
// a target opens sessions, a session submits requests and delivers their
// completions, one or several in flight.
//
// The contract is asynchronous because some systems are: a request-reply system
// sends in Submit and reads in Deliver, a message-based one matches replies as they
// come. Everything a system may lack (data sets, table definitions, events)
// is an interface of its own, found by type assertion.
package driver

import (
	"context"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
)

// Driver is one kind of system: it turns a URL into a Target.
type Driver interface {
	// System is the name used in files, tags and errors, for example "postgres".
	System() string
	// Schemes are the URL schemes that name this system.
	Schemes() []string
	// Library names the client library and its version, for the result file.
	Library() Library
	// Open checks the configuration and returns a Target without connecting.
	// What is wrong with the URL or its options is an *Error of KindUsage.
	Open(Config) (Target, error)
}

// Library is the client library a driver is built on.
type Library struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Config is what a user says about a target.
type Config struct {
	// URL names the target; it may hold a password, so it never leaves the driver
	// except through Redact.
	URL string
	// Timeout limits one attempt of one request, from Submit to its completion. Zero means
	// DefaultTimeout.
	Timeout time.Duration
	// ConnectTimeout limits opening one session. Zero means DefaultConnectTimeout.
	ConnectTimeout time.Duration
	// Mode is the system's way to send statements ("prepared", "statement", "simple" for
	// SQL systems); empty is the system's default. Unknown values are refused by Open.
	Mode string
}

// The limits that hold where a user names none.
const (
	DefaultTimeout        = 30 * time.Second
	DefaultConnectTimeout = 10 * time.Second
)

// Target is one system under test, named by a URL. Its methods may be called by several
// goroutines at once.
type Target interface {
	// URL is the target's URL with its password replaced.
	URL() string
	// Describe connects once and says what answers there. It is the check
	// that the target can be reached, lets us in, and is what the URL says it is.
	Describe(context.Context) (Server, error)
	// Compile checks a workload's operations against what this system can do and
	// makes of them whatever its sessions need. It does not connect.
	Compile([]Operation) (Program, error)
	// OpenSession connects, and prepares every statement of the program. A nil program gives a
	// session for Query alone.
	OpenSession(context.Context, Program) (Session, error)
	// Close releases what the target holds besides its sessions.
	Close() error
}

// Persistent is a Target that says how hard to try before an operation fails because its session was lost and there is no other one.
type Persistent interface {
	Target
	// Reconnects is how often connecting anew is tried again where it failed with a retryable error, and the wait before each further attempt.
	Reconnects() (retries int, delay time.Duration)
}

// Program is a workload compiled by one Target for its sessions; opaque to everybody else.
type Program interface {
	// MaximumDepth is the most requests that one session may have in flight with this
	// program: 1 where an operation needs the session for itself (a transaction).
	MaximumDepth() int
}

// Looping is a Program that says itself whether its sessions fare better on loops than on goroutines: a system whose requests wait for messages does
// with any number of workers. For other programs, loops are used where they have been seen to pay for request-reply systems.
type Looping interface {
	Program
	// Loops says so for sessions with up to that many requests in flight.
	Loops(depth int) bool
}

// Server says what answered, and which of its settings matter when figures are compared.
type Server struct {
	// Product is the name the server gives itself: "PostgreSQL", "Redis".
	Product string `json:"product"`
	Version string `json:"version"`
	// Settings that matter: durability, isolation, consistency, memory, parallelism.
	Settings map[string]string `json:"settings"`
	// MaximumConnections the server allows to this user; 0 when it has no limit or does not say.
	MaximumConnections int `json:"maximumConnections"`
	// UsedConnections are those in use now, without our own.
	UsedConnections int `json:"usedConnections"`
	// Address is the host:port that was connected to; empty where the target has none.
	Address string `json:"-"`
	// Mode in which statements are sent, the default one by its name; empty where the system has only one way.
	Mode string `json:"-"`
	// ProcessID of the server when it says so, else 0. Only good on the same host.
	ProcessID int `json:"processId,omitempty"`
}

// Session is one connection with its prepared statements. It belongs to one goroutine
// at a time, except Close, which any goroutine may call, and which makes a
// blocked Deliver return.
//
// Every request that Submit accepted (returned nil for) is delivered exactly once, whatever happens: when
// the connection is lost, each request in flight is delivered with an error that
// says so (Error.SessionLost). After that the session is only good for Close.
type Session interface {
	// Submit sends one request, without waiting for its reply. It may keep it in a buffer
	// until the next Deliver. The request and its parameters belong to the session until
	// they are delivered. An error means that nothing was sent and nothing will be delivered.
	Submit(context.Context, *Request) *Error
	// Deliver sends what Submit kept back, waits until at least one request is
	// complete, and appends every completion that is there to dst. It returns within
	// the target's timeout, and soon after the context ends: then what is
	// in flight is delivered with KindTimeout or KindCanceled, its outcome unknown. With nothing
	// in flight it returns dst at once.
	Deliver(ctx context.Context, dst []Completion) []Completion
	// Query runs one statement outside of the program and returns its rows: for
	// pools, counts, checks, and calls from JavaScript. Nothing may be in flight.
	Query(context.Context, Statement) (*ResultSet, error)
	// Close says goodbye where the protocol has a way to, within the context, and
	// frees the connection. It may be called more than once.
	Close(context.Context) error
}

// Multiplexed is a Session that can wait as a task, so that many sessions share a thread.
type Multiplexed interface {
	Session
	// Multiplex makes the session wait as the task does; nil: as sessions do otherwise. False: it cannot, and waits as before (its
	// connection has something between it and the socket). While a task is set, nothing but that task may use the
	// session, except Close.
	Multiplex(*multiplex.Task) bool
}

// Request is one attempt of one operation.
type Request struct {
	// Operation is the index of the operation in the slice that was compiled.
	Operation int
	// Parameters are the operation's shared parameters, in their declared order.
	// Sessions may write to those that a step captures.
	Parameters []Value
	// Tag is the caller's own; it comes back in the completion.
	Tag uint64
	// Index of the operation in the run; drivers have no use for it.
	Index int64
}

// Completion is the end of one request.
type Completion struct {
	Tag uint64
	// RowsRead is the number of rows (or records, or elements) the target returned.
	RowsRead int64
	// RowsWritten is the number of rows the target says it inserted, changed or removed.
	RowsWritten int64
	// BytesRead and BytesWritten are payload: values and statements, without framing
	// where the driver can tell them apart at no cost.
	BytesRead, BytesWritten int64
	// Err is nil when the target acknowledged the operation.
	Err *Error
}

// Statement is one ad-hoc statement or command with its arguments, for Query.
type Statement struct {
	// Text is the statement, for systems with a language.
	Text string
	// Command is the command and its arguments, for systems without.
	Command []string
	// Arguments fill the statement's placeholders. Accepted types: nil, bool, int64,
	// float64, string, []byte, time.Time, and []any of one of these for an array.
	Arguments []any
}

// ResultSet holds the rows of one statement: values are nil, bool, int64, float64,
// string, []byte, time.Time, or, for nested replies, []any and map[string]any.
type ResultSet struct {
	Columns      []string
	Rows         [][]any
	RowsAffected int64
}
