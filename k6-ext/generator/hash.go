package generator

import (
	"github.com/cespare/xxhash/v2"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// Hash continues the hash h with a value's kind and content; two values one after the other give another hash than in the
// other order. It is SplitMix64's mixing of numbers and XXH64 of bytes: stable across
// versions and machines, and not meant to withstand an adversary.
func Hash(h uint64, v *driver.Value) uint64 {
	content := uint64(0)
	switch v.Kind {
	case driver.Null:
	case driver.Int, driver.Float, driver.Bool, driver.Timestamp:
		content = uint64(v.Number)
	default:
		content = xxhash.Sum64(v.Bytes)
	}
	return HashNumber(h, content+uint64(v.Kind)<<56)
}

// HashNumber continues the hash h with a number, for example an index or a count.
func HashNumber(h, n uint64) uint64 { return mix(h + golden ^ mix(n+golden)) }
