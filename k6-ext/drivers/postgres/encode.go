package postgres

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgtype"
)

// encoder appends a value that is not null in the form of one type.
type encoder func(dst []byte, v *driver.Value) ([]byte, error)

const (
	formatText   = 0
	formatBinary = 1
)

// encoderOf gives the encoder of a type, and the format that it writes: binary where the driver knows the type, else text,
// which every type of PostgreSQL reads.
func encoderOf(oid uint32) (encoder, byte) {
	switch oid {
	case pgtype.Int2OID:
		return encodeInt2, formatBinary
	case pgtype.Int4OID:
		return encodeInt4, formatBinary
	case pgtype.OIDOID:
		return encodeOID, formatBinary
	case pgtype.Int8OID:
		return encodeInt8, formatBinary
	case pgtype.Float4OID:
		return encodeFloat4, formatBinary
	case pgtype.Float8OID:
		return encodeFloat8, formatBinary
	case pgtype.NumericOID:
		return encodeNumeric, formatBinary
	case pgtype.BoolOID:
		return encodeBool, formatBinary
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.UnknownOID:
		return encodeString, formatBinary
	case pgtype.ByteaOID:
		return encodeBytea, formatBinary
	case pgtype.UUIDOID:
		return encodeUUID, formatBinary
	case pgtype.TimestamptzOID, pgtype.TimestampOID:
		return encodeTimestamp, formatBinary
	case pgtype.DateOID:
		return encodeDate, formatBinary
	case pgtype.JSONOID:
		return encodeJSON, formatBinary
	case pgtype.JSONBOID:
		return encodeJSONB, formatBinary
	}
	return encodeText, formatText
}

// errKind: the value's kind does not fit the type.
var errKind = errors.New("does not fit")

var kindNames = [...]string{"null", "integer", "float", "boolean", "timestamp", "text", "bytes", "uuid", "JSON"}

func kindName(k driver.ValueKind) string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return strconv.Itoa(int(k))
}

// typeName is the name of a type for messages.
func typeName(oid uint32) string {
	if t, ok := types.TypeForOID(oid); ok {
		return t.Name
	}
	return fmt.Sprintf("type %d", oid)
}

// integer reads a whole number within limits.
func integer(v *driver.Value, minimum, maximum int64) (int64, error) {
	n := v.Number
	switch v.Kind {
	case driver.Int:
	case driver.Float:
		f := v.Float()
		if f != math.Trunc(f) || f < -9.2e18 || f > 9.2e18 {
			return 0, fmt.Errorf("%v is not a whole number", f)
		}
		n = int64(f)
	default:
		return 0, errKind
	}
	if n < minimum || n > maximum {
		return 0, fmt.Errorf("%d is out of its range (%d to %d)", n, minimum, maximum)
	}
	return n, nil
}

func encodeInt2(dst []byte, v *driver.Value) ([]byte, error) {
	n, err := integer(v, math.MinInt16, math.MaxInt16)
	return binary.BigEndian.AppendUint16(dst, uint16(n)), err
}

func encodeInt4(dst []byte, v *driver.Value) ([]byte, error) {
	n, err := integer(v, math.MinInt32, math.MaxInt32)
	return binary.BigEndian.AppendUint32(dst, uint32(n)), err
}

func encodeOID(dst []byte, v *driver.Value) ([]byte, error) {
	n, err := integer(v, 0, math.MaxUint32)
	return binary.BigEndian.AppendUint32(dst, uint32(n)), err
}

func encodeInt8(dst []byte, v *driver.Value) ([]byte, error) {
	if v.Kind == driver.Int {
		return binary.BigEndian.AppendUint64(dst, uint64(v.Number)), nil
	}
	n, err := integer(v, math.MinInt64, math.MaxInt64)
	return binary.BigEndian.AppendUint64(dst, uint64(n)), err
}

func float(v *driver.Value) (float64, error) {
	switch v.Kind {
	case driver.Float:
		return v.Float(), nil
	case driver.Int:
		return float64(v.Number), nil
	}
	return 0, errKind
}

func encodeFloat4(dst []byte, v *driver.Value) ([]byte, error) {
	f, err := float(v)
	return binary.BigEndian.AppendUint32(dst, math.Float32bits(float32(f))), err
}

func encodeFloat8(dst []byte, v *driver.Value) ([]byte, error) {
	f, err := float(v)
	return binary.BigEndian.AppendUint64(dst, math.Float64bits(f)), err
}

func encodeBool(dst []byte, v *driver.Value) ([]byte, error) {
	if v.Kind != driver.Bool {
		return dst, errKind
	}
	return append(dst, byte(v.Number)), nil
}

// encodeString is for the types of texts: they take a value of any kind but bytes.
func encodeString(dst []byte, v *driver.Value) ([]byte, error) {
	if v.Kind == driver.Bytes {
		return dst, errKind
	}
	return encodeText(dst, v)
}

func encodeBytea(dst []byte, v *driver.Value) ([]byte, error) {
	switch v.Kind {
	case driver.Bytes, driver.Text, driver.JSON, driver.UUID:
		return append(dst, v.Bytes...), nil
	}
	return dst, errKind
}

func encodeUUID(dst []byte, v *driver.Value) ([]byte, error) {
	switch v.Kind {
	case driver.UUID, driver.Bytes:
		if len(v.Bytes) != 16 {
			return dst, fmt.Errorf("a uuid has 16 bytes, not %d", len(v.Bytes))
		}
		return append(dst, v.Bytes...), nil
	case driver.Text:
		place := len(dst)
		digits := 0
		for _, c := range v.Bytes {
			if c == '-' {
				continue
			}
			n := fromHex(c)
			if n < 0 || digits == 32 {
				return dst, fmt.Errorf("%.40q is not a uuid", v.Bytes)
			}
			if digits%2 == 0 {
				dst = append(dst, byte(n)<<4)
			} else {
				dst[place+digits/2] |= byte(n)
			}
			digits++
		}
		if digits != 32 {
			return dst, fmt.Errorf("%.40q is not a uuid", v.Bytes)
		}
		return dst, nil
	}
	return dst, errKind
}

func fromHex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// The year 2000 in the Unix epoch: where PostgreSQL counts from.
const (
	microsecondsTo2000 = 946684800 * 1000000
	microsecondsOfADay = 24 * 3600 * 1000000
)

var timeLayouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02"}

// microseconds reads an instant; texts are ISO 8601, of UTC when they name no zone.
func microseconds(v *driver.Value) (int64, error) {
	switch v.Kind {
	case driver.Timestamp:
		return v.Number, nil
	case driver.Text:
		for _, layout := range timeLayouts {
			if t, err := time.Parse(layout, string(v.Bytes)); err == nil {
				return t.UnixMicro(), nil
			}
		}
		return 0, fmt.Errorf("%.40q is not an ISO 8601 time", v.Bytes)
	}
	return 0, errKind
}

func encodeTimestamp(dst []byte, v *driver.Value) ([]byte, error) {
	n, err := microseconds(v)
	return binary.BigEndian.AppendUint64(dst, uint64(n-microsecondsTo2000)), err
}

func encodeDate(dst []byte, v *driver.Value) ([]byte, error) {
	n, err := microseconds(v)
	n -= microsecondsTo2000
	days := n / microsecondsOfADay
	if n%microsecondsOfADay < 0 {
		days--
	}
	return binary.BigEndian.AppendUint32(dst, uint32(days)), err
}

func encodeJSON(dst []byte, v *driver.Value) ([]byte, error) {
	switch v.Kind {
	case driver.JSON, driver.Text:
		return append(dst, v.Bytes...), nil
	case driver.Int, driver.Float, driver.Bool:
		return encodeText(dst, v)
	}
	return dst, errKind
}

func encodeJSONB(dst []byte, v *driver.Value) ([]byte, error) {
	return encodeJSON(append(dst, 1), v) // 1 is the version of the format
}

// encodeText writes a value as PostgreSQL's text form of its kind.
func encodeText(dst []byte, v *driver.Value) ([]byte, error) {
	switch v.Kind {
	case driver.Int:
		return strconv.AppendInt(dst, v.Number, 10), nil
	case driver.Float:
		return appendFloat(dst, v.Float()), nil
	case driver.Bool:
		if v.Number != 0 {
			return append(dst, "true"...), nil
		}
		return append(dst, "false"...), nil
	case driver.Timestamp:
		t := time.UnixMicro(v.Number).UTC()
		if year := t.Year(); year < 1 || year > 9999 {
			return dst, fmt.Errorf("the year %d cannot be written", year)
		}
		return t.AppendFormat(dst, "2006-01-02 15:04:05.999999Z07:00"), nil
	case driver.UUID:
		if len(v.Bytes) != 16 {
			return dst, fmt.Errorf("a uuid has 16 bytes, not %d", len(v.Bytes))
		}
		return appendUUID(dst, v.Bytes), nil
	case driver.Bytes:
		return hex.AppendEncode(append(dst, '\\', 'x'), v.Bytes), nil
	case driver.Text, driver.JSON:
		for _, c := range v.Bytes {
			if c == 0 {
				return dst, errors.New("PostgreSQL's texts cannot hold the character U+0000")
			}
		}
		return append(dst, v.Bytes...), nil
	}
	return dst, errKind
}

func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

func appendUUID(dst, uuid []byte) []byte {
	for i, end := range [...]int{4, 6, 8, 10, 16} {
		start := 0
		if i > 0 {
			dst = append(dst, '-')
			start = [...]int{0, 4, 6, 8, 10}[i]
		}
		dst = hex.AppendEncode(dst, uuid[start:end])
	}
	return dst
}
