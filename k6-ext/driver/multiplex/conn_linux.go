package multiplex

import (
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Conn is a connection that was taken from Go's network poller. Its waits are those of the task that uses it; without one, a wait
// blocks the thread. One goroutine at a time reads and writes; SetDeadline and Close are for any.
type Conn struct {
	descriptor    int
	local, remote net.Addr

	task *Task
	loop atomic.Pointer[Loop] // of the task, for SetDeadline and Close
	// drained: the last read took all there was and nothing has happened since, so that the next one need not ask before something does.
	drained bool
	// hungUp: the end may have come together with the last bytes, and will not be told again.
	hungUp  bool
	expired atomic.Bool
	closed  atomic.Bool
	// holders are the calls in progress, and one for as long as the connection is open; the last one closes the descriptor.
	holders atomic.Int32
}

var _ net.Conn = (*Conn)(nil)

// Take makes a Conn of a connection, which must not be used any more. False: the connection has no socket of its own (TLS has something
// between), and stays as it was.
func Take(conn net.Conn) (*Conn, bool) {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return nil, false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, false
	}
	descriptor := -1
	err = raw.Control(func(own uintptr) {
		copied, _, failure := syscall.Syscall(syscall.SYS_FCNTL, own, syscall.F_DUPFD_CLOEXEC, 0)
		if failure == 0 {
			descriptor = int(copied)
		}
	})
	if err != nil || descriptor < 0 {
		return nil, false
	}
	c := &Conn{descriptor: descriptor, local: conn.LocalAddr(), remote: conn.RemoteAddr()}
	c.holders.Store(1)
	_ = conn.Close() // the socket lives on in the copied descriptor, which is non-blocking as the first one was
	return c, true
}

// Use has a task wait for the connection from now on; nil: waits block.
func (c *Conn) Use(t *Task) {
	c.task = t
	if t != nil {
		c.loop.Store(t.loop)
	}
}

// Read waits until there is something to read. After SetDeadline with an instant in the past it returns os.ErrDeadlineExceeded, also where
// there is something: a server that sends faster than it is read would otherwise never be beyond its time.
func (c *Conn) Read(buffer []byte) (int, error) {
	if len(buffer) == 0 {
		return 0, nil
	}
	if !c.hold() {
		return 0, net.ErrClosed
	}
	defer c.letGo()
	if c.expired.Load() {
		return 0, os.ErrDeadlineExceeded
	}
	for {
		if c.drained && !c.hungUp {
			if err := c.await(pollIn); err != nil {
				return 0, err
			}
		}
		n, failure := transfer(syscall.SYS_RECVFROM, c.descriptor, buffer)
		switch {
		case failure == syscall.EAGAIN:
			c.drained, c.hungUp = true, false // an end that is still to come will be told
		case failure == syscall.EINTR:
		case failure != 0:
			return 0, os.NewSyscallError("recv", failure)
		case n == 0:
			return 0, io.EOF
		default:
			c.drained = n < len(buffer)
			return n, nil
		}
	}
}

// Write writes all of the data, or says why not.
func (c *Conn) Write(data []byte) (int, error) {
	if !c.hold() {
		return 0, net.ErrClosed
	}
	defer c.letGo()
	written := 0
	for written < len(data) {
		n, failure := transfer(syscall.SYS_SENDTO, c.descriptor, data[written:])
		switch {
		case failure == syscall.EAGAIN:
			if err := c.await(pollOut); err != nil {
				return written, err
			}
		case failure == syscall.EINTR:
		case failure != 0:
			return written, os.NewSyscallError("send", failure)
		default:
			written += n
		}
	}
	return written, nil
}

// TryWrite writes what can be written without waiting, for a goroutine that is not the connection's own.
func (c *Conn) TryWrite(data []byte) {
	if !c.hold() {
		return
	}
	defer c.letGo()
	_, _ = transfer(syscall.SYS_SENDTO, c.descriptor, data)
}

// TryRead reads what there is, without waiting: nothing is 0 bytes and no error. It is for whoever looks after the connection while its task has
// nothing to read.
func (c *Conn) TryRead(buffer []byte) (int, error) {
	if !c.hold() {
		return 0, net.ErrClosed
	}
	defer c.letGo()
	for {
		n, failure := transfer(syscall.SYS_RECVFROM, c.descriptor, buffer)
		switch {
		case failure == syscall.EAGAIN:
			return 0, nil
		case failure == syscall.EINTR:
		case failure != 0:
			return 0, os.NewSyscallError("recv", failure)
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// transfer is a system call that never blocks, because the descriptor does not: Go's scheduler need not know of it.
func transfer(call uintptr, descriptor int, bytes []byte) (int, syscall.Errno) {
	n, _, failure := syscall.RawSyscall6(call, uintptr(descriptor), uintptr(unsafe.Pointer(unsafe.SliceData(bytes))), uintptr(len(bytes)),
		syscall.MSG_NOSIGNAL, 0, 0)
	return int(n), failure
}

// What ppoll is asked for.
const (
	pollIn  int16 = 0x1
	pollOut int16 = 0x4
)

// blockedFor is how long a wait blocks before it looks whether it should end.
const blockedFor = 5 * time.Millisecond

// await waits as the task does or, without one, blocks until there is what was asked for.
func (c *Conn) await(what int16) error {
	for {
		if c.closed.Load() {
			return net.ErrClosed
		}
		if c.expired.Load() {
			return os.ErrDeadlineExceeded
		}
		if c.task != nil {
			var err error
			if c.hungUp, err = c.task.await(c.descriptor); err != nil {
				return os.NewSyscallError("epoll_ctl", err)
			}
			// Whatever was awaited: bytes may have come, too, which will not be told again.
			c.drained = false
			if !c.closed.Load() && !c.expired.Load() {
				return nil
			}
		} else if c.block(what) {
			c.drained = false
			return nil
		}
	}
}

// block waits a little on this thread, and says whether there is what was asked for.
func (c *Conn) block(what int16) bool {
	request := struct {
		descriptor       int32
		wanted, returned int16
	}{int32(c.descriptor), what, 0}
	timeout := syscall.NsecToTimespec(int64(blockedFor))
	n, _, failure := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&request)), 1, uintptr(unsafe.Pointer(&timeout)), 0, 0, 0)
	return failure == 0 && n > 0
}

// hold keeps the descriptor from being closed; false: it is.
func (c *Conn) hold() bool {
	for {
		holders := c.holders.Load()
		if holders == 0 || c.closed.Load() {
			return false
		}
		if c.holders.CompareAndSwap(holders, holders+1) {
			return true
		}
	}
}

func (c *Conn) letGo() {
	if c.holders.Add(-1) == 0 {
		_ = syscall.Close(c.descriptor)
	}
}

// Close closes the connection. A call that waits returns an error.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	_ = syscall.Shutdown(c.descriptor, syscall.SHUT_RDWR)
	c.wake()
	c.letGo()
	return nil
}

// SetDeadline takes an instant in the past, which ends the present wait, each later one and each later read, or none (the zero time).
// Nothing in between: whoever needs that has a watchdog.
func (c *Conn) SetDeadline(t time.Time) error {
	if !t.IsZero() && time.Until(t) > 0 {
		return os.ErrNoDeadline
	}
	c.expired.Store(!t.IsZero())
	if !t.IsZero() {
		c.wake()
	}
	return nil
}

// SetReadDeadline is SetDeadline.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.SetDeadline(t) }

// SetWriteDeadline is SetDeadline.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.SetDeadline(t) }

// LocalAddr is the address of this end.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

func (c *Conn) wake() {
	if loop := c.loop.Load(); loop != nil {
		loop.wake(c.descriptor)
	}
}
