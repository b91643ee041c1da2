package postgres

import (
	"bytes"
	"math"
	"strconv"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// appendLiteral writes a value as a literal for the simple protocol. It is right with standard_conforming_strings on and off: a
// text with a backslash is written as E'…'. client_encoding is UTF-8 (connect.go), in which no other character holds
// the byte of a quote or a backslash.
func appendLiteral(dst []byte, v *driver.Value) ([]byte, error) {
	switch v.Kind {
	case driver.Null:
		return append(dst, "NULL"...), nil
	case driver.Int:
		if v.Number < 0 { // "a-$1" must not become a comment
			return append(strconv.AppendInt(append(dst, '('), v.Number, 10), ')'), nil
		}
		return strconv.AppendInt(dst, v.Number, 10), nil
	case driver.Float:
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) || f < 0 || math.Signbit(f) {
			return append(appendFloat(append(dst, '\''), f), "'::float8"...), nil
		}
		return strconv.AppendFloat(dst, f, 'e', -1, 64), nil
	case driver.Bool:
		return encodeText(dst, v)
	case driver.Text, driver.JSON:
		if bytes.IndexByte(v.Bytes, '\\') >= 0 {
			dst = append(dst, " E"...)
		}
		start := len(dst) + 1
		var err error
		if dst, err = encodeText(append(dst, '\''), v); err != nil {
			return dst, err
		}
		return append(escape(dst, start), '\''), nil
	case driver.Bytes:
		dst, err := encodeText(append(dst, " E'\\"...), v)
		return append(dst, '\''), err
	}
	dst, err := encodeText(append(dst, '\''), v)
	return append(dst, '\''), err
}

// escape doubles the quotes and backslashes in dst from start on, in place.
func escape(dst []byte, start int) []byte {
	extra := 0
	for _, c := range dst[start:] {
		if c == '\'' || c == '\\' {
			extra++
		}
	}
	if extra == 0 {
		return dst
	}
	from := len(dst) - 1
	for range extra {
		dst = append(dst, 0)
	}
	for to := len(dst) - 1; from >= start; from-- {
		c := dst[from]
		dst[to] = c
		to--
		if c == '\'' || c == '\\' {
			dst[to] = c
			to--
		}
	}
	return dst
}
