package driver

import "time"

// Kind is what an operation does to the target; the metrics of metrics by kind use it.
type Kind string

// The kinds of operations.
const (
	Read   Kind = "read"
	Write  Kind = "write"
	Delete Kind = "delete"
	Batch  Kind = "batch"
)

// Operation is one named request or transaction: steps that share parameters.
type Operation struct {
	Name string
	Kind Kind
	// Parameters names the shared parameters, in the order of Request.Parameters.
	Parameters []string
	Steps      []Step
	// Transaction is nil when the steps run on their own.
	Transaction *Transaction
}

// Transaction puts the steps of an operation between a begin and a commit.
type Transaction struct {
	// Isolation in the system's own words ("serializable"); empty is the target's default.
	Isolation string `json:"isolation,omitempty"`
	ReadOnly  bool   `json:"readOnly,omitempty"`
}

// Step is one round trip of an operation. A system with a language uses Statement and
// Parameters, one without uses Command.
type Step struct {
	// Statement in the system's language, with the system's own placeholders ($1, $2).
	Statement string
	// Parameters names the shared parameters that fill the placeholders, in order.
	Parameters []string
	// Command and its arguments; "{name}" in an argument stands for a shared parameter.
	Command []string
	// Capture stores columns of the first row in shared parameters for later steps.
	Capture []Capture
	// Think is time to wait, after the reply, before the next step or the commit.
	Think time.Duration
	// Expect limits the number of rows: of those returned or, where a step returns none,
	// of those written. Outside of it the operation fails with KindValidation.
	Expect *RowRange
}

// Capture copies one column of the first row of a step's reply to a shared parameter.
type Capture struct {
	Column    int    `json:"column"`
	Parameter string `json:"parameter"`
}

// RowRange is a closed range of row counts.
type RowRange struct {
	Minimum int64 `json:"minimum"`
	Maximum int64 `json:"maximum"`
	// Added is how many of the rows written were not there before, for systems that write rows whether they are there or not, and
	// tell which it was; nil: any number.
	Added *int64 `json:"added,omitempty"`
}

// Contains says whether n is within the range.
func (r *RowRange) Contains(n int64) bool { return n >= r.Minimum && n <= r.Maximum }
