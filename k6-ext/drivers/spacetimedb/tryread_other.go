//go:build !unix

package spacetimedb

import "net"

// tryRead reads what comes on a connection with nothing in flight within a moment.
func tryRead(conn net.Conn, buffer []byte) (n int, err error) { return readForAMoment(conn, buffer) }
