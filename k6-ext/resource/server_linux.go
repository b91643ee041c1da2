package resource

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// forwarders listen for a server that runs elsewhere: their own use says nothing of it.
var forwarders = []string{"docker-proxy", "rootlessport", "slirp4netns", "gvproxy", "pasta", "conmon", "ssh", "sshd", "kubectl", "socat"}

// FindServer finds the processes of the server that listens at an address of this host: "host:port" of the loopback or of
// one of this host's interfaces, or the path of a Unix socket. processID is what the server says of itself, or 0; a
// child's is good, too. The error says why nothing is known.
func FindServer(address string, processID int) (*Processes, error) {
	if !onThisHost(address) {
		return nil, fmt.Errorf("%s is not on this host", address)
	}
	pid, err := listener(address)
	if err != nil {
		if processID <= 0 {
			return nil, err
		}
		pid = topOfTree(processID)
	}
	s, err := readStat(strconv.Itoa(pid))
	if err != nil {
		return nil, fmt.Errorf("process %d of the server cannot be read: %w", pid, err)
	}
	if slices.Contains(forwarders, s.name) {
		return nil, fmt.Errorf("%s is a forwarder (%s): the server itself cannot be seen from here", address, s.name)
	}
	return Watch(pid)
}

// onThisHost says whether an address is a Unix socket, the loopback or one of our interfaces'.
func onThisHost(address string) bool {
	if strings.HasPrefix(address, "/") {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "" || strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	if ip == nil {
		return false
	}
	if ip.IsLoopback() {
		return true
	}
	own, _ := net.InterfaceAddrs()
	return slices.ContainsFunc(own, func(a net.Addr) bool {
		network, ok := a.(*net.IPNet)
		return ok && network.IP.Equal(ip)
	})
}

// listener finds the process that listens at an address; of several that share the socket, their common parent.
func listener(address string) (int, error) {
	inodes := listeningInodes(address)
	if len(inodes) == 0 {
		return 0, fmt.Errorf("no process of this host is seen to listen at %s", address)
	}
	var holders []int
	for _, pid := range processes() {
		if holdsSocket(pid, inodes) {
			holders = append(holders, pid)
		}
	}
	for _, pid := range holders {
		if s, err := readStat(strconv.Itoa(pid)); err == nil && !slices.Contains(holders, s.parent) {
			return pid, nil
		}
	}
	return 0, fmt.Errorf("the process that listens at %s belongs to another user", address)
}

// listeningInodes are the inodes of the sockets that listen at an address.
func listeningInodes(address string) map[string]bool {
	inodes := map[string]bool{}
	if strings.HasPrefix(address, "/") {
		eachRow("/proc/net/unix", func(fields []string) {
			// Num RefCount Protocol Flags Type St Inode Path; flag 0x10000 is "accepts connections".
			if len(fields) == 8 && fields[3] == "00010000" && filepath.Clean(fields[7]) == filepath.Clean(address) {
				inodes[fields[6]] = true
			}
		})
		return inodes
	}
	_, port, _ := net.SplitHostPort(address)
	wanted, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return inodes
	}
	suffix := fmt.Sprintf(":%04X", wanted)
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		eachRow(file, func(fields []string) {
			// sl local_address rem_address st … inode; state 0A is LISTEN.
			if len(fields) >= 10 && fields[3] == "0A" && strings.HasSuffix(fields[1], suffix) {
				inodes[fields[9]] = true
			}
		})
	}
	return inodes
}

func eachRow(path string, row func(fields []string)) {
	text, err := os.ReadFile(path)
	if err != nil {
		return
	}
	for line := range bytes.Lines(text) {
		row(strings.Fields(string(line)))
	}
}

// holdsSocket says whether a process has one of the sockets open; not, where we may not look.
func holdsSocket(pid int, inodes map[string]bool) bool {
	path := "/proc/" + strconv.Itoa(pid) + "/fd"
	folder, err := os.Open(path)
	if err != nil {
		return false
	}
	names, _ := folder.Readdirnames(-1)
	folder.Close()
	for _, name := range names {
		link, err := os.Readlink(path + "/" + name)
		if err != nil {
			continue
		}
		if inode, ok := strings.CutPrefix(link, "socket:["); ok && inodes[strings.TrimSuffix(inode, "]")] {
			return true
		}
	}
	return false
}

// topOfTree climbs from a process to the highest ancestor with the same name: from a backend to its postmaster.
func topOfTree(pid int) int {
	for {
		own, err := readStat(strconv.Itoa(pid))
		if err != nil || own.parent <= 1 {
			return pid
		}
		parent, err := readStat(strconv.Itoa(own.parent))
		if err != nil || parent.name != own.name {
			return pid
		}
		pid = own.parent
	}
}
