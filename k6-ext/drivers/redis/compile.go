package redis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// program is a workload in the form that sessions send.
type program struct {
	operations []operation
	depth      int
}

func (p *program) MaximumDepth() int { return p.depth }

// maximumDepth is the most requests that a session has in flight.
const maximumDepth = 4096

// operation is a compiled operation.
type operation struct {
	name        string
	parameters  []string
	steps       []step
	transaction bool
	// oneByOne: a step is sent when the one before was answered, because its value is needed or there is think time.
	oneByOne bool
}

// step is a compiled step.
type step struct {
	segments []segment
	payload  int64 // of the constant arguments
	counting counting
	values   int64
	pushes   bool
	kind     driver.Kind
	captures []capture
	think    time.Duration
	expect   *driver.RowRange
}

// refusedCommands change what the connection's replies mean, so that they can not be matched to requests any more.
var refusedCommands = map[string]string{
	"MULTI": "declare the operation's transaction instead", "EXEC": "declare the operation's transaction instead",
	"DISCARD": "declare the operation's transaction instead", "WATCH": "use a script or a transaction instead",
	"SUBSCRIBE": "", "PSUBSCRIBE": "", "SSUBSCRIBE": "", "UNSUBSCRIBE": "", "PUNSUBSCRIBE": "", "SUNSUBSCRIBE": "",
	"MONITOR": "", "SYNC": "", "PSYNC": "", "QUIT": "", "RESET": "", "HELLO": "use the option protocol of the URL instead",
}

func refusal(command []string) string {
	name := strings.ToUpper(command[0])
	instead, refused := refusedCommands[name]
	if !refused && !(name == "CLIENT" && len(command) > 1 && strings.EqualFold(command[1], "REPLY")) {
		return ""
	}
	if instead == "" {
		instead = "its replies can not be matched to requests"
	}
	return fmt.Sprintf("command %s is not possible here; %s", name, instead)
}

func (t *target) Compile(operations []driver.Operation) (driver.Program, error) {
	p := &program{depth: maximumDepth}
	for i := range operations {
		o, err := t.compile(&operations[i])
		if err != nil {
			return nil, err
		}
		if o.oneByOne {
			p.depth = 1
		}
		p.operations = append(p.operations, *o)
	}
	return p, nil
}

func (t *target) compile(declared *driver.Operation) (*operation, error) {
	if len(declared.Steps) == 0 {
		return nil, driver.Usagef("operation %q has no steps; it needs one or more", declared.Name)
	}
	o := &operation{name: declared.Name, parameters: declared.Parameters}
	if x := declared.Transaction; x != nil {
		o.transaction = true
		if x.Isolation != "" && !strings.EqualFold(x.Isolation, "serializable") {
			return nil, driver.Usagef("operation %q: isolation %q is not known to redis; MULTI/EXEC is always serializable", o.name, x.Isolation)
		}
		if x.ReadOnly {
			return nil, driver.Usagef("operation %q: redis has no read-only transactions; leave readOnly out", o.name)
		}
	}
	var think time.Duration
	for i := range declared.Steps {
		s, err := o.compileStep(&declared.Steps[i], declared.Kind)
		if err != nil {
			err.Message = fmt.Sprintf("operation %q, step %d: %s", o.name, i+1, err.Message)
			return nil, err
		}
		if s.think > 0 || (len(s.captures) > 0 && i+1 < len(declared.Steps)) {
			o.oneByOne = true
		}
		think += s.think
		o.steps = append(o.steps, *s)
	}
	if think >= t.timeout {
		return nil, driver.Usagef("operation %q thinks for %v in all, but its timeout is %v; raise the timeout or think less", o.name, think, t.timeout)
	}
	return o, nil
}

func (o *operation) compileStep(declared *driver.Step, kind driver.Kind) (*step, *driver.Error) {
	switch {
	case declared.Statement != "" || len(declared.Parameters) > 0:
		return nil, driver.Usagef(`redis has no statements; use a command, like ["GET", "user:{id}"]`)
	case len(declared.Command) == 0 || declared.Command[0] == "":
		return nil, driver.Usagef(`no command; expected something like ["GET", "user:{id}"]`)
	}
	if why := refusal(declared.Command); why != "" {
		return nil, driver.Usagef("%s", why)
	}
	s := &step{kind: kind, think: declared.Think, expect: declared.Expect}
	for _, c := range declared.Capture {
		at := slices.Index(o.parameters, c.Parameter)
		if at < 0 {
			return nil, driver.Usagef("it captures to parameter %q, which is not declared; declared are %q", c.Parameter, o.parameters)
		}
		if c.Column < 0 {
			return nil, driver.Usagef("it captures column %d; expected 0 or more", c.Column)
		}
		s.captures = append(s.captures, capture{column: c.Column, parameter: at})
	}
	if o.transaction && len(s.captures) > 0 {
		return nil, driver.Usagef("it captures in a transaction, but redis gives all replies at EXEC; leave the transaction out or use a script")
	}
	s.counting = countings[strings.ToUpper(declared.Command[0])]
	if s.counting == arguments {
		s.values = max(0, values(declared.Command))
		s.pushes = strings.HasSuffix(strings.ToUpper(declared.Command[0]), "PUSHX")
	}
	if s.expect != nil && s.expect.Added != nil && !tellsAdded(declared.Command[0]) {
		return nil, driver.Usagef("it expects %d added rows, but %s does not tell how many were added; expected is one of %s",
			*s.expect.Added, declared.Command[0], strings.Join(addingCommands, ", "))
	}
	literal := appendLength(nil, '*', len(declared.Command))
	for _, word := range declared.Command {
		parts, err := o.parse(word)
		if err != nil {
			return nil, err
		}
		if len(parts) == 0 || (len(parts) == 1 && parts[0].parameter < 0) {
			text := []byte{}
			if len(parts) == 1 {
				text = parts[0].text
			}
			literal = appendArgument(literal, text)
			s.payload += int64(len(text))
			continue
		}
		if len(literal) > 0 {
			s.segments = append(s.segments, segment{literal: literal})
			literal = nil
		}
		s.segments = append(s.segments, segment{parts: parts})
	}
	if len(literal) > 0 {
		s.segments = append(s.segments, segment{literal: literal})
	}
	return s, nil
}

// parse finds the parameters in an argument. "{name}" is one; "{{" is a brace; a brace that no name follows is a
// brace too, so that JSON can stand as it is.
func (o *operation) parse(word string) ([]part, *driver.Error) {
	var parts []part
	var text []byte
	for i := 0; i < len(word); i++ {
		if word[i] != '{' {
			text = append(text, word[i])
			continue
		}
		if strings.HasPrefix(word[i+1:], "{") {
			text = append(text, '{')
			i++
			continue
		}
		name, _, closed := strings.Cut(word[i+1:], "}")
		if !closed || !isName(name) {
			text = append(text, '{')
			continue
		}
		at := slices.Index(o.parameters, name)
		if at < 0 {
			return nil, driver.Usagef(`parameter {%s} in %q is not declared; declared are %q; for a brace itself write "{{"`, name, word, o.parameters)
		}
		if len(text) > 0 {
			parts = append(parts, part{text: text, parameter: -1})
			text = nil
		}
		parts = append(parts, part{parameter: at})
		i += len(name) + 1
	}
	if len(text) > 0 {
		parts = append(parts, part{text: text, parameter: -1})
	}
	return parts, nil
}

func isName(s string) bool {
	for i, c := range s {
		letter := c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		if !letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.')) {
			return false
		}
	}
	return s != ""
}
