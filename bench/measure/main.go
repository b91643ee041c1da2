// measure runs a program and writes what the system says that it used, for the benchmarks: processor time and peak memory of that
// program and its descendants alone (getrusage), which Node does not tell of its children.
//
//	measure FILE PROGRAM [ARGUMENT …]
//
// It is as small as can be: Linux counts into a program's peak memory what the process that started it used at that moment.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// usage is what FILE holds.
type usage struct {
	WallSeconds        float64 `json:"wallSeconds"`
	UserSeconds        float64 `json:"userSeconds"`
	SystemSeconds      float64 `json:"systemSeconds"`
	MaximumMemoryBytes int64   `json:"maximumMemoryBytes"`
	ExitCode           int     `json:"exitCode"`
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: measure FILE PROGRAM [ARGUMENT …]")
		os.Exit(2)
	}
	// A terminal's Ctrl-C reaches the program as well, which ends by itself.
	signal.Ignore(os.Interrupt)
	command := exec.Command(os.Args[2], os.Args[3:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	started := time.Now()
	err := command.Run()
	wall := time.Since(started)
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	state := command.ProcessState
	found := usage{
		WallSeconds: wall.Seconds(), UserSeconds: state.UserTime().Seconds(), SystemSeconds: state.SystemTime().Seconds(),
		ExitCode: state.ExitCode(),
	}
	if system, ok := state.SysUsage().(*syscall.Rusage); ok {
		found.MaximumMemoryBytes = int64(system.Maxrss)
		if runtime.GOOS != "darwin" {
			found.MaximumMemoryBytes *= 1024 // elsewhere in KiB
		}
	}
	text, err := json.Marshal(found)
	if err == nil {
		err = os.WriteFile(os.Args[1], text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
