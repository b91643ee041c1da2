// Package sleeper waits for an instant more precisely than Go's own timers, which are late by up to a
// millisecond while the process is busy with its network: the poller rounds its waits. What a pacer
// oversleeps would be measured as the target's.
package sleeper

import "time"

// Longest bounds one sleep, so that a clock that was set back, or an interrupt that nobody sent, costs no more.
const Longest = time.Second
