package spacetimedb

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

const hexDigits = "0123456789abcdef"

// instantForm is RFC 3339 in UTC with microseconds.
const instantForm = "2006-01-02T15:04:05.000000Z"

// appendScalarText appends what is no text: numbers in decimal, true and false, instants, UUIDs.
func appendScalarText(to []byte, v *driver.Value) []byte {
	switch v.Kind {
	case driver.Int:
		return strconv.AppendInt(to, v.Number, 10)
	case driver.Float:
		return strconv.AppendFloat(to, v.Float(), 'g', -1, 64)
	case driver.Bool:
		return strconv.AppendBool(to, v.Number == 1)
	case driver.Timestamp:
		return time.UnixMicro(v.Number).UTC().AppendFormat(to, instantForm)
	case driver.UUID:
		for i, b := range v.Bytes {
			if i == 4 || i == 6 || i == 8 || i == 10 {
				to = append(to, '-')
			}
			to = append(to, hexDigits[b>>4], hexDigits[b&15])
		}
	}
	return to
}

// appendJSONText appends a text of JSON with its quotes.
func appendJSONText(to, text []byte) []byte {
	return append(appendEscaped(append(to, '"'), text), '"')
}

// plain are the bytes that stand for themselves in a text of JSON.
var plain = func() (set [256]bool) {
	for i := range set {
		set[i] = i >= 0x20 && i != '"' && i != '\\'
	}
	return set
}()

// appendEscaped appends the inside of a text of JSON.
func appendEscaped(to, text []byte) []byte {
	for {
		n := plainBeginning(text)
		to = append(to, text[:n]...)
		if n == len(text) {
			return to
		}
		switch c := text[n]; c {
		case '"', '\\':
			to = append(to, '\\', c)
		case '\n':
			to = append(to, '\\', 'n')
		case '\r':
			to = append(to, '\\', 'r')
		case '\t':
			to = append(to, '\\', 't')
		default:
			to = append(to, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		text = text[n+1:]
	}
}

// plainBeginning is how many bytes, from the first on, stand for themselves in JSON. It looks at eight at once, because messages are long.
func plainBeginning(text []byte) (n int) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; n+8 <= len(text); n += 8 {
		word := binary.LittleEndian.Uint64(text[n:])
		quotes, backslashes := word^ones*'"', word^ones*'\\'
		if ((word-ones*0x20)&^word|(quotes-ones)&^quotes|(backslashes-ones)&^backslashes)&highs != 0 {
			break
		}
	}
	for n < len(text) && plain[text[n]] {
		n++
	}
	return n
}

// appendJSON appends a value as one of a scalar type in JSON. mistake says why it is none of that type; empty: it is.
func appendJSON(to, scratch []byte, kind scalar, v *driver.Value) (out, grown []byte, mistake string) {
	switch kind {
	case typeString:
		if v.Kind == driver.Text {
			return appendJSONText(to, v.Bytes), scratch, ""
		}
		if scratch, mistake = appendPlainText(scratch[:0], v); mistake != "" {
			return to, scratch, mistake
		}
		return appendJSONText(to, scratch), scratch, ""
	case typeBool:
		if v.Kind != driver.Bool {
			return to, scratch, notOf(kind, v)
		}
		return strconv.AppendBool(to, v.Number == 1), scratch, ""
	case typeF32, typeF64:
		f, mistake := floatOf(kind, v)
		return strconv.AppendFloat(to, f, 'g', -1, 64), scratch, mistake
	}
	n, mistake := integerOf(kind, v)
	return strconv.AppendInt(to, n, 10), scratch, mistake
}

// appendLiteral appends a value as SQL writes it. mistake says why it has no form there; empty: it has.
func appendLiteral(to []byte, v *driver.Value) (out []byte, mistake string) {
	switch v.Kind {
	case driver.Null:
		return to, "it is null, but SpacetimeDB has no null"
	case driver.Int, driver.Float, driver.Bool:
		return appendScalarText(to, v), ""
	case driver.Bytes:
		return hex.AppendEncode(append(to, "0x"...), v.Bytes), ""
	case driver.Text, driver.JSON:
		to = append(to, '\'')
		text := v.Bytes
		for {
			quote := bytes.IndexByte(text, '\'')
			if quote < 0 {
				break
			}
			to = append(append(to, text[:quote+1]...), '\'')
			text = text[quote+1:]
		}
		return append(append(to, text...), '\''), ""
	default:
		return append(appendScalarText(append(to, '\''), v), '\''), ""
	}
}
