package spacetimedb

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// The tags of what a client sends, in v1.
const (
	clientCallReducer      = 0
	clientOneOffQuery      = 2
	clientSubscribeMulti   = 4
	clientUnsubscribeMulti = 6
)

// appendText appends a String: its length in four bytes, and its bytes.
func appendText(to []byte, text string) []byte {
	return append(binary.LittleEndian.AppendUint32(to, uint32(len(text))), text...)
}

// appendBSATN appends a value as one of a scalar type. mistake says why it is none of that type; empty: it is.
func appendBSATN(to []byte, kind scalar, v *driver.Value) (out []byte, mistake string) {
	switch kind {
	case typeString:
		at := len(to)
		to = append(to, 0, 0, 0, 0)
		if to, mistake = appendPlainText(to, v); mistake != "" {
			return to, mistake
		}
		binary.LittleEndian.PutUint32(to[at:], uint32(len(to)-at-4))
		return to, ""
	case typeBool:
		if v.Kind != driver.Bool {
			return to, notOf(kind, v)
		}
		return append(to, byte(v.Number)), ""
	case typeF32, typeF64:
		f, mistake := floatOf(kind, v)
		if kind == typeF32 {
			return binary.LittleEndian.AppendUint32(to, math.Float32bits(float32(f))), mistake
		}
		return binary.LittleEndian.AppendUint64(to, math.Float64bits(f)), mistake
	}
	n, mistake := integerOf(kind, v)
	switch kind {
	case typeI8, typeU8:
		return append(to, byte(n)), mistake
	case typeI16, typeU16:
		return binary.LittleEndian.AppendUint16(to, uint16(n)), mistake
	case typeI32, typeU32:
		return binary.LittleEndian.AppendUint32(to, uint32(n)), mistake
	case typeI64, typeU64:
		return binary.LittleEndian.AppendUint64(to, uint64(n)), mistake
	}
	return to, "the type is no scalar"
}

// integerOf gives the number of a value for an integer type: whole numbers, and instants as microseconds since 1970.
func integerOf(kind scalar, v *driver.Value) (n int64, mistake string) {
	if v.Kind != driver.Int && v.Kind != driver.Timestamp {
		return 0, notOf(kind, v)
	}
	limits := &integerLimits[kind]
	if v.Number < limits.lowest || v.Number > limits.highest {
		return 0, fmt.Sprintf("%d does not fit into %s", v.Number, kind)
	}
	return v.Number, ""
}

var integerLimits = [...]struct{ lowest, highest int64 }{
	typeI8: {math.MinInt8, math.MaxInt8}, typeU8: {0, math.MaxUint8},
	typeI16: {math.MinInt16, math.MaxInt16}, typeU16: {0, math.MaxUint16},
	typeI32: {math.MinInt32, math.MaxInt32}, typeU32: {0, math.MaxUint32},
	typeI64: {math.MinInt64, math.MaxInt64}, typeU64: {0, math.MaxInt64},
}

func floatOf(kind scalar, v *driver.Value) (f float64, mistake string) {
	switch v.Kind {
	case driver.Float:
		f = v.Float()
	case driver.Int:
		f = float64(v.Number)
	default:
		return 0, notOf(kind, v)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Sprintf("%v is no number that JSON and every mode can hold", f)
	}
	return f, ""
}

func notOf(kind scalar, v *driver.Value) string {
	if v.Kind == driver.Null {
		return "it is null, but the type " + kind.String() + " has no null"
	}
	if v.Kind == driver.Text {
		return fmt.Sprintf("%.40q is no %s", v.Bytes, kind)
	}
	return fmt.Sprintf("%v is no %s", v.Any(), kind)
}

// appendPlainText appends a value as a text: texts as they are, numbers in decimal, instants in RFC 3339 with microseconds, UUIDs in their usual form.
func appendPlainText(to []byte, v *driver.Value) (out []byte, mistake string) {
	switch v.Kind {
	case driver.Text, driver.JSON:
		return append(to, v.Bytes...), ""
	case driver.Bytes:
		if !utf8.Valid(v.Bytes) {
			return to, "its bytes are no UTF-8, but a String holds nothing else"
		}
		return append(to, v.Bytes...), ""
	case driver.Null:
		return to, notOf(typeString, v)
	default:
		return appendScalarText(to, v), ""
	}
}
