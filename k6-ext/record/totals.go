package record

// PhaseTotalsOf makes a phase's totals for the file. kinds holds the operations' kinds in their order; seconds is how
// long the phase was, without the time in which its last operations drained.
func (r *Recorder) PhaseTotalsOf(phase Phase, seconds float64, kinds []string) *PhaseTotals {
	totals := r.Totals(phase)
	file := &PhaseTotals{Seconds: seconds, Operations: make([]OperationTotals, len(totals)), Lag: LatencyOf(r.Lag(phase))}
	for i := range totals {
		file.Operations[i] = totals[i].file(seconds)
		file.Operations[i].Kind = kinds[i]
	}
	all := Sum(totals)
	file.All = all.file(seconds)
	return file
}

func (t *Total) file(seconds float64) OperationTotals {
	file := OperationTotals{
		Name: t.Name, Operations: t.Operations, Succeeded: t.Succeeded(), Failed: t.Failed,
		Undone: t.Undone, Unknown: t.Unknown, Attempts: t.Attempts, Errors: t.Errors.Map(),
		RowsRead: t.RowsRead, RowsWritten: t.RowsWritten, BytesRead: t.BytesRead, BytesWritten: t.BytesWritten,
		Service: LatencyOf(t.Service), Response: LatencyOf(t.Response),
	}
	if seconds > 0 {
		file.Throughput = pointer(float64(t.Succeeded()) / seconds)
	}
	return file
}
