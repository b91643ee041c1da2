package dbmark

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/sobek"
	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/strict"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// client is one VU's session for single calls from JavaScript (`Client` in index.d.ts). The session is opened at the first call.
type client struct {
	module     *moduleInstance
	system     string
	target     driver.Target
	operations []workload.Operation
	program    driver.Program
	session    driver.Session
	sampler    *operationSampler
	// tags are what k6 gave each sample when the sampler was made.
	tags *metrics.TagSet
	// prepared: the session knows the program's operations.
	prepared bool
	timeout  time.Duration
	closed   bool
}

// connect is `connect` in index.d.ts.
func (m *moduleInstance) connect(call sobek.FunctionCall) sobek.Value {
	var options struct {
		Mode                       string  `json:"mode"`
		TimeoutMilliseconds        float64 `json:"timeoutMilliseconds"`
		ConnectTimeoutMilliseconds float64 `json:"connectTimeoutMilliseconds"`
	}
	m.decode(call.Argument(1), &options, "the options of connect")
	url, ok := call.Argument(0).Export().(string)
	if !ok {
		m.throw(driver.Usagef("the target of connect is %v; expected a URL like \"postgres://127.0.0.1:5432/postgres\"", call.Argument(0)))
	}
	found, err := m.root.registry.Find(url)
	if err != nil {
		m.throw(err)
	}
	c := &client{module: m, system: found.System(), timeout: duration(options.TimeoutMilliseconds, driver.DefaultTimeout)}
	c.target, err = found.Open(driver.Config{
		URL: url, Mode: options.Mode, Timeout: c.timeout,
		ConnectTimeout: duration(options.ConnectTimeoutMilliseconds, driver.DefaultConnectTimeout),
	})
	if err != nil {
		m.throw(err)
	}
	c.compile(call.Argument(2))
	return m.object(map[string]func(sobek.FunctionCall) sobek.Value{
		"query": c.query, "execute": c.execute, "call": c.call, "readTable": c.readTable, "close": c.close,
	})
}

// decode reads an optional argument; what is not known in it is an error.
func (m *moduleInstance) decode(value sobek.Value, into any, what string) {
	if sobek.IsUndefined(value) || sobek.IsNull(value) {
		return
	}
	if err := strict.Decode(m.exportJSON(value), into); err != nil {
		m.throw(driver.Usagef("%s cannot be read: %v", what, err))
	}
}

func duration(milliseconds float64, otherwise time.Duration) time.Duration {
	if milliseconds <= 0 {
		return otherwise
	}
	return time.Duration(milliseconds * float64(time.Millisecond))
}

// compile checks the operations that call may name.
func (c *client) compile(declared sobek.Value) {
	if sobek.IsUndefined(declared) || sobek.IsNull(declared) {
		return
	}
	decoded, err := workload.DecodeOperations(c.module.exportJSON(declared))
	if err != nil {
		c.module.throw(err)
	}
	c.operations = decoded.Operations
	if c.program, err = c.target.Compile(decoded.DriverOperations()); err != nil {
		c.module.throw(err)
	}
}

// usable refuses calls that cannot be made.
func (c *client) usable(method string) {
	if c.closed {
		c.module.throw(driver.Usagef("%s() was called on a client that is closed; connect again", method))
	}
	if c.module.vu.State() == nil {
		c.module.throw(driver.Usagef("%s() was called in the init context; call it in setup(), the default function or teardown()", method))
	}
}

// need opens the session where there is none. It stays open until close, or the end of the process: k6 does not tell an
// extension when a VU ends. The declared operations are prepared with it. A query or execute does without where that fails, because it may
// be about to make the tables that they need; then the first call opens a session of its own.
func (c *client) need(ctx context.Context, calling bool) driver.Session {
	if c.session != nil && calling && !c.prepared {
		c.drop(ctx)
	}
	if c.session == nil {
		session, err := c.target.OpenSession(ctx, c.program)
		c.prepared = true
		if err != nil && !calling && c.program != nil && refusedStatement(err) {
			session, err = c.target.OpenSession(ctx, nil)
			c.prepared = false
		}
		if err != nil {
			c.module.throw(err)
		}
		c.session = session
	}
	return c.session
}

// refusedStatement says whether a target that answered did not like a statement that was to be prepared.
func refusedStatement(err error) bool {
	switch driver.KindOf(err) {
	case driver.KindNotFound, driver.KindStatement, driver.KindPermission:
		return true
	default:
		return false
	}
}

// drop forgets a session that was lost, so that the next call connects anew.
func (c *client) drop(ctx context.Context) {
	if c.session != nil {
		_ = c.session.Close(ctx)
		c.session = nil
	}
}

func (c *client) query(call sobek.FunctionCall) sobek.Value {
	c.usable("query")
	return c.module.rowsOf(c.ask(call))
}

func (c *client) execute(call sobek.FunctionCall) sobek.Value {
	c.usable("execute")
	return c.module.vu.Runtime().ToValue(c.ask(call).RowsAffected)
}

// ask runs an ad-hoc statement or command with the call's further arguments.
func (c *client) ask(call sobek.FunctionCall) *driver.ResultSet {
	ctx := c.module.vu.Context()
	var statement driver.Statement
	switch what := call.Argument(0).Export().(type) {
	case string:
		statement.Text = what
	case []any:
		for _, word := range what {
			statement.Command = append(statement.Command, fmt.Sprint(word))
		}
	default:
		c.module.throw(driver.Usagef("a statement is a string, a command an array of strings; got %v", call.Argument(0)))
	}
	if len(call.Arguments) > 1 {
		for i, argument := range call.Arguments[1:] {
			statement.Arguments = append(statement.Arguments, c.module.argument(argument, fmt.Sprintf("argument %d", i+1)))
		}
	}
	result, err := c.need(ctx, false).Query(ctx, statement)
	if err != nil {
		if lost(err) {
			c.drop(ctx)
		}
		c.module.throw(err)
	}
	return result
}

// readTable tells how a table is made.
func (c *client) readTable(call sobek.FunctionCall) sobek.Value {
	c.usable("readTable")
	reader, ok := c.target.(driver.TableReader)
	if !ok {
		c.module.throw(driver.Usagef("%s has no tables to read", c.system))
	}
	definition, err := reader.ReadTable(c.module.vu.Context(), call.Argument(0).String())
	if err != nil {
		c.module.throw(err)
	}
	return c.module.toJS(definition)
}

// call runs one declared operation, and records the same metrics as the native loop in its mode `operations`.
func (c *client) call(call sobek.FunctionCall) sobek.Value {
	c.usable("call")
	ctx := c.module.vu.Context()
	number := c.find(call.Argument(0).String())
	declared := &c.operations[number]
	given := call.Arguments[1:]
	if len(given) != len(declared.Parameters) {
		c.module.throw(driver.Usagef("operation %q takes %d parameters, got %d", declared.Name, len(declared.Parameters), len(given)))
	}
	request := driver.Request{Operation: number, Parameters: make([]driver.Value, len(given))}
	for i, argument := range given {
		where := fmt.Sprintf("parameter %q of operation %q", declared.Parameters[i].Name, declared.Name)
		if err := driver.SetAny(&request.Parameters[i], c.module.argument(argument, where)); err != nil {
			c.module.throw(driver.Usagef("%s: %v", where, err))
		}
	}
	session := c.need(ctx, true)
	started := time.Now()
	completion := driver.Completion{Err: session.Submit(ctx, &request)}
	if completion.Err == nil {
		completion = session.Deliver(ctx, nil)[0]
	}
	took := time.Since(started)
	c.observe(number, &completion, took)
	if completion.Err != nil {
		if completion.Err.SessionLost {
			c.drop(ctx)
		}
		c.module.throw(completion.Err)
	}
	return c.module.vu.Runtime().ToValue(map[string]any{
		"rowsRead": completion.RowsRead, "rowsWritten": completion.RowsWritten,
		"bytesRead": completion.BytesRead, "bytesWritten": completion.BytesWritten,
		"latency": milliseconds(took),
	})
}

func (c *client) find(name string) int {
	var known []string
	for i := range c.operations {
		if c.operations[i].Name == name {
			return i
		}
		known = append(known, strconv.Quote(c.operations[i].Name))
	}
	if len(known) == 0 {
		c.module.throw(driver.Usagef("operation %q was not declared: call() needs the operations as connect's third argument", name))
	}
	c.module.throw(driver.Usagef("operation %q was not declared when the client was made; known are %s", name, strings.Join(known, ", ")))
	return -1
}

// observe records one call. A closed loop of one: its response time is its service time.
func (c *client) observe(number int, completion *driver.Completion, took time.Duration) {
	state := c.module.vu.State()
	// A script may change its VU's tags, or enter a group, between calls. Sets of tags are interned: equal ones are the same.
	if tags := state.Tags.GetCurrentValues().Tags; c.sampler == nil || tags != c.tags {
		var operations []taggedOperation
		for i := range c.operations {
			operations = append(operations, taggedOperation{c.operations[i].Name, c.operations[i].Kind, c.operations[i].Check})
		}
		c.tags = tags
		c.sampler = newOperationSampler(state, c.module.metrics, newTagging(tags, c.system, instanceOf(state.Options), "", operations))
	}
	o := record.Observation{
		Operation: number, Phase: record.Measure, Service: took, Response: took, Lag: -1, Attempts: 1,
		RowsRead: completion.RowsRead, RowsWritten: completion.RowsWritten,
		BytesRead: completion.BytesRead, BytesWritten: completion.BytesWritten,
	}
	if completion.Err != nil {
		o.ErrorKind, o.Unknown = completion.Err.Kind, completion.Err.OutcomeUnknown
	}
	c.sampler.Observe(&o)
	c.sampler.flush()
}

func (c *client) close(sobek.FunctionCall) sobek.Value {
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	if c.closed {
		return sobek.Undefined()
	}
	c.drop(ctx)
	c.closed = true
	if err := c.target.Close(); err != nil {
		c.module.throw(err)
	}
	return sobek.Undefined()
}
