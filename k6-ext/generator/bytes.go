package generator

import (
	"encoding/binary"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// randomBytes makes bytes that are all equally likely.
type randomBytes struct {
	stream           Stream
	minimum, maximum uint64
}

func compileBytes(f *fields) Generator {
	minimum, maximum := f.lengths()
	return &randomBytes{stream: f.stream, minimum: uint64(minimum), maximum: uint64(maximum)}
}

func (g *randomBytes) Generate(index uint64, dst *driver.Value) {
	random := g.stream.at(index)
	length := g.minimum
	if g.minimum != g.maximum {
		length += below(random.next(), g.maximum-g.minimum+1)
	}
	rest := dst.Grow(driver.Bytes, int(length))
	for ; len(rest) >= 8; rest = rest[8:] {
		binary.LittleEndian.PutUint64(rest, random.next())
	}
	if len(rest) > 0 {
		for i, draw := 0, random.next(); i < len(rest); i, draw = i+1, draw>>8 {
			rest[i] = byte(draw)
		}
	}
}
