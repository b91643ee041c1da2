package generator

import (
	"fmt"
	"strconv"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// maximumKeyDigits is how many zeros a number can be padded to.
const maximumKeyDigits = 1000

// key is a prefix and a number padded with zeros; a number that needs more digits gets them.
type key struct {
	prefix string
	digits int
	start  uint64
}

func compileKey(f *fields) Generator {
	g := &key{
		prefix: f.text("prefix"),
		digits: int(f.wholeWithin("digits", 0, maximumKeyDigits)),
		start:  uint64(f.wholeWithin("start", 0, maximumWhole)),
	}
	if len(g.prefix) > maximumLength-maximumKeyDigits {
		f.refuse("prefix", fmt.Sprintf("%d bytes long", len(g.prefix)), "less than 1 GiB")
	}
	return g
}

func (g *key) Generate(index uint64, dst *driver.Value) {
	var digits [20]byte
	number := strconv.AppendUint(digits[:0], g.start+index, 10)
	out := append(dst.Bytes[:0], g.prefix...)
	for range g.digits - len(number) {
		out = append(out, '0')
	}
	dst.Kind, dst.Bytes = driver.Text, append(out, number...)
}
