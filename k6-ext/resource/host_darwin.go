package resource

import (
	"encoding/binary"
	"syscall"
)

func (h *Host) readPlatform() {
	h.CPUModel, _ = syscall.Sysctl("machdep.cpu.brand_string")
	h.Kernel, _ = syscall.Sysctl("kern.osrelease")
	if version, err := syscall.Sysctl("kern.osproductversion"); err == nil {
		h.OS = "macOS " + version
	}
	if boot, err := syscall.Sysctl("kern.bootsessionuuid"); err == nil {
		h.Machine = boot
	}
	if processors, err := syscall.SysctlUint32("hw.ncpu"); err == nil {
		h.Processors = int(processors)
	}
	// A number read as a string comes without its trailing zero byte.
	if raw, err := syscall.Sysctl("hw.memsize"); err == nil && len(raw) <= 8 {
		var number [8]byte
		copy(number[:], raw)
		h.MemoryBytes = int64(binary.LittleEndian.Uint64(number[:]))
	}
}
