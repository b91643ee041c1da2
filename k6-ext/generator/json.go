package generator

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// object makes a JSON object with generated fields, in the order in which they were declared.
type object struct{ fields []objectField }

type objectField struct {
	// prefix is the name as JSON, with the comma or brace before it and the colon after it.
	prefix    string
	generator Generator
}

func compileJSON(f *fields) Generator {
	f.has("fields")
	inner, err := readFields(f.raw["fields"], f.where)
	if err != nil {
		f.refuseValue("fields", "an object of generators by name")
		return nil
	}
	g := &object{}
	for i, name := range inner.declared {
		stream := StreamOf(uint64(f.stream), name)
		generator, err := compile(Spec(inner.raw[name]), f.scope, stream, fmt.Sprintf("%s, field %q", f.where, name), f.checkOnly)
		if err != nil {
			f.err = err
			return nil
		}
		text, _ := json.Marshal(name) // a string is always JSON
		before := ","
		if i == 0 {
			before = "{"
		}
		g.fields = append(g.fields, objectField{prefix: before + string(text) + ":", generator: generator})
	}
	return g
}

func (g *object) Generate(index uint64, dst *driver.Value) {
	out := dst.Bytes[:0]
	if len(g.fields) == 0 {
		out = append(out, '{')
	}
	for i := range g.fields {
		field := &g.fields[i]
		out = append(out, field.prefix...)
		// A generator has no memory of its own, so the field's raw value is made in the room behind the object.
		end := len(out)
		dst.Bytes = out[end:end]
		field.generator.Generate(index, dst)
		raw := len(dst.Bytes)
		if raw == 0 || end == cap(out) || &dst.Bytes[0] != &out[:end+1][end] {
			out = appendJSON(out, dst) // it needs no room, or did not fit there
			continue
		}
		if dst.Kind == driver.JSON {
			out = out[:end+raw]
			continue
		}
		// Its JSON is longer than itself: it goes behind, and is moved down.
		out = appendJSON(out[:end+raw], dst)
		out = out[:end+copy(out[end:], out[end+raw:])]
	}
	dst.Kind, dst.Bytes = driver.JSON, append(out, '}')
}

// appendJSON writes a value as JSON: instants in RFC 3339, bytes in base64, UUIDs in their usual form, and as null what JSON
// cannot express (an infinite number from a pool).
func appendJSON(dst []byte, v *driver.Value) []byte {
	switch v.Kind {
	case driver.Null:
		return append(dst, "null"...)
	case driver.Int:
		return strconv.AppendInt(dst, v.Number, 10)
	case driver.Float:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return append(dst, "null"...)
		}
		return strconv.AppendFloat(dst, v.Float(), 'g', -1, 64)
	case driver.Bool:
		return strconv.AppendBool(dst, v.Number != 0)
	case driver.Timestamp:
		dst = append(dst, '"')
		dst = time.UnixMicro(v.Number).UTC().AppendFormat(dst, time.RFC3339Nano)
		return append(dst, '"')
	case driver.JSON:
		return append(dst, v.Bytes...)
	case driver.UUID:
		if len(v.Bytes) == uuidLength {
			return append(appendUUID(append(dst, '"'), v.Bytes), '"')
		}
	case driver.Text:
		return appendText(dst, v.Bytes)
	}
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, v.Bytes)
	return append(dst, '"')
}

func appendUUID(dst, b []byte) []byte {
	dst = hex.AppendEncode(dst, b[:4])
	for _, part := range [][2]int{{4, 6}, {6, 8}, {8, 10}, {10, 16}} {
		dst = hex.AppendEncode(append(dst, '-'), b[part[0]:part[1]])
	}
	return dst
}

// appendText writes a JSON string; what is not UTF-8 becomes the replacement character.
func appendText(dst, text []byte) []byte {
	const hexDigits = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, size := utf8.DecodeRune(text[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		}
		i++
	}
	return append(dst, '"')
}
