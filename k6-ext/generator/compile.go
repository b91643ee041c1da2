// Package generator makes the values of a workload's parameters and of a data set's columns. Every
// generator is a pure function of its stream (seed, operation, parameter) and an index, and gives the
// same value on every machine: real arithmetic uses only operations that IEEE 754 rounds
// exactly, in a fixed order. `latest` alone depends on the run's past too.
package generator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// Generator makes values. It holds no state: it may be used by any number of goroutines at once.
type Generator interface {
	// Generate sets dst to the value of an index. It does not allocate once dst.Bytes has grown.
	Generate(index uint64, dst *driver.Value)
}

// Scope says for whom a generator makes values, and what it may use besides its own declaration.
type Scope struct {
	Seed uint64
	// Operation or table, and Parameter or column: they make the stream and are named in errors.
	Operation, Parameter string
	// Pools that were filled before the run, by name.
	Pools map[string]*Pool
	// Past counts the inserts finished; nil where there are none.
	Past *Past
}

// stream is the stream of the scope's parameter.
func (s Scope) stream() Stream { return StreamOf(s.Seed, s.Operation, s.Parameter) }

// where names the scope in errors.
func (s Scope) where() string {
	switch {
	case s.Operation == "" && s.Parameter == "":
		return "generator"
	case s.Operation == "":
		return fmt.Sprintf("%q", s.Parameter)
	}
	return fmt.Sprintf("%q of %q", s.Parameter, s.Operation)
}

// Compile checks a declared generator and makes it ready. Its errors name the parameter, the value that is wrong, and what
// is accepted.
func Compile(spec Spec, scope Scope) (Generator, error) {
	return compile(spec, &scope, scope.stream(), scope.where(), false)
}

// Check checks a declared generator as Compile does, but without its pool, which may not have been filled yet.
func Check(spec Spec, scope Scope) error {
	_, err := compile(spec, &scope, scope.stream(), scope.where(), true)
	return err
}

// types holds a function for each `type`, which reads the declaration's other fields and makes the generator.
var types map[string]func(*fields) Generator

func init() {
	types = map[string]func(*fields) Generator{
		"uniform":   compileUniform,
		"zipfian":   compileZipfian,
		"hotspot":   compileHotspot,
		"latest":    compileLatest,
		"sequence":  compileSequence,
		"normal":    compileNormal,
		"float":     compileFloat,
		"boolean":   compileBoolean,
		"constant":  compileConstant,
		"choice":    compileChoice,
		"uuid":      compileUUID,
		"text":      compileText,
		"key":       compileKey,
		"bytes":     compileBytes,
		"timestamp": compileTimestamp,
		"json":      compileJSON,
		"pool":      compilePool,
	}
}

// knownTypes lists the types for errors.
func knownTypes() string {
	names := make([]string, 0, len(types))
	for name := range types {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func compile(spec Spec, scope *Scope, stream Stream, where string, checkOnly bool) (Generator, error) {
	f, err := readFields(spec, where)
	if err != nil {
		return nil, err
	}
	f.scope, f.stream, f.checkOnly = scope, stream, checkOnly
	name := f.text("type")
	if f.err != nil {
		return nil, f.err
	}
	read, ok := types[name]
	if !ok {
		f.refuse("type", fmt.Sprintf("%q", name), "one of "+knownTypes())
		return nil, f.err
	}
	f.typeName = name
	generator := read(f)
	if f.err == nil {
		f.refuseUnknown()
	}
	if f.err != nil {
		return nil, f.err
	}
	return generator, nil
}
