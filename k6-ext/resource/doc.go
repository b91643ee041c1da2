// Package resource measures what a run costs: processor time and memory of this process, and of the server's
// processes where they are on this host. What a platform does not tell is "not known", never zero.
//
// Linux tells everything, through /proc. macOS and the BSDs tell the processor time and the
// peak memory of this process, and nothing of other processes. Elsewhere nothing is known.
package resource

import "time"

// Usage is what one or several processes have used up to now.
type Usage struct {
	// CPU time, user and system, since the start of the processes; below zero: not known.
	CPU time.Duration
	// MemoryBytes resident; below zero: not known.
	MemoryBytes int64
}

// unknown is the usage of which nothing is known.
var unknown = Usage{CPU: -1, MemoryBytes: -1}

// Host is the machine this process runs on; empty and zero where it is not known.
type Host struct {
	CPUModel string `json:"cpuModel"`
	// Cores are the processors that this process may use.
	Cores        int    `json:"cores"`
	MemoryBytes  int64  `json:"memoryBytes"`
	Kernel       string `json:"kernel"`
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	// Machine tells running machines apart, by what the system makes anew at each start; empty where it is not known.
	Machine string `json:"machine,omitempty"`
	// Processors of the machine, of which this process may use fewer; 0 where they are not known.
	Processors int `json:"processors,omitempty"`
}
