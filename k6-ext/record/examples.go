package record

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// ErrorExample is what the target, or the network, said when an operation failed in one way for the first time.
type ErrorExample struct {
	Operation string `json:"operation"`
	// Kind is the type of the error: a key of OperationTotals.Errors.
	Kind string `json:"kind"`
	// Code is the system's own, such as an SQLSTATE; empty where there is none.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// ErrorExamples keeps the first message of each kind of error of each operation. Its methods may be called by several goroutines at once.
type ErrorExamples struct {
	names []string
	// seen by operation and kind, so that all but the first cost one look.
	seen  [][len(errorKinds)]atomic.Bool
	mutex sync.Mutex
	kept  []ErrorExample
}

// NewErrorExamples keeps examples for operations with these names.
func NewErrorExamples(names []string) *ErrorExamples {
	return &ErrorExamples{names: names, seen: make([][len(errorKinds)]atomic.Bool, len(names))}
}

// longestExample bounds a message in characters: a server may quote a whole statement.
const longestExample = 500

// Note keeps the error if it is the first of its kind.
func (e *ErrorExamples) Note(operation int, failure *driver.Error) {
	seen := &e.seen[operation][errorIndex(failure.Kind)]
	if seen.Load() || seen.Swap(true) {
		return
	}
	message := []rune(failure.Message)
	if len(message) > longestExample {
		message = append(message[:longestExample-1], '…')
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.kept = append(e.kept, ErrorExample{e.names[operation], string(failure.Kind), failure.Code, string(message)})
}

// List gives the examples in the order of the operations, and of the names of their kinds.
func (e *ErrorExamples) List() []ErrorExample {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	list := append([]ErrorExample{}, e.kept...)
	slices.SortFunc(list, func(a, b ErrorExample) int {
		if a.Operation != b.Operation {
			return slices.Index(e.names, a.Operation) - slices.Index(e.names, b.Operation)
		}
		return strings.Compare(a.Kind, b.Kind)
	})
	return list
}
