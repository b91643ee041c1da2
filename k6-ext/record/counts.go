package record

// Counts are the sums of one operation over some time.
type Counts struct {
	// Operations finished: succeeded and failed.
	Operations uint64
	Failed     uint64
	// Unknown are those of the failed whose effect the target may hold.
	Unknown uint64
	// Undone operations were due and never started; they are not among Operations.
	Undone                  uint64
	Attempts                uint64
	RowsRead, RowsWritten   uint64
	BytesRead, BytesWritten uint64
	Errors                  ErrorCounts
}

// Succeeded is the number of operations that the target acknowledged.
func (c *Counts) Succeeded() uint64 { return c.Operations - c.Failed }

// Add adds the counts of other.
func (c *Counts) Add(other *Counts) {
	c.Operations += other.Operations
	c.Failed += other.Failed
	c.Unknown += other.Unknown
	c.Undone += other.Undone
	c.Attempts += other.Attempts
	c.RowsRead += other.RowsRead
	c.RowsWritten += other.RowsWritten
	c.BytesRead += other.BytesRead
	c.BytesWritten += other.BytesWritten
	if other.Failed > 0 {
		c.Errors.add(&other.Errors)
	}
}

// Empty says whether nothing was counted.
func (c *Counts) Empty() bool { return c.Operations == 0 && c.Undone == 0 }
