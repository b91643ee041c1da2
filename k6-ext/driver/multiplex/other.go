//go:build !linux

package multiplex

import (
	"net"
	"time"
)

// Loop does not exist here: NewLoop says so.
type Loop struct{}

// Loops do not exist here: NewLoops says so.
type Loops struct{}

// Home is of no use here.
type Home struct{}

// Task does not exist here.
type Task struct{}

// Conn does not exist here: Take makes none.
type Conn struct{ net.Conn }

// NewLoop gives ErrUnsupported.
func NewLoop() (*Loop, error) { return nil, ErrUnsupported }

// NewLoops gives ErrUnsupported.
func NewLoops(int) (*Loops, error) { return nil, ErrUnsupported }

// Close does nothing.
func (*Loop) Close() {}

// Close does nothing.
func (*Loops) Close() {}

// Run is never called.
func (*Loops) Run(*Home, func(*Task)) { panic(ErrUnsupported) }

// Run is never called.
func (*Loop) Run(func(*Task)) { panic(ErrUnsupported) }

// Sleep is never called.
func (*Task) Sleep(time.Duration) { panic(ErrUnsupported) }

// Take gives false.
func Take(net.Conn) (*Conn, bool) { return nil, false }

// TryWrite is never called.
func (*Conn) TryWrite([]byte) { panic(ErrUnsupported) }

// TryRead is never called.
func (*Conn) TryRead([]byte) (int, error) { panic(ErrUnsupported) }

// Use is never called.
func (*Conn) Use(*Task) { panic(ErrUnsupported) }
