package generator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// maximumKeyDigits is how many zeros a number can be padded to.
const maximumKeyDigits = 1000

// key is a prefix and a number padded with zeros; a number that needs more digits gets them.
type key struct {
	prefix string
	digits int
	start  uint64
	// number makes the number in place of start + index; nil where it is that.
	number Generator
	hashed bool
}

func compileKey(f *fields) Generator {
	g := &key{
		prefix: f.text("prefix"),
		digits: int(f.wholeWithin("digits", 0, maximumKeyDigits)),
		hashed: f.booleanOr("hashed", false),
	}
	if f.has("number") {
		g.number = f.wholeNumbers("number")
		if f.has("start") {
			f.refuseValue("start", "either start or number, not both")
		}
	} else {
		g.start = uint64(f.wholeWithin("start", 0, maximumWhole))
	}
	if len(g.prefix) > maximumLength-maximumKeyDigits {
		f.refuse("prefix", fmt.Sprintf("%d bytes long", len(g.prefix)), "less than 1 GiB")
	}
	return g
}

// wholeNumberTypes are the generators whose values can be the number of a key.
var wholeNumberTypes = []string{"uniform", "zipfian", "hotspot", "latest"}

// wholeNumbers reads a field that is a generator of whole numbers, not below 0. It draws from the stream of the generator around it.
func (f *fields) wholeNumbers(name string) Generator {
	inner, err := readFields(f.raw[name], f.where+": "+name)
	if err != nil {
		f.fail(err)
		return nil
	}
	if kind := inner.text("type"); inner.err == nil && !slices.Contains(wholeNumberTypes, kind) {
		inner.refuse("type", fmt.Sprintf("%q", kind), "one of "+strings.Join(wholeNumberTypes, ", "))
	}
	if inner.err == nil && inner.has("minimum") && inner.whole("minimum") < 0 {
		inner.refuseValue("minimum", "0 or more, because a key has no sign")
	}
	if inner.err != nil {
		f.fail(inner.err)
		return nil
	}
	made, err := compile(Spec(f.raw[name]), f.scope, f.stream, f.where+": "+name, f.checkOnly)
	if err != nil {
		f.fail(err)
	}
	return made
}

func (g *key) Generate(index uint64, dst *driver.Value) {
	var digits [20]byte
	n := g.start + index
	if g.number != nil {
		g.number.Generate(index, dst)
		n = uint64(dst.Number)
	}
	if g.hashed {
		n = fnvHash(n)
	}
	number := strconv.AppendUint(digits[:0], n, 10)
	out := append(dst.Bytes[:0], g.prefix...)
	for range g.digits - len(number) {
		out = append(out, '0')
	}
	dst.Kind, dst.Bytes = driver.Text, append(out, number...)
}

// fnvHash is the hash of a number in the keys of YCSB (Cooper et al., "Benchmarking cloud serving systems with YCSB", 2010, and its
// Utils.fnvhash64): 64-bit FNV-1a over its eight bytes, the lowest first, and of that the absolute value as a signed number.
func fnvHash(n uint64) uint64 {
	const offset, prime = 0xcbf29ce484222325, 1_099_511_628_211
	hash := uint64(offset)
	for range 8 {
		hash = (hash ^ n&0xff) * prime
		n >>= 8
	}
	if int64(hash) < 0 {
		return -hash
	}
	return hash
}
