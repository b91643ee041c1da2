// Package record turns observations of single operations into what a run leaves behind: windows of
// one second while it goes on, and totals, verdicts and the run file at its end.
//
// The way of a figure: a worker calls Shard.Record; once a second one goroutine calls Recorder.Roll,
// which swaps every shard's buffer in constant time and merges what it took away, outside of the
// shards' locks, into windows and running totals; Folder appends the windows as lines to
// windows.ndjson; at the end Recorder.Totals, Judge (SLOs) and Validate make up RunFile, which Folder
// writes as run.json.
//
// What is counted, and where:
//
//   - operations: finished, that is acknowledged (succeeded) or failed. Tried again, an operation is one
//     with several attempts.
//   - service: the service time of every finished operation, failed ones too: a quick refusal must not
//     hide. Its count equals operations.
//   - response: the response time of every finished operation, and for every undone one the time it had
//     waited when the run ended, a lower bound. Its count equals operations + undone.
//   - unknown: those of the failed that the target may hold all the same.
//   - lag: how late the harness itself started an operation that was due while a worker was free; one
//     histogram for each phase.
//
// Times are nanoseconds in histograms, milliseconds in files.
package record
