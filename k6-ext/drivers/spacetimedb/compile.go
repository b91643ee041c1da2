package spacetimedb

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// program is a workload compiled for SpacetimeDB.
type program struct {
	target     *target
	operations []operation
	depth      int
	// calls: at least one step calls a reducer, so that the schema is needed.
	calls bool
	// reconnects: at least one step does, so that sessions can not share a thread.
	reconnects bool
	// together: at least one operation sends its steps at once.
	together bool

	binding sync.Mutex
	bound   bool
}

// MaximumDepth is 1 where an operation takes several round trips.
func (p *program) MaximumDepth() int { return p.depth }

// refusal says why a session with so many requests in flight does not take another one; nil: it does. A nil program takes none.
func (p *program) refusal(r *driver.Request, inFlight int) *driver.Error {
	switch {
	case p == nil:
		return errNoProgram
	case r.Operation < 0 || r.Operation >= len(p.operations) || len(r.Parameters) < len(p.operations[r.Operation].parameters):
		return errBadIndex
	case inFlight >= p.depth:
		return errTooDeep
	}
	return nil
}

// Loops implements driver.Looping: where sessions can share threads, a call on a loop costs the client half of what it costs on a goroutine, or
// less. Over HTTP, requests in flight together are on connections of their own, each with a goroutine.
func (p *program) Loops(depth int) bool {
	if p.target.mode == modeHTTP && (depth > 1 || p.together) {
		return false
	}
	return p.target.tls == nil && !p.reconnects
}

// maximumDepth is the most messages that a session has in flight. A server hangs up on a client with 16,384 unread replies.
const maximumDepth = 4096

type operation struct {
	name       string
	parameters []string
	steps      []step
	// together: all steps are sent at once.
	together bool
}

type step struct {
	*statement
	// label is how messages call the step.
	label string
	// sources has, for each placeholder, the index in Request.Parameters.
	sources []int
	// reducer of a call, once the schema is known; see bind.
	bound  *reducer
	prefix []byte // of a call's message, up to its arguments
	think  time.Duration
	expect *driver.RowRange
}

// Compile checks what can be checked without the server: statements, placeholders, parameters. Reducers and their arguments are
// checked by OpenSession, which reads the module's schema.
func (t *target) Compile(operations []driver.Operation) (driver.Program, error) {
	p := &program{target: t, depth: maximumDepth}
	for i := range operations {
		o, err := t.compileOperation(&operations[i])
		if err != nil {
			return nil, err
		}
		p.together = p.together || o.together
		switch {
		case o.together:
			p.depth = min(p.depth, max(1, maximumDepth/len(o.steps)))
		case len(o.steps) > 1 || o.steps[0].think > 0 || o.steps[0].verb == verbReconnect:
			p.depth = 1
		}
		for i := range o.steps {
			p.calls = p.calls || o.steps[i].verb == verbCall
			p.reconnects = p.reconnects || o.steps[i].verb == verbReconnect
		}
		p.operations = append(p.operations, *o)
	}
	return p, nil
}

func (t *target) compileOperation(declared *driver.Operation) (*operation, error) {
	if len(declared.Steps) == 0 {
		return nil, driver.Usagef("operation %q has no steps; it needs one or more", declared.Name)
	}
	if declared.Transaction != nil {
		return nil, driver.Usagef("operation %q: SpacetimeDB has no transactions over several steps; each CALL is one, so put them into a reducer", declared.Name)
	}
	o := &operation{name: declared.Name, parameters: declared.Parameters}
	o.together = declared.Kind == driver.Batch && len(declared.Steps) > 1
	var think time.Duration
	for i := range declared.Steps {
		label := fmt.Sprintf("operation %q", declared.Name)
		if len(declared.Steps) > 1 {
			label += fmt.Sprintf(", step %d", i+1)
		}
		s, err := t.compileStep(o, &declared.Steps[i])
		if err != nil {
			return nil, driver.Usagef("%s: %v", label, err)
		}
		s.label = label
		o.together = o.together && s.verb == verbCall && s.think == 0
		think += s.think
		o.steps = append(o.steps, *s)
	}
	if think >= t.timeout {
		return nil, driver.Usagef("operation %q thinks for %v in all, but its timeout is %v; raise the timeout or think less", o.name, think, t.timeout)
	}
	if o.together && len(o.steps) > maximumDepth {
		return nil, driver.Usagef("operation %q sends %d calls together; expected at most %d", o.name, len(o.steps), maximumDepth)
	}
	return o, nil
}

func (t *target) compileStep(o *operation, declared *driver.Step) (*step, error) {
	if len(declared.Command) > 0 {
		return nil, fmt.Errorf("it has a command, but SpacetimeDB takes a statement; %s", grammar)
	}
	parsed, err := parse(declared.Statement)
	if err != nil {
		return nil, fmt.Errorf("the statement can not be read: %w", err)
	}
	s := &step{statement: parsed, think: declared.Think, expect: declared.Expect}
	switch {
	case t.mode == modeHTTP && parsed.verb > verbQuery:
		word, _ := cutWord(declared.Statement)
		return nil, fmt.Errorf("%s needs a WebSocket, but the mode is http; choose %s or %s", word, modeBSATN, modeJSON)
	case t.mode != modeHTTP && parsed.verb == verbQuery && !parsed.reads():
		return nil, fmt.Errorf("over a WebSocket SpacetimeDB takes only SELECT, got %.60q; choose the mode http, or put it into a reducer", declared.Statement)
	case len(declared.Capture) > 0:
		return nil, fmt.Errorf("it captures columns, which this driver does not; put what needs them into a reducer")
	case s.think < 0:
		return nil, fmt.Errorf("think time is negative (%v)", s.think)
	case s.expect != nil && s.expect.Minimum > s.expect.Maximum:
		return nil, fmt.Errorf("it expects at least %d and at most %d rows", s.expect.Minimum, s.expect.Maximum)
	case s.expect != nil && s.expect.Added != nil:
		return nil, fmt.Errorf("it expects %d added rows, but SpacetimeDB does not tell how many were added", *s.expect.Added)
	case parsed.placeholders != len(declared.Parameters):
		return nil, fmt.Errorf("the statement has %d placeholders ($1 to $%d), and %d parameters are given: %s",
			parsed.placeholders, parsed.placeholders, len(declared.Parameters), strings.Join(declared.Parameters, ", "))
	}
	if t.discard && parsed.verb == verbQuery {
		s.expect = nil // its rows are not counted
	}
	used := parsed.placeholdersUsed()
	for i, name := range declared.Parameters {
		at := slices.Index(o.parameters, name)
		if at < 0 {
			return nil, fmt.Errorf("there is no parameter %q; the operation declares %s", name, strings.Join(o.parameters, ", "))
		}
		if !used[i+1] {
			return nil, fmt.Errorf("parameter %q is given for $%d, which the statement does not have", name, i+1)
		}
		s.sources = append(s.sources, at)
	}
	return s, nil
}

// bind checks the program's calls against the module's schema, and makes what is the same in each of their messages.
func (p *program) bind(schema *schema) error {
	for i := range p.operations {
		for j := range p.operations[i].steps {
			s := &p.operations[i].steps[j]
			if s.verb != verbCall {
				continue
			}
			if err := s.bind(p.target, schema); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *step) bind(t *target, schema *schema) error {
	r, err := schema.find(t, s.statement)
	if err != nil {
		err.Message = s.label + ": " + err.Message
		return err
	}
	s.bound = r
	switch t.mode {
	case modeBSATN:
		s.prefix = appendText([]byte{clientCallReducer}, s.reducer)
	case modeJSON:
		s.prefix = append(appendJSONText([]byte(`{"CallReducer":{"reducer":`), []byte(s.reducer)), `,"args":"`...)
	}
	return nil
}

// find gives the reducer of a call whose arguments it checks: their number, that they are scalars, and its literals.
func (s *schema) find(t *target, call *statement) (*reducer, *driver.Error) {
	r, there := s.reducers[call.reducer]
	if !there {
		return nil, &driver.Error{Kind: driver.KindNotFound,
			Message: fmt.Sprintf("database %s has no reducer %q; it has %s", t.database, call.reducer, s.names()),
			Hint:    "Publish the module that has it: npx dbmark run spacetimedb --target … does, into a database that is not there yet"}
	}
	if len(call.arguments) != len(r.parameters) {
		return nil, driver.Usagef("reducer %s takes %d arguments, got %d; it is %s", r.name, len(r.parameters), len(call.arguments), r.signature())
	}
	for i := range call.arguments {
		p := &r.parameters[i]
		if p.kind == noScalar {
			return nil, driver.Usagef("parameter %s of reducer %s has the type %s, which is no scalar; supported are bool, i8 to i64, u8 to u64, f32, f64, String",
				p.name, r.name, p.written)
		}
		if call.arguments[i].placeholder > 0 {
			continue
		}
		if _, mistake := appendBSATN(nil, p.kind, &call.arguments[i].literal); mistake != "" {
			return nil, driver.Usagef("argument %d of reducer %s: %s; it is %s", i+1, r.name, mistake, r.signature())
		}
	}
	return r, nil
}
