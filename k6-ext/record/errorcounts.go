package record

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// errorKinds gives every kind its place in an ErrorCounts, so that counting an error needs no map.
var errorKinds = [...]driver.ErrorKind{
	driver.KindUsage,
	driver.KindUnreachable,
	driver.KindProtocol,
	driver.KindAuthentication,
	driver.KindPermission,
	driver.KindTooManyConnections,
	driver.KindConnection,
	driver.KindTimeout,
	driver.KindCanceled,
	driver.KindSerialization,
	driver.KindDeadlock,
	driver.KindConstraint,
	driver.KindValidation,
	driver.KindNotFound,
	driver.KindResource,
	driver.KindStatement,
}

// ErrorCounts counts errors by kind.
type ErrorCounts [len(errorKinds)]uint64

// errorIndex is the place of a kind. A kind that the driver package does not know counts as
// KindStatement, as driver.KindOf has it.
func errorIndex(kind driver.ErrorKind) int {
	for i := range errorKinds {
		if errorKinds[i] == kind {
			return i
		}
	}
	return len(errorKinds) - 1
}

func (c *ErrorCounts) add(other *ErrorCounts) {
	for i, n := range other {
		c[i] += n
	}
}

// Of is the number of errors of one kind.
func (c *ErrorCounts) Of(kind driver.ErrorKind) uint64 { return c[errorIndex(kind)] }

// Total is the number of errors of all kinds.
func (c *ErrorCounts) Total() (total uint64) {
	for _, n := range c {
		total += n
	}
	return total
}

// Map holds the kinds that happened, by name; it is never nil.
func (c *ErrorCounts) Map() map[string]uint64 {
	m := map[string]uint64{}
	for i, n := range c {
		if n > 0 {
			m[string(errorKinds[i])] = n
		}
	}
	return m
}

// String names the kinds that happened with their numbers, the most frequent first: "timeout 12, connection 3".
func (c *ErrorCounts) String() string {
	counts := c.Map()
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if counts[a] != counts[b] {
			return int(int64(counts[b]) - int64(counts[a]))
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, counts[name])
	}
	return strings.Join(names, ", ")
}
