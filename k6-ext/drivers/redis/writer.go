package redis

import (
	"strconv"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// segment is a piece of a command in the protocol's form: text as it is sent, or an argument made of parts.
type segment struct {
	literal []byte
	parts   []part // nil for a literal
}

// part is a piece of one argument: a text, or the parameter at an index.
type part struct {
	text      []byte
	parameter int // -1 for a text
}

// appendArgument appends one bulk string in the form of the protocol.
func appendArgument(to []byte, text []byte) []byte {
	to = appendLength(to, '$', len(text))
	to = append(to, text...)
	return append(to, '\r', '\n')
}

func appendLength(to []byte, kind byte, n int) []byte {
	to = append(to, kind)
	if n < 10 {
		to = append(to, byte('0'+n))
	} else {
		to = strconv.AppendInt(to, int64(n), 10)
	}
	return append(to, '\r', '\n')
}

// appendCommand appends a whole command, for those that are not on the hot path.
func appendCommand(to []byte, words ...string) []byte {
	to = appendLength(to, '*', len(words))
	for _, word := range words {
		to = appendArgument(to, []byte(word))
	}
	return to
}

// noNull is what encode gives when no parameter was null.
const noNull = -1

// encode appends a step's command with its parameters. payload counts the bytes of its arguments. A null parameter ends it: Redis
// has no null.
func (s *step) encode(to, scratch []byte, parameters []driver.Value) (out, grown []byte, payload int64, null int) {
	payload = s.payload
	for i := range s.segments {
		seg := &s.segments[i]
		if seg.parts == nil {
			to = append(to, seg.literal...)
			continue
		}
		argument := scratch[:0]
		if len(seg.parts) == 1 {
			v := &parameters[seg.parts[0].parameter]
			if v.Kind == driver.Text || v.Kind == driver.Bytes || v.Kind == driver.JSON {
				to = appendArgument(to, v.Bytes)
				payload += int64(len(v.Bytes))
				continue
			}
		}
		for j := range seg.parts {
			p := &seg.parts[j]
			if p.parameter < 0 {
				argument = append(argument, p.text...)
				continue
			}
			if parameters[p.parameter].Kind == driver.Null {
				return to, scratch, payload, p.parameter
			}
			argument = appendValue(argument, &parameters[p.parameter])
		}
		to = appendArgument(to, argument)
		payload += int64(len(argument))
		scratch = argument
	}
	return to, scratch, payload, noNull
}

const hexDigits = "0123456789abcdef"

// appendValue appends a value as Redis takes it: numbers in decimal, booleans as 1 and 0, timestamps as microseconds since
// 1970 (which a sorted set can hold as a score), UUIDs as their text.
func appendValue(to []byte, v *driver.Value) []byte {
	switch v.Kind {
	case driver.Int, driver.Bool, driver.Timestamp:
		return strconv.AppendInt(to, v.Number, 10)
	case driver.Float:
		return strconv.AppendFloat(to, v.Float(), 'g', -1, 64)
	case driver.UUID:
		for i, b := range v.Bytes {
			if i == 4 || i == 6 || i == 8 || i == 10 {
				to = append(to, '-')
			}
			to = append(to, hexDigits[b>>4], hexDigits[b&15])
		}
		return to
	default:
		return append(to, v.Bytes...)
	}
}
