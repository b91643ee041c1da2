package driver

import "math"

// ValueKind says which field of a Value holds, and what it means.
type ValueKind uint8

// The kinds of values a parameter or a column can have.
const (
	Null      ValueKind = iota
	Int                 // Number
	Float               // Number holds the IEEE 754 bits
	Bool                // Number is 0 or 1
	Timestamp           // Number is microseconds since 1970-01-01T00:00:00Z
	Text                // Bytes is UTF-8
	Bytes               // Bytes
	UUID                // Bytes is 16 long
	JSON                // Bytes is a JSON text
)

// Value is one parameter of an operation or one column of a row, in a form that is filled
// and read without an allocation: Bytes is reused from one operation to the next.
type Value struct {
	Kind   ValueKind
	Number int64
	Bytes  []byte
}

// SetInt makes the value an integer.
func (v *Value) SetInt(n int64) { v.Kind, v.Number = Int, n }

// SetFloat makes the value a float.
func (v *Value) SetFloat(f float64) { v.Kind, v.Number = Float, int64(math.Float64bits(f)) }

// Float is the number of a Float value.
func (v *Value) Float() float64 { return math.Float64frombits(uint64(v.Number)) }

// SetBool makes the value a boolean.
func (v *Value) SetBool(b bool) {
	v.Kind, v.Number = Bool, 0
	if b {
		v.Number = 1
	}
}

// SetTimestamp makes the value an instant, in microseconds since the Unix epoch.
func (v *Value) SetTimestamp(microseconds int64) { v.Kind, v.Number = Timestamp, microseconds }

// SetText makes the value a text, copying it.
func (v *Value) SetText(s string) { v.Kind, v.Bytes = Text, append(v.Bytes[:0], s...) }

// Grow makes the value of kind k (Text, Bytes, UUID, JSON) with room for n bytes, and
// returns them to be filled.
func (v *Value) Grow(k ValueKind, n int) []byte {
	v.Kind = k
	if cap(v.Bytes) < n {
		v.Bytes = make([]byte, n)
	}
	v.Bytes = v.Bytes[:n]
	return v.Bytes
}
