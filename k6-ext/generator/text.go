package generator

import (
	"fmt"
	"math/bits"
	"unicode/utf8"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

const defaultAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// text makes characters of an alphabet whose characters are one byte each.
type text struct {
	stream           Stream
	minimum, maximum uint64
	alphabet         string
	perDraw          int
}

// wideText makes characters of an alphabet with longer ones.
type wideText struct {
	text
	characters []string
}

func compileText(f *fields) Generator {
	minimum, maximum := f.lengths()
	alphabet := f.textOr("alphabet", defaultAlphabet)
	if alphabet == "" {
		f.refuse("alphabet", `""`, "at least one character")
		return nil
	}
	g := text{stream: f.stream, minimum: uint64(minimum), maximum: uint64(maximum), alphabet: alphabet}
	g.perDraw = charactersPerDraw(utf8.RuneCountInString(alphabet))
	if utf8.RuneCountInString(alphabet) == len(alphabet) {
		return &g
	}
	wide := &wideText{text: g}
	longest := 0
	for _, character := range alphabet {
		wide.characters = append(wide.characters, string(character))
		longest = max(longest, utf8.RuneLen(character))
	}
	if maximum > maximumLength/int64(longest) {
		f.refuseValue("length", fmt.Sprintf("up to %d characters of up to %d bytes", maximumLength/longest, longest))
	}
	return wide
}

// charactersPerDraw is how many characters of an alphabet of n one draw of 64 bits gives, if at least 16 bits are to be left:
// then the shares of two characters differ by less than 2^-16 of them.
func charactersPerDraw(n int) int {
	count := 0
	for outcomes := uint64(1); outcomes <= 1<<48/uint64(n) && count < 16; outcomes *= uint64(n) {
		count++
	}
	return max(count, 1)
}

// length draws how many characters an index gets.
func (g *text) length(random *series) int {
	if g.minimum == g.maximum {
		return int(g.minimum)
	}
	return int(g.minimum + below(random.next(), g.maximum-g.minimum+1))
}

func (g *text) Generate(index uint64, dst *driver.Value) {
	random := g.stream.at(index)
	rest := dst.Grow(driver.Text, g.length(&random))
	alphabet := g.alphabet
	n := uint64(len(alphabet))
	for len(rest) > 0 {
		// The upper half of draw × n is a character, the lower half a draw for the next.
		draw := random.next()
		count := min(g.perDraw, len(rest))
		for i := range rest[:count] {
			var character uint64
			character, draw = bits.Mul64(draw, n)
			rest[i] = alphabet[character]
		}
		rest = rest[count:]
	}
}

func (g *wideText) Generate(index uint64, dst *driver.Value) {
	random := g.stream.at(index)
	left := g.length(&random)
	out := dst.Bytes[:0]
	n := uint64(len(g.characters))
	for left > 0 {
		draw := random.next()
		count := min(g.perDraw, left)
		for range count {
			var character uint64
			character, draw = bits.Mul64(draw, n)
			out = append(out, g.characters[character]...)
		}
		left -= count
	}
	dst.Kind, dst.Bytes = driver.Text, out
}
