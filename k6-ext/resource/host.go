package resource

import "runtime"

// ThisHost describes the machine. Cores follows what the process may use: its affinity and, on Linux, its control
// group's limit.
func ThisHost() Host {
	h := Host{Cores: runtime.GOMAXPROCS(0), OS: runtime.GOOS, Architecture: runtime.GOARCH}
	h.readPlatform()
	return h
}
