package spacetimedb

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// schema is what a module declares, as far as calls and rows need to know.
type schema struct {
	reducers map[string]*reducer
	tables   map[string]*table
}

// reducer is one that clients may call, and the types of its arguments.
type reducer struct {
	name       string
	parameters []column
}

// column is a column of a table, or a parameter of a reducer.
type column struct {
	name string
	kind scalar
	// written is the type in the server's words, for those that are no scalars.
	written string
}

// table is one table, for what its rows are made of.
type table struct {
	name    string
	columns []column
	// key is the index of the column that is the primary key; -1: it has none of one column.
	key int
}

// scalar is a type that has a value in driver.Value.
type scalar uint8

const (
	noScalar scalar = iota
	typeBool
	typeI8
	typeU8
	typeI16
	typeU16
	typeI32
	typeU32
	typeI64
	typeU64
	typeF32
	typeF64
	typeString
)

var scalarNames = map[string]scalar{
	"Bool": typeBool, "I8": typeI8, "U8": typeU8, "I16": typeI16, "U16": typeU16, "I32": typeI32, "U32": typeU32,
	"I64": typeI64, "U64": typeU64, "F32": typeF32, "F64": typeF64, "String": typeString,
}

func (s scalar) String() string {
	for name, kind := range scalarNames {
		if kind == s {
			return strings.ToLower(name)
		}
	}
	return "no scalar"
}

// readSchema reads a RawModuleDefV9 in JSON, the answer to GET schema?version=9.
func readSchema(text []byte) (*schema, error) {
	type element struct {
		Name struct {
			Some string `json:"some"`
		} `json:"name"`
		Type json.RawMessage `json:"algebraic_type"`
	}
	type product struct {
		Elements []element `json:"elements"`
	}
	var raw struct {
		Typespace struct {
			Types []map[string]json.RawMessage `json:"types"`
		} `json:"typespace"`
		Tables []struct {
			Name    string `json:"name"`
			Product int    `json:"product_type_ref"`
			Key     []int  `json:"primary_key"`
		} `json:"tables"`
		Reducers []struct {
			Name      string                     `json:"name"`
			Params    product                    `json:"params"`
			Lifecycle map[string]json.RawMessage `json:"lifecycle"`
		} `json:"reducers"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, fmt.Errorf("its schema can not be read: %w", err)
	}
	columns := func(p product) (found []column) {
		for _, e := range p.Elements {
			kind, written := readType(e.Type)
			found = append(found, column{name: e.Name.Some, kind: kind, written: written})
		}
		return found
	}
	s := &schema{reducers: map[string]*reducer{}, tables: map[string]*table{}}
	for _, r := range raw.Reducers {
		if _, own := r.Lifecycle["some"]; own { // init, client_connected, client_disconnected: the server calls them
			continue
		}
		s.reducers[r.Name] = &reducer{name: r.Name, parameters: columns(r.Params)}
	}
	for _, declared := range raw.Tables {
		if declared.Product < 0 || declared.Product >= len(raw.Typespace.Types) {
			return nil, fmt.Errorf("its schema has no type %d for table %s", declared.Product, declared.Name)
		}
		var p product
		if err := json.Unmarshal(raw.Typespace.Types[declared.Product]["Product"], &p); err != nil {
			return nil, fmt.Errorf("the schema of table %s can not be read: %w", declared.Name, err)
		}
		made := &table{name: declared.Name, columns: columns(p), key: -1}
		if len(declared.Key) == 1 && declared.Key[0] < len(made.columns) {
			made.key = declared.Key[0]
		}
		s.tables[declared.Name] = made
	}
	return s, nil
}

// readType reads {"I64":[]}, and of what is no scalar how it is written.
func readType(raw json.RawMessage) (scalar, string) {
	var variant map[string]json.RawMessage
	if json.Unmarshal(raw, &variant) == nil && len(variant) == 1 {
		for name := range variant {
			if kind, ok := scalarNames[name]; ok {
				return kind, name
			}
		}
	}
	return noScalar, string(raw)
}

// names lists the reducers that there are, for messages.
func (s *schema) names() string {
	var names []string
	for name := range s.reducers {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// signature is a reducer as a user would declare it.
func (r *reducer) signature() string {
	var parameters []string
	for _, p := range r.parameters {
		kind := p.kind.String()
		if p.kind == noScalar {
			kind = p.written
		}
		parameters = append(parameters, p.name+": "+kind)
	}
	return fmt.Sprintf("%s(%s)", r.name, strings.Join(parameters, ", "))
}
