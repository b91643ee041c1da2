package postgres

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// program is a workload compiled for PostgreSQL.
type program struct {
	target     *target
	operations []compiledOperation
	depth      int
}

// MaximumDepth is 1 when an operation takes several round trips.
func (p *program) MaximumDepth() int { return p.depth }

type compiledOperation struct {
	name       string
	parameters int
	steps      []compiledStep
	// begin is the statement that begins the transaction; empty without one.
	begin    string
	readOnly bool
	// alone: the operation needs the session for itself.
	alone bool
}

type compiledStep struct {
	// label is how messages call the step.
	label   string
	text    string
	pieces  []piece
	sources []int // for each placeholder, the index in Request.Parameters
	names   []string
	capture []driver.Capture
	targets []int // for each capture, the index in Request.Parameters
	think   time.Duration
	expect  *driver.RowRange
}

var isolations = []string{"serializable", "repeatable read", "read committed", "read uncommitted"}

// Compile checks what can be checked without the server: placeholders, parameters, captures and isolation levels. Types are
// checked by OpenSession, which has the server prepare the statements.
func (t *target) Compile(operations []driver.Operation) (driver.Program, error) {
	p := &program{target: t, depth: maximumDepth}
	for i := range operations {
		o, err := t.compileOperation(&operations[i])
		if err != nil {
			return nil, err
		}
		if o.alone {
			p.depth = 1
		}
		p.operations = append(p.operations, *o)
	}
	return p, nil
}

func (t *target) compileOperation(o *driver.Operation) (*compiledOperation, error) {
	compiled := &compiledOperation{name: o.Name, parameters: len(o.Parameters)}
	if len(o.Steps) == 0 {
		return nil, driver.Usagef("operation %q has no steps", o.Name)
	}
	if o.Transaction != nil {
		isolation := strings.ToLower(strings.Join(strings.Fields(o.Transaction.Isolation), " "))
		if isolation != "" && !slices.Contains(isolations, isolation) {
			return nil, driver.Usagef("operation %q: PostgreSQL has no isolation level %q; accepted are %s",
				o.Name, o.Transaction.Isolation, strings.Join(isolations, ", "))
		}
		compiled.begin = "BEGIN"
		if isolation != "" {
			compiled.begin += " ISOLATION LEVEL " + strings.ToUpper(isolation)
		}
		if o.Transaction.ReadOnly {
			compiled.begin += " READ ONLY"
			compiled.readOnly = true
		}
	}
	for i := range o.Steps {
		step, err := t.compileStep(o, i)
		if err != nil {
			return nil, err
		}
		compiled.steps = append(compiled.steps, *step)
	}
	compiled.alone = len(compiled.steps) > 1 || compiled.begin != "" || compiled.steps[0].think > 0
	return compiled, nil
}

func (t *target) compileStep(o *driver.Operation, index int) (*compiledStep, error) {
	step := &o.Steps[index]
	label := fmt.Sprintf("operation %q", o.Name)
	if len(o.Steps) > 1 {
		label += fmt.Sprintf(", step %d", index+1)
	}
	compiled := &compiledStep{
		label: label, text: step.Statement, names: step.Parameters, capture: step.Capture,
		think: step.Think, expect: step.Expect,
	}
	if len(step.Command) > 0 {
		return nil, driver.Usagef("%s has a command; PostgreSQL takes a statement", label)
	}
	if strings.TrimSpace(step.Statement) == "" {
		return nil, driver.Usagef("%s has no statement", label)
	}
	if strings.IndexByte(step.Statement, 0) >= 0 {
		return nil, driver.Usagef("%s: the statement holds the character U+0000", label)
	}
	pieces, err := split(step.Statement)
	if err != nil {
		return nil, driver.Usagef("%s: %v", label, err)
	}
	compiled.pieces = pieces
	if highest := placeholders(pieces); highest != len(step.Parameters) {
		return nil, driver.Usagef("%s: the statement has %d placeholders ($1 to $%d), and %d parameters are given: %s",
			label, highest, highest, len(step.Parameters), strings.Join(step.Parameters, ", "))
	}
	find := func(name string) (int, error) {
		if i := slices.Index(o.Parameters, name); i >= 0 {
			return i, nil
		}
		return 0, driver.Usagef("%s: there is no parameter %q; the operation declares %s",
			label, name, strings.Join(o.Parameters, ", "))
	}
	for _, name := range step.Parameters {
		i, err := find(name)
		if err != nil {
			return nil, err
		}
		compiled.sources = append(compiled.sources, i)
	}
	for _, capture := range step.Capture {
		if capture.Column < 0 {
			return nil, driver.Usagef("%s captures column %d; columns count from 0", label, capture.Column)
		}
		i, err := find(capture.Parameter)
		if err != nil {
			return nil, err
		}
		compiled.targets = append(compiled.targets, i)
	}
	if step.Think < 0 {
		return nil, driver.Usagef("%s: think time is negative (%v)", label, step.Think)
	}
	if step.Expect != nil && step.Expect.Minimum > step.Expect.Maximum {
		return nil, driver.Usagef("%s expects at least %d and at most %d rows", label, step.Expect.Minimum, step.Expect.Maximum)
	}
	if step.Expect != nil && step.Expect.Added != nil {
		return nil, driver.Usagef("%s expects %d added rows; PostgreSQL tells only how many were written, which is minimum and maximum", label, *step.Expect.Added)
	}
	return compiled, nil
}
