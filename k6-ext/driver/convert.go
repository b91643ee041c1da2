package driver

import (
	"encoding/hex"
	"fmt"
	"time"
)

// SetAny makes a parameter of a value of Session.Query, or of a script's argument. Whatever has no form as a parameter is an error.
func SetAny(v *Value, value any) error {
	switch value := value.(type) {
	case nil:
		v.Kind = Null
	case bool:
		v.SetBool(value)
	case int64:
		v.SetInt(value)
	case float64:
		v.SetFloat(value)
	case string:
		v.SetText(value)
	case []byte:
		copy(v.Grow(Bytes, len(value)), value)
	case time.Time:
		v.SetTimestamp(value.UnixMicro())
	default:
		return fmt.Errorf("a value of type %T cannot be a parameter", value)
	}
	return nil
}

// anyOf is a parameter's value as an argument of Session.Query, or for JavaScript.
func (v *Value) Any() any {
	switch v.Kind {
	case Int:
		return v.Number
	case Float:
		return v.Float()
	case Bool:
		return v.Number == 1
	case Timestamp:
		return time.UnixMicro(v.Number).UTC()
	case Text, JSON:
		return string(v.Bytes)
	case Bytes:
		return append([]byte(nil), v.Bytes...)
	case UUID:
		return uuidText(v.Bytes)
	default:
		return nil
	}
}

// uuidText writes 16 bytes as 8-4-4-4-12 hexadecimal digits.
func uuidText(b []byte) string {
	digits := hex.EncodeToString(b)
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}
