package resource

import "syscall"

func selfMemory(*syscall.Rusage) int64 {
	memory, err := readMemory("self")
	if err != nil {
		return unknown.MemoryBytes
	}
	return memory.private + memory.shared
}
