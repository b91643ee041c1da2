package generator

import (
	"encoding/json"
	"math"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// constant is always the same value.
type constant struct{ value driver.Value }

func compileConstant(f *fields) Generator {
	f.has("value")
	value, ok := parseScalar(f.raw["value"])
	if !ok {
		f.refuseValue("value", "a string, a finite number, true, false or null")
	}
	return &constant{value}
}

func (g *constant) Generate(_ uint64, dst *driver.Value) { copyValue(dst, &g.value) }

// parseScalar reads a JSON string, number, boolean or null. A number without a fraction that fits in 64 bits is an
// integer, any other a float.
func parseScalar(raw json.RawMessage) (value driver.Value, ok bool) {
	if text, ok := parseText(raw); ok {
		value.SetText(text)
		return value, true
	}
	switch string(raw) {
	case "null":
		return value, true
	case "true", "false":
		value.SetBool(raw[0] == 't')
		return value, true
	}
	n, ok := parseNumber(raw)
	if n == math.Trunc(n) && math.Abs(n) < 1<<63 {
		value.SetInt(int64(n))
	} else {
		value.SetFloat(n)
	}
	return value, ok
}

// copyValue copies a value into the room that dst has.
func copyValue(dst, src *driver.Value) {
	dst.Kind, dst.Number = src.Kind, src.Number
	dst.Bytes = append(dst.Bytes[:0], src.Bytes...)
}
