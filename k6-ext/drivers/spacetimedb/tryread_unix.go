//go:build unix

package spacetimedb

import (
	"io"
	"net"
	"os"
	"syscall"
)

// tryRead reads what there is on a connection with nothing in flight, without waiting. TLS, which has no such reading, waits for a moment.
func tryRead(conn net.Conn, buffer []byte) (n int, err error) {
	socket, plain := conn.(syscall.Conn)
	if !plain {
		return readForAMoment(conn, buffer)
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failure error
	err = raw.Read(func(descriptor uintptr) bool {
		for {
			n, failure = syscall.Read(int(descriptor), buffer)
			if failure != syscall.EINTR {
				return true
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case failure == syscall.EAGAIN:
		return 0, nil
	case failure != nil:
		return 0, os.NewSyscallError("read", failure)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}
