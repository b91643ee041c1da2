package run

import (
	"context"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// patience is how long another run is waited for before a person is told why nothing happens.
const patience = time.Second

// becomeAlone waits until no other run uses the data set, or writes to the same table of the user's, and keeps others away until the
// run is finished: a run that brings the data set back, or removes inserted rows, would take them from under another one. The instances of
// one run share their data: the first one keeps others away for all.
func (r *Run) becomeAlone(ctx context.Context) error {
	target, ok := r.target.(driver.Locker)
	name := r.sharedData()
	if !ok || name == "" || !r.leads() {
		return nil
	}
	told := time.AfterFunc(patience, func() {
		r.environment.Events.Send(loadEvent{Event: "load", State: "waiting"})
		if !r.environment.Events.Listening() {
			r.environment.Log("waiting: another run of dbmark uses %s on this target", name)
		}
	})
	defer told.Stop()
	unlock, err := target.Lock(ctx, "run on "+name)
	if err != nil {
		return err
	}
	r.letOthers = unlock
	return nil
}

// yield lets other runs use the data.
func (r *Run) yield() {
	if r.letOthers != nil {
		r.letOthers()
		r.letOthers = nil
	}
}

// sharedData names what runs must not use side by side; empty: there is nothing.
func (r *Run) sharedData() string {
	switch {
	case r.declared.DataSet != nil:
		return "the data set " + r.declared.DataSet.Name
	case len(r.declared.ForeignTables) > 0:
		return r.declared.ForeignTables[0]
	default:
		return ""
	}
}
