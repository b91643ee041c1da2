package run

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"runtime"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/resource"
)

// openFolder makes the run folder and all of the result that is known before the first operation.
func (r *Run) openFolder() error {
	d := r.declaration
	folder, err := record.CreateFolder(d.ResultsDirectory, r.folderName(time.Now()))
	if err != nil {
		return driver.Usagef("%v", err)
	}
	r.folder = folder
	declared, err := json.Marshal(r.declared)
	if err != nil {
		return err
	}
	profile, err := r.profileForFile()
	if err != nil {
		return err
	}
	host := r.host
	r.setup = record.Setup{
		ID: folder.ID(), TestID: cmp.Or(d.TestID, folder.ID()), Suite: record.Suite{Name: d.Suite},
		Workload: declared, Profile: profile, Variables: d.Variables, Seed: d.Seed, Metrics: d.Metrics,
		Software: record.Software{
			Dbmark: d.Version, GitRevision: d.GitRevision, K6: r.environment.K6Version, Go: runtime.Version(), Driver: r.driver.Library(),
		},
		Target: record.Target{System: r.driver.System(), URL: r.target.URL(), Server: r.server, Mode: r.server.Mode},
		Host: record.Host{
			CPUModel: host.CPUModel, Cores: host.Cores, MemoryBytes: host.MemoryBytes, Kernel: host.Kernel,
			OS: host.OS, Architecture: host.Architecture, Machine: host.Machine, Processors: host.Processors,
		},
		Topology: record.Topology{
			Workers: r.config.Workers, Connections: "per-worker", ConnectionCount: r.config.Workers, Depth: d.Depth, Instances: 1,
		},
		Load: r.loaded,
	}
	if part := r.environment.Part; part != nil {
		instance := *part
		instance.TargetClock = r.targetClock
		r.setup.Instance = &instance
	}
	if r.setup.Variables == nil {
		r.setup.Variables = map[string]string{}
	}
	if r.poolSize() > 0 {
		r.setup.Topology.Connections, r.setup.Topology.ConnectionCount = "pool", r.poolSize()
	}
	started := startedEvent{Event: "started", Folder: folder.Path(), Loop: d.Profile.Loop}
	if d.Profile.Search != nil {
		// Ends when it knows.
	} else if d.OperationCount > 0 {
		started.OperationCount = &d.OperationCount
	} else if !d.Executors {
		total := 0.0
		for _, segment := range d.Profile.Segments {
			total += segment.Seconds
		}
		started.TotalSeconds = &total
	}
	r.environment.Events.Send(started)
	return nil
}

// folderName is the run's time, suite and system; of an instance, the name of the run that it belongs to and its own number.
func (r *Run) folderName(now time.Time) string {
	if part := r.environment.Part; part != nil {
		return record.FolderPart(r.declaration.TestID) + fmt.Sprintf("-%d-of-%d", part.Number, part.Of)
	}
	return record.FolderName(r.declaration.Suite, r.driver.System(), now)
}

// findServer finds the server's processes where it runs on this host; nil: it does not, or cannot be seen.
func (r *Run) findServer() *resource.Processes {
	address := r.server.Address
	if address == "" {
		parsed, err := url.Parse(r.target.URL())
		if err != nil || parsed.Port() == "" {
			return nil
		}
		address = net.JoinHostPort(parsed.Hostname(), parsed.Port())
	}
	found, err := resource.FindServer(address, r.server.ProcessID)
	if err != nil {
		return nil
	}
	return found
}
