package noop

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

type target struct {
	url     string
	options options
	timeout time.Duration
	memory  *memory

	alarm alarm
	// requests counts what all sessions submitted; only where errors are asked for.
	requests atomic.Int64
	// busyUntil is when what was sent so far is served; only where there is a capacity. On the package's clock.
	busyUntil atomic.Int64
	// opened is when the first session was opened, in nanoseconds since started.
	opened     int64
	openedOnce sync.Once
}

// started is the zero of the package's clock.
var started = time.Now()

// now is the package's clock: nanoseconds since started.
func now() int64 { return int64(time.Since(started)) }

func (t *target) URL() string  { return t.url }
func (t *target) Close() error { return nil }

func (t *target) Describe(ctx context.Context) (driver.Server, error) {
	if err := contextError(ctx); err != nil {
		return driver.Server{}, err
	}
	return driver.Server{Product: "noop", Version: "1", Settings: t.options.settings()}, nil
}

// program is what each operation answers.
type program struct {
	operations []answer
}

// answer is the completion of an operation, known beforehand.
type answer struct {
	name                  string
	rowsRead, rowsWritten int64
	bytesRead, bytesText  int64
	service               time.Duration
	parameters            int
	captured              []int
	err                   *driver.Error
}

// maximumDepth is the most requests in flight: what is in flight is only a few bytes.
const maximumDepth = 1 << 16

func (*program) MaximumDepth() int { return maximumDepth }

func (t *target) Compile(operations []driver.Operation) (driver.Program, error) {
	p := &program{}
	for i := range operations {
		a, err := t.answer(&operations[i])
		if err != nil {
			return nil, err
		}
		p.operations = append(p.operations, *a)
	}
	return p, nil
}

func (t *target) answer(operation *driver.Operation) (*answer, error) {
	a := &answer{name: operation.Name, parameters: len(operation.Parameters)}
	if len(operation.Steps) == 0 {
		return nil, driver.Usagef("operation %q has no steps; it needs one or more", operation.Name)
	}
	position := map[string]int{}
	for i, name := range operation.Parameters {
		position[name] = i
	}
	for i := range operation.Steps {
		step := &operation.Steps[i]
		for _, name := range step.Parameters {
			if _, known := position[name]; !known {
				return nil, driver.Usagef("operation %q, step %d: parameter %q is not declared", operation.Name, i+1, name)
			}
		}
		for _, capture := range step.Capture {
			at, known := position[capture.Parameter]
			if !known {
				return nil, driver.Usagef("operation %q, step %d captures to parameter %q, which is not declared",
					operation.Name, i+1, capture.Parameter)
			}
			a.captured = append(a.captured, at)
		}
		a.add(t, operation, i)
	}
	return a, nil
}

// add counts one step.
func (a *answer) add(t *target, operation *driver.Operation, index int) {
	step := &operation.Steps[index]
	a.bytesText += int64(len(step.Statement))
	for _, word := range step.Command {
		a.bytesText += int64(len(word))
	}
	a.service += t.options.latency + step.Think
	rows := t.options.rows
	if rows < 0 {
		rows = 1
		if step.Expect != nil {
			rows = min(max(rows, step.Expect.Minimum), step.Expect.Maximum)
		}
	}
	if operation.Kind == driver.Read {
		a.rowsRead += rows
		a.bytesRead += rows * t.options.rowBytes
	} else {
		a.rowsWritten += rows
	}
	if step.Expect != nil && !step.Expect.Contains(rows) && a.err == nil {
		a.err = &driver.Error{Kind: driver.KindValidation, Message: validationMessage(operation.Name, index, rows, step.Expect)}
	}
}

func (t *target) OpenSession(ctx context.Context, compiled driver.Program) (driver.Session, error) {
	if err := contextError(ctx); err != nil {
		return nil, err
	}
	s := &session{target: t, closing: make(chan struct{}), wake: make(chan struct{}, 1)}
	if compiled != nil {
		p, ok := compiled.(*program)
		if !ok {
			return nil, driver.Usagef("the program was compiled by another system's target; compile it with this one")
		}
		s.program = p
		s.written = make([]atomic.Int64, len(p.operations))
	}
	t.openedOnce.Do(func() { t.opened = now() })
	t.memory.join(s)
	t.alarm.join()
	return s, nil
}

// served is when a request that is sent at an instant has had its turn: those before it come first, each for its part of a second.
func (t *target) served(sent int64) int64 {
	if t.options.capacity == 0 {
		return sent
	}
	each := int64(float64(time.Second) / t.options.capacity)
	for {
		until := t.busyUntil.Load()
		served := max(until, sent) + each
		if t.busyUntil.CompareAndSwap(until, served) {
			return served
		}
	}
}

// completion is when a request that is sent at an instant and takes service is done: while the
// target is stalled, nothing is served. Instants are nanoseconds of the package's clock.
func (t *target) completion(sent int64, service time.Duration) int64 {
	done := sent + int64(service)
	if t.options.stallFor == 0 {
		return done
	}
	from := t.opened + int64(t.options.stallAt)
	to := from + int64(t.options.stallFor)
	switch {
	case sent >= to || done < from:
		return done
	case sent >= from:
		return to + int64(service)
	default:
		return done + int64(t.options.stallFor)
	}
}

// fails says whether the next request is one of those that fail.
func (t *target) fails() bool {
	if t.options.errors == 0 {
		return false
	}
	n := float64(t.requests.Add(1))
	return math.Floor(n*t.options.errors) > math.Floor((n-1)*t.options.errors)
}

// contextError is the error of a context that is over, and nil for one that is not.
func contextError(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return ended(ctx)
}

func ended(ctx context.Context) *driver.Error {
	if ctx.Err() == context.DeadlineExceeded {
		return &driver.Error{Kind: driver.KindTimeout, Message: "the time given for it is over", Err: ctx.Err()}
	}
	return &driver.Error{Kind: driver.KindCanceled, Message: "canceled", Err: ctx.Err()}
}
