//go:build !linux

package resource

import (
	"fmt"
	"runtime"
)

// Processes is a process with all its descendants.
type Processes struct{}

// Watch is not possible here.
func Watch(int) (*Processes, error) {
	return nil, fmt.Errorf("what other processes use is not known on %s", runtime.GOOS)
}

// FindServer is not possible here.
func FindServer(string, int) (*Processes, error) { return Watch(0) }

// Label says which processes these are.
func (p *Processes) Label() string { return "" }

// Usage is not known here.
func (p *Processes) Usage() (Usage, bool) { return unknown, false }
