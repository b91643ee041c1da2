package postgres

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgtype"
)

// captureRow copies columns of the first row to parameters.
func (s *session) captureRow(body []byte) error {
	p := &s.pending[s.first]
	columns := s.simpleColumns
	if p.step.statement != nil {
		columns = p.step.statement.columns
	}
	if len(body) < 2 {
		return &protocolError{"a row without its number of columns"}
	}
	n := int(binary.BigEndian.Uint16(body))
	s.reply.rows++
	s.reply.bytes += int64(len(body) - 2 - 4*n)
	s.reply.captured = true
	rest := body[2:]
	for i := range n {
		value, after, err := cutValue(rest)
		if err != nil {
			return err
		}
		rest = after
		for j, capture := range p.step.capture {
			if capture.Column != i {
				continue
			}
			target := &p.parameters[p.step.targets[j]]
			if value == nil || i >= len(columns) {
				target.Kind = driver.Null
			} else if err := s.capture(target, columns[i], value); err != nil && s.reply.err == nil {
				s.reply.err = &driver.Error{Kind: driver.KindStatement, Message: fmt.Sprintf("%s: column %d cannot be captured: %v", p.step.label, i, err)}
			}
		}
	}
	return nil
}

// cutValue cuts the first value off a row; nil is null.
func cutValue(row []byte) (value, rest []byte, err error) {
	if len(row) >= 4 {
		n := int32(binary.BigEndian.Uint32(row))
		switch {
		case n == -1:
			return nil, row[4:], nil
		case n >= 0 && int(n) <= len(row)-4:
			return row[4 : 4+n : 4+n], row[4+n:], nil
		}
	}
	return nil, nil, &protocolError{"a row shorter than its columns"}
}

// capture sets a parameter to a column's value; ordinary types without an allocation.
func (s *session) capture(dst *driver.Value, c column, raw []byte) error {
	if c.format == formatBinary {
		switch {
		case c.oid == pgtype.Int8OID && len(raw) == 8:
			dst.SetInt(int64(binary.BigEndian.Uint64(raw)))
			return nil
		case c.oid == pgtype.Int4OID && len(raw) == 4:
			dst.SetInt(int64(int32(binary.BigEndian.Uint32(raw))))
			return nil
		case c.oid == pgtype.Int2OID && len(raw) == 2:
			dst.SetInt(int64(int16(binary.BigEndian.Uint16(raw))))
			return nil
		case c.oid == pgtype.Float8OID && len(raw) == 8:
			dst.SetFloat(math.Float64frombits(binary.BigEndian.Uint64(raw)))
			return nil
		case c.oid == pgtype.BoolOID && len(raw) == 1:
			dst.SetBool(raw[0] != 0)
			return nil
		}
	}
	switch c.oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID:
		copy(dst.Grow(driver.Text, len(raw)), raw)
		return nil
	case pgtype.JSONOID, pgtype.JSONBOID:
		if c.oid == pgtype.JSONBOID && c.format == formatBinary && len(raw) > 0 {
			raw = raw[1:]
		}
		copy(dst.Grow(driver.JSON, len(raw)), raw)
		return nil
	case pgtype.NumericOID: // as a text: exact, and fit for a numeric parameter
		var text string
		if err := s.typeMap().Scan(c.oid, int16(c.format), raw, &text); err != nil {
			return err
		}
		dst.SetText(text)
		return nil
	}
	value, err := s.decode(c, raw)
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case int64:
		dst.SetInt(v)
	case float64:
		dst.SetFloat(v)
	case bool:
		dst.SetBool(v)
	case time.Time:
		dst.SetTimestamp(v.UnixMicro())
	case []byte:
		copy(dst.Grow(driver.Bytes, len(v)), v)
	case string:
		if c.oid == pgtype.UUIDOID {
			text := driver.Value{Kind: driver.Text, Bytes: []byte(v)}
			uuid, err := encodeUUID(nil, &text)
			if err == nil {
				copy(dst.Grow(driver.UUID, len(uuid)), uuid)
			}
			return err
		}
		dst.SetText(v)
	default:
		var text string
		if err := s.typeMap().Scan(c.oid, int16(c.format), raw, &text); err != nil {
			return err
		}
		dst.SetText(text)
	}
	return nil
}

// typeMap makes pgtype's map on first use: a map is not safe for several sessions, and most sessions need none.
func (s *session) typeMap() *pgtype.Map {
	if s.typesOfSession == nil {
		s.typesOfSession = pgtype.NewMap()
	}
	return s.typesOfSession
}

// queryFormat is how Query wants a column: binary where the text would depend on settings or cost precision.
func queryFormat(oid uint32) byte {
	switch oid {
	case pgtype.BoolOID, pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.OIDOID, pgtype.Float4OID, pgtype.Float8OID,
		pgtype.ByteaOID, pgtype.UUIDOID, pgtype.TimestamptzOID, pgtype.TimestampOID, pgtype.DateOID:
		return formatBinary
	}
	return formatText
}

// decode makes a Go value of a column: nil, bool, int64, float64, string, []byte or time.Time (in UTC; an infinite one is a string).
// A uuid is a string; JSON is what it holds; an array is []any. A numeric is an int64 or a float64 where
// that holds it exactly, else its decimal text. Everything else is PostgreSQL's text.
func (s *session) decode(c column, raw []byte) (any, error) {
	switch c.oid {
	case pgtype.NumericOID:
		if c.format == formatText {
			return numericValue(string(raw)), nil
		}
	case pgtype.JSONOID, pgtype.JSONBOID:
		if c.oid == pgtype.JSONBOID && c.format == formatBinary && len(raw) > 0 {
			raw = raw[1:]
		}
		var v any
		err := json.Unmarshal(raw, &v)
		return v, err
	}
	t, known := types.TypeForOID(c.oid)
	isArray := false
	if known {
		_, isArray = t.Codec.(*pgtype.ArrayCodec)
	}
	if !known || (c.format == formatText && !isArray && queryFormat(c.oid) == formatText) {
		return string(raw), nil
	}
	v, err := t.Codec.DecodeValue(s.typeMap(), c.oid, int16(c.format), raw)
	if err != nil {
		return nil, err
	}
	return plainValue(v), nil
}

// plainValue maps pgtype's values to those of driver.ResultSet.
func plainValue(v any) any {
	switch v := v.(type) {
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint32:
		return int64(v)
	case float32:
		f, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return f
	case time.Time:
		return v.UTC()
	case pgtype.InfinityModifier:
		return v.String()
	case [16]byte:
		return string(appendUUID(nil, v[:]))
	case []byte:
		return append([]byte{}, v...)
	case pgtype.Numeric:
		text, err := v.Value()
		if err != nil {
			return nil
		}
		return numericValue(fmt.Sprint(text))
	case []any:
		for i := range v {
			v[i] = plainValue(v[i])
		}
		return v
	case nil, bool, int64, float64, string, map[string]any:
		return v
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}

// numericValue makes a number of a numeric's text where a number holds it exactly.
func numericValue(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return f
	}
	if digits := strings.TrimLeft(strings.Replace(strings.TrimPrefix(text, "-"), ".", "", 1), "0"); len(strings.TrimRight(digits, "0")) <= 15 {
		return f // 15 significant digits survive the way to a float64 and back
	}
	return text
}
