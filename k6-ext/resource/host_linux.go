package resource

import (
	"os"
	"strconv"
	"strings"
)

func (h *Host) readPlatform() {
	h.CPUModel = cpuModel("/proc/cpuinfo")
	h.MemoryBytes = memoryTotal("/proc/meminfo")
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		h.Kernel = strings.TrimSpace(string(release))
	}
	if boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		h.Machine = strings.TrimSpace(string(boot))
	}
	h.Processors = processorsOnline("/sys/devices/system/cpu/online")
	if text, err := os.ReadFile("/etc/os-release"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
				h.OS = strings.Trim(strings.TrimSpace(name), `"'`)
			}
		}
	}
}

// cpuModel finds the name that the processor gives itself; ARM's has none, only an implementer and a part.
func cpuModel(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	found := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			name = strings.TrimSpace(name)
			if _, seen := found[name]; !seen {
				found[name] = strings.TrimSpace(value)
			}
		}
	}
	for _, name := range []string{"model name", "cpu model", "Model", "Hardware", "cpu"} {
		if found[name] != "" {
			return found[name]
		}
	}
	if found["CPU part"] != "" {
		return "CPU implementer " + found["CPU implementer"] + " part " + found["CPU part"]
	}
	return ""
}

// processorsOnline counts a list of ranges such as "0-3,6".
func processorsOnline(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	count := 0
	for span := range strings.SplitSeq(strings.TrimSpace(string(text)), ",") {
		low, high, isRange := strings.Cut(span, "-")
		if !isRange {
			high = low
		}
		first, err := strconv.Atoi(low)
		if err != nil {
			return 0
		}
		last, err := strconv.Atoi(high)
		if err != nil || last < first {
			return 0
		}
		count += last - first + 1
	}
	return count
}

func memoryTotal(path string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "MemTotal:" {
			kibibytes, err := strconv.ParseInt(fields[1], 10, 64)
			if err == nil {
				return kibibytes * 1024
			}
		}
	}
	return 0
}
