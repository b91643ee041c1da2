package generator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maximumWhole is the greatest whole number that JavaScript holds with all its neighbours: 2^53 − 1.
const maximumWhole = 1<<53 - 1

// maximumLength is the most characters or bytes of one value: 1 GiB.
const maximumLength = 1 << 30

// fields reads the fields of one declaration. The first error stays, and what is read after it
// does not matter.
type fields struct {
	scope     *Scope
	stream    Stream
	where     string
	typeName  string
	checkOnly bool
	raw       map[string]json.RawMessage
	// declared holds the names in their order, read those that the type asked for.
	declared, read []string
	err            error
}

// readFields takes a JSON object apart, keeping the order of its fields.
func readFields(text []byte, where string) (*fields, error) {
	f := &fields{where: where, raw: map[string]json.RawMessage{}}
	wrong := func() (*fields, error) {
		return nil, fmt.Errorf(`%s is %s; accepted: an object with a "type", for example {"type": "uniform", "minimum": 1, "maximum": 10}`, where, shorten(text))
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return wrong()
	}
	for decoder.More() {
		name, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			return wrong()
		}
		f.declared = append(f.declared, name.(string))
		f.raw[name.(string)] = value
	}
	if _, err := decoder.Token(); err != nil || len(bytes.TrimSpace(text[decoder.InputOffset():])) > 0 {
		return wrong()
	}
	return f, nil
}

// shorten shows a piece of JSON in an error.
func shorten(text []byte) string {
	const limit = 80
	if len(text) == 0 {
		return "nothing"
	}
	if len(text) > limit {
		return strings.ToValidUTF8(string(text[:limit]), "") + "…"
	}
	return string(text)
}

// fail keeps an error of a generator within this one.
func (f *fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// refuse says what is wrong with a field, and what is accepted.
func (f *fields) refuse(name, value, accepted string) {
	if f.err == nil {
		f.err = fmt.Errorf("%s: %s is %s; accepted: %s", f.where, name, value, accepted)
	}
}

// refuseValue is refuse for a field as it was declared.
func (f *fields) refuseValue(name, accepted string) {
	value, ok := f.raw[name]
	if !ok {
		f.refuse(name, "missing", accepted)
		return
	}
	f.refuse(name, shorten(value), accepted)
}

func (f *fields) refuseUnknown() {
	for _, name := range f.declared {
		if !slices.Contains(f.read, name) {
			f.err = fmt.Errorf("%s: %q is not a field of a %q generator; accepted: %s", f.where, name, f.typeName, strings.Join(f.read, ", "))
			return
		}
	}
}

// has says whether a field was declared.
func (f *fields) has(name string) bool {
	if !slices.Contains(f.read, name) {
		f.read = append(f.read, name)
	}
	_, ok := f.raw[name]
	return ok
}

// number reads a real number.
func (f *fields) number(name string) float64 {
	f.has(name)
	n, ok := parseNumber(f.raw[name])
	if !ok {
		f.refuseValue(name, "a finite number")
	}
	return n
}

// numberOr reads a real number that may be left out.
func (f *fields) numberOr(name string, otherwise float64) float64 {
	if !f.has(name) {
		return otherwise
	}
	return f.number(name)
}

// whole reads a whole number that JavaScript can hold.
func (f *fields) whole(name string) int64 {
	return f.wholeWithin(name, -maximumWhole, maximumWhole)
}

// wholeOf64Bits reads a whole number of 64 bits. Beyond ±(2^53 − 1) JavaScript knows only some of them, which is enough where a
// number just has to be above others.
func (f *fields) wholeOf64Bits(name string) int64 {
	f.has(name)
	if n, err := strconv.ParseInt(string(f.raw[name]), 10, 64); err == nil {
		return n
	}
	n, ok := parseNumber(f.raw[name])
	if !ok || n != math.Trunc(n) || math.Abs(n) > maximumWhole {
		f.refuseValue(name, "a whole number of 64 bits")
		return 0
	}
	return int64(n)
}

// wholeOr reads a whole number that may be left out.
func (f *fields) wholeOr(name string, otherwise int64) int64 {
	if !f.has(name) {
		return otherwise
	}
	return f.whole(name)
}

// wholeWithin reads a whole number from minimum to maximum.
func (f *fields) wholeWithin(name string, minimum, maximum int64) int64 {
	f.has(name)
	n, ok := parseNumber(f.raw[name])
	if !ok || n != math.Trunc(n) || n < float64(minimum) || n > float64(maximum) {
		f.refuseValue(name, fmt.Sprintf("a whole number from %d to %d", minimum, maximum))
		return minimum
	}
	return int64(n)
}

// between reads a real number from minimum to maximum, both included, that may be left out.
func (f *fields) between(name string, otherwise, minimum, maximum float64) float64 {
	n := f.numberOr(name, otherwise)
	if !(n >= minimum && n <= maximum) {
		f.refuseValue(name, fmt.Sprintf("a number from %v to %v", minimum, maximum))
	}
	return n
}

// text reads a string.
func (f *fields) text(name string) string {
	f.has(name)
	s, ok := parseText(f.raw[name])
	if !ok {
		f.refuseValue(name, "a string")
	}
	return s
}

// textOr reads a string that may be left out.
func (f *fields) textOr(name, otherwise string) string {
	if !f.has(name) {
		return otherwise
	}
	return f.text(name)
}

// booleanOr reads true or false, and may be left out.
func (f *fields) booleanOr(name string, otherwise bool) bool {
	if !f.has(name) {
		return otherwise
	}
	switch string(f.raw[name]) {
	case "true":
		return true
	case "false":
		return false
	}
	f.refuseValue(name, "true or false")
	return otherwise
}

// list reads an array.
func (f *fields) list(name, accepted string) []json.RawMessage {
	f.has(name)
	var items []json.RawMessage
	if raw := f.raw[name]; len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &items) != nil {
		f.refuseValue(name, accepted)
	}
	return items
}

// limits reads the fields minimum and maximum, whole numbers.
func (f *fields) limits() (minimum, maximum int64) {
	minimum, maximum = f.whole("minimum"), f.whole("maximum")
	if minimum > maximum {
		f.refuse("minimum", fmt.Sprintf("%d, above maximum %d", minimum, maximum), "a minimum that is not above the maximum")
	}
	return minimum, maximum
}

// lengths reads the field length: a number, or an object with minimum and maximum.
func (f *fields) lengths() (minimum, maximum int64) {
	if raw := f.raw["length"]; len(raw) == 0 || raw[0] != '{' {
		n := f.wholeWithin("length", 0, maximumLength)
		return n, n
	}
	f.has("length")
	inner, err := readFields(f.raw["length"], f.where+": length")
	if err != nil {
		f.refuseValue("length", "a whole number, or an object with minimum and maximum")
		return 0, 0
	}
	inner.typeName = "length"
	minimum, maximum = inner.wholeWithin("minimum", 0, maximumLength), inner.wholeWithin("maximum", 0, maximumLength)
	if minimum > maximum {
		inner.refuse("minimum", fmt.Sprintf("%d, above maximum %d", minimum, maximum), "a minimum that is not above the maximum")
	}
	if inner.err == nil && len(inner.raw) > 2 {
		inner.refuse("the object", shorten(f.raw["length"]), "minimum and maximum alone")
	}
	if f.err == nil {
		f.err = inner.err
	}
	return minimum, maximum
}

// parseNumber reads a finite JSON number.
func parseNumber(raw json.RawMessage) (float64, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	return n, err == nil
}

// parseText reads a JSON string.
func parseText(raw json.RawMessage) (string, bool) {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}
