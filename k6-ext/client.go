package dbmark

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/grafana/sobek"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/record"
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
	timeout    time.Duration
	closed     bool
}

// connect is `connect` in index.d.ts.
func (m *moduleInstance) connect(call sobek.FunctionCall) sobek.Value {
	var options struct {
		Mode                       string  `json:"mode"`
		TimeoutMilliseconds        float64 `json:"timeoutMilliseconds"`
		ConnectTimeoutMilliseconds float64 `json:"connectTimeoutMilliseconds"`
	}
	m.decode(call.Argument(1), &options, "connect's options")
	url := call.Argument(0).String()
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
	object := m.vu.Runtime().NewObject()
	for name, method := range map[string]func(sobek.FunctionCall) sobek.Value{
		"query": c.query, "execute": c.execute, "call": c.call, "readTable": c.readTable, "close": c.close,
	} {
		if err := object.Set(name, method); err != nil {
			m.throw(err)
		}
	}
	return object
}

// decode reads an optional argument; what is not known in it is an error.
func (m *moduleInstance) decode(value sobek.Value, into any, what string) {
	if sobek.IsUndefined(value) || sobek.IsNull(value) {
		return
	}
	if err := json.Unmarshal(m.exportJSON(value), into); err != nil {
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

// need opens the session where there is none. It stays open until close, or the end of the process: k6 does not tell an
// extension when a VU ends.
func (c *client) need(ctx context.Context) driver.Session {
	if c.closed {
		c.module.throw(driver.Usagef("the client is closed; connect again"))
	}
	if c.module.vu.State() == nil {
		c.module.throw(driver.Usagef("a call was made in the init context; make it in setup(), the default function or teardown()"))
	}
	if c.session == nil {
		session, err := c.target.OpenSession(ctx, c.program)
		if err != nil {
			c.module.throw(err)
		}
		c.session = session
	}
	return c.session
}

// drop forgets a session that was lost, so that the next call connects anew.
func (c *client) drop(ctx context.Context) {
	if c.session != nil {
		_ = c.session.Close(ctx)
		c.session = nil
	}
}

func (c *client) query(call sobek.FunctionCall) sobek.Value {
	result := c.ask(call)
	rows := make([]any, len(result.Rows))
	for i, row := range result.Rows {
		object := make(map[string]any, len(row))
		for j, value := range row {
			object[result.Columns[j]] = forJavaScript(value)
		}
		rows[i] = object
	}
	return c.module.vu.Runtime().ToValue(rows)
}

func (c *client) execute(call sobek.FunctionCall) sobek.Value {
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
		for _, argument := range call.Arguments[1:] {
			statement.Arguments = append(statement.Arguments, c.argument(argument))
		}
	}
	result, err := c.need(ctx).Query(ctx, statement)
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
	ctx := c.module.vu.Context()
	number := c.find(call.Argument(0).String())
	declared := &c.operations[number]
	given := call.Arguments[1:]
	if len(given) != len(declared.Parameters) {
		c.module.throw(driver.Usagef("operation %q takes %d parameters, got %d", declared.Name, len(declared.Parameters), len(given)))
	}
	request := driver.Request{Operation: number, Parameters: make([]driver.Value, len(given))}
	for i, argument := range given {
		if err := driver.SetAny(&request.Parameters[i], c.argument(argument)); err != nil {
			c.module.throw(driver.Usagef("parameter %q of operation %q: %v", declared.Parameters[i].Name, declared.Name, err))
		}
	}
	session := c.need(ctx)
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
		known = append(known, c.operations[i].Name)
	}
	c.module.throw(driver.Usagef("operation %q was not declared when the client was made; known are %v", name, known))
	return -1
}

// observe records one call. A closed loop of one: its response time is its service time.
func (c *client) observe(number int, completion *driver.Completion, took time.Duration) {
	if c.sampler == nil {
		state := c.module.vu.State()
		var operations []taggedOperation
		for i := range c.operations {
			operations = append(operations, taggedOperation{c.operations[i].Name, c.operations[i].Kind})
		}
		t := newTagging(state.Tags.GetCurrentValues().Tags, c.system, "0", "", operations)
		c.sampler = newOperationSampler(state, c.module.metrics, t)
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
	c.drop(ctx)
	c.closed = true
	if err := c.target.Close(); err != nil {
		c.module.throw(err)
	}
	return sobek.Undefined()
}
