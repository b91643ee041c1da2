package run

import (
	"fmt"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// connectionsBesides is how many connections the run needs besides its workers' own: one to load, to count and to look, one to
// keep other runs away.
const connectionsBesides = 2

// checkCapacity compares the connections that the run needs with those that the server has left.
func (r *Run) checkCapacity() error {
	if r.server.MaximumConnections == 0 {
		return nil
	}
	need := r.workers() + connectionsBesides
	if r.poolSize() > 0 {
		need = r.poolSize() + connectionsBesides
	}
	if r.split() && r.leads() {
		// The others wait for this one with opening theirs.
		need = max(r.declaration.workers(), r.declaration.poolSize)
		if r.declaration.poolSize > 0 {
			need = r.declaration.poolSize
		}
		need += connectionsBesides * r.environment.Part.Of
	}
	free := r.server.MaximumConnections - r.server.UsedConnections
	if need <= free {
		return nil
	}
	return &driver.Error{
		Kind: driver.KindUsage,
		Message: fmt.Sprintf("the run needs %d connections, but the server has only %d free (it allows %d, and %d are in use)",
			need, max(0, free), r.server.MaximumConnections, r.server.UsedConnections),
		Hint: "Choose a smaller profile, share connections with CONNECTIONS=" +
			fmt.Sprint(max(1, min(free-connectionsBesides, 20))) + ", or raise the server's limit",
	}
}
