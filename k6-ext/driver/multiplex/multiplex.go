// Package multiplex lets many sessions wait on one thread.
//
// A goroutine that waits for a reply costs more than its reading: the scheduler parks it, looks for other work, asks the
// network poller, puts threads to sleep and wakes them, which is a third of a client's time where a query takes tens of
// microseconds. A Loop does what a client written for nothing else would do: it asks the kernel which sockets have something,
// and continues what waited for them, one after another. What waits is a Task, an ordinary function on a coroutine (iter.Pull),
// so that operations of several round trips, retries and think times stay straight code.
package multiplex

import "errors"

// ErrUnsupported: this operating system has no loops.
var ErrUnsupported = errors.New("there are no loops on this operating system")
