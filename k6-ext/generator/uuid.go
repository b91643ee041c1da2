package generator

import (
	"encoding/binary"
	"fmt"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

const uuidLength = 16

// The bits of RFC 9562 that say what the others mean: the version in the upper half, the variant in the lower.
const (
	uuidVersionMask uint64 = 0xf << 12
	uuidVersion4    uint64 = 4 << 12
	uuidVersion7    uint64 = 7 << 12
	uuidVariantMask uint64 = 3 << 62
	uuidVariant     uint64 = 2 << 62
)

// uuid4 is random.
type uuid4 struct{ stream Stream }

// uuid7 begins with a time in milliseconds, which goes on by one an index; the rest is random.
type uuid7 struct {
	stream Stream
	start  uint64
}

func compileUUID(f *fields) Generator {
	version := int64(4)
	if f.has("version") {
		version, _ = f.oneOfNumbers("version", 4, 7)
	}
	if version == 4 {
		if f.has("epoch") {
			f.refuseValue("epoch", "version 7 only: version 4 has no time")
		}
		return &uuid4{f.stream}
	}
	start := f.epoch().UnixMilli()
	if start < 0 || start >= 1<<48 {
		f.refuseValue("epoch", "an instant from 1970 on that fits in 48 bits of milliseconds")
	}
	return &uuid7{stream: f.stream, start: uint64(start)}
}

// oneOfNumbers reads one of two whole numbers.
func (f *fields) oneOfNumbers(name string, a, b int64) (int64, bool) {
	n, ok := parseNumber(f.raw[name])
	if !ok || n != float64(a) && n != float64(b) {
		f.refuseValue(name, fmt.Sprintf("%d or %d", a, b))
		return a, false
	}
	return int64(n), true
}

func (g *uuid4) Generate(index uint64, dst *driver.Value) {
	random := g.stream.at(index)
	setUUID(dst, random.next()&^uuidVersionMask|uuidVersion4, random.next())
}

func (g *uuid7) Generate(index uint64, dst *driver.Value) {
	random := g.stream.at(index)
	setUUID(dst, (g.start+index)<<16|random.next()&0xfff|uuidVersion7, random.next())
}

func setUUID(dst *driver.Value, upper, lower uint64) {
	b := dst.Grow(driver.UUID, uuidLength)
	binary.BigEndian.PutUint64(b, upper)
	binary.BigEndian.PutUint64(b[8:], lower&^uuidVariantMask|uuidVariant)
}
