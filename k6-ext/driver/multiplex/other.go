//go:build !linux

package multiplex

import (
	"net"
	"time"
)

// Loop does not exist here: NewLoop says so.
type Loop struct{}

// Task does not exist here.
type Task struct{}

// Conn does not exist here: Take makes none.
type Conn struct{ net.Conn }

// NewLoop gives ErrUnsupported.
func NewLoop() (*Loop, error) { return nil, ErrUnsupported }

// Close does nothing.
func (*Loop) Close() {}

// Run is never called.
func (*Loop) Run(func(*Task)) { panic(ErrUnsupported) }

// Sleep is never called.
func (*Task) Sleep(time.Duration) { panic(ErrUnsupported) }

// Take gives false.
func Take(net.Conn) (*Conn, bool) { return nil, false }

// TryWrite is never called.
func (*Conn) TryWrite([]byte) { panic(ErrUnsupported) }

// Use is never called.
func (*Conn) Use(*Task) { panic(ErrUnsupported) }
