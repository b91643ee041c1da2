package spacetimedb

import (
	"errors"
	"net"
	"os"
	"time"
)

// aMoment is how long a connection is waited for that cannot tell whether something has come.
const aMoment = time.Millisecond

func readForAMoment(conn net.Conn, buffer []byte) (n int, err error) {
	if err := conn.SetReadDeadline(time.Now().Add(aMoment)); err != nil {
		return 0, err
	}
	n, err = conn.Read(buffer)
	if resetErr := conn.SetReadDeadline(time.Time{}); err == nil {
		err = resetErr
	}
	if n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		return n, nil
	}
	return n, err
}
