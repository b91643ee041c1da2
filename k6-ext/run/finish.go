package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/engine"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/resource"
)

// closingTime bounds the goodbyes to a target that may be gone.
const closingTime = 5 * time.Second

// Finish ends the run: it closes the sessions, compares the books, removes what was inserted into a user's table, judges, and writes
// run.json. It gives the file even if it could not be written.
func (r *Run) Finish(ctx context.Context) (*record.RunFile, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	defer r.Close()
	if !r.started || r.finished {
		return nil, errors.New("a run finishes once, after it was started")
	}
	r.finished = true
	r.environment.Events.Send(finishingEvent{"finishing"})
	closing, cancel := context.WithTimeout(ctx, closingTime)
	defer cancel()
	if r.searcher != nil {
		r.searcher.stop()
	}
	outcome := r.engine.Stop(closing)
	if r.collector == nil {
		r.folder.Discard()
		return nil, &driver.Error{Kind: driver.KindCanceled, Message: "the run ended before its first operation: there is no result"}
	}
	r.collector.stop()
	unreached := r.reachForBooks(ctx, outcome.Interrupted)
	books := r.balance(ctx, outcome.LastIndex, unreached)
	if err := r.cleanByKeys(ctx, outcome.LastIndex, books, unreached); err != nil {
		r.dirty = err.Error()
	}
	file := r.judge(outcome, books)
	r.leave(file)
	return file, r.write(file)
}

// judge makes the result of everything that was recorded.
func (r *Run) judge(outcome engine.Outcome, books []record.Book) *record.RunFile {
	file := record.NewRunFile(r.setup)
	file.FinishedAt = instant(r.engine.Start().Add(outcome.LastEnded))
	file.Status = record.Complete
	if outcome.Interrupted {
		file.Status = record.Interrupted
	}
	file.Digest = r.digest(outcome)
	file.Phases = r.phasesAsTheyWere(outcome)
	r.total(file)
	file.Resources = resourcesOf(r.collector.sampler)
	file.Books = books
	file.ErrorExamples = r.engine.ErrorExamples().List()
	file.Ceiling = r.ceiling(file.Totals.Measure)
	file.Connections = r.connections(outcome)
	measured := r.engine.Recorder().Totals(record.Measure)
	for i := range measured {
		if slo := r.sloOf(i); slo != nil {
			file.SLO = append(file.SLO, record.Judge(&measured[i], *slo)...)
		}
	}
	limitFound := r.reportShape(file)
	if r.searcher != nil {
		limitFound = true
		report := r.searcher.report()
		file.Steps, file.Report, file.SLO = r.searcher.steps, report, r.searcher.verdicts()
	}
	facts := r.facts(file, measured)
	facts.LimitFound = limitFound
	facts.Search, _ = file.Report.(*record.SearchReport)
	file.Validity = record.Validate(facts)
	return file
}

// connections tells what became of them.
func (r *Run) connections(outcome engine.Outcome) *record.Connections {
	c := &record.Connections{Reconnects: outcome.Reconnects, Retries: outcome.Retries}
	if r.poolSize() > 0 {
		c.PoolWait = record.NewPoolWait(outcome.PoolWait.Count, outcome.PoolWait.Sum, outcome.PoolWait.Worst)
	}
	return c
}

// sloOf is the SLO of an operation that the mix runs: its own, or the workload's.
func (r *Run) sloOf(number int) *record.SLO {
	operation := &r.declared.Operations[number]
	switch {
	case operation.Weight == 0:
		return nil
	case operation.Slo != nil:
		return operation.Slo
	default:
		return r.declared.Slo
	}
}

func (r *Run) total(file *record.RunFile) {
	defer func() {
		if r.searcher == nil {
			return
		}
		file.Totals.Warmup.WithoutPercentiles()
		file.Totals.Measure.WithoutPercentiles()
	}()
	kinds := make([]string, len(r.declared.Operations))
	for i := range kinds {
		kinds[i] = string(r.declared.Operations[i].Kind)
	}
	for i, span := range r.config.Phases {
		length := 0.0
		if file.Phases[i].Seconds != nil {
			length = *file.Phases[i].Seconds
		}
		if r.searcher != nil {
			// Its phases take turns: their lengths are sums over the steps.
			file.Totals.Warmup = r.engine.Recorder().PhaseTotalsOf(record.Warmup, r.searcher.warmupSeconds, kinds)
			length = r.searcher.measuredSeconds
		}
		totals := r.engine.Recorder().PhaseTotalsOf(span.Phase, length, kinds)
		totals.Instruments = r.meter.file(span.Phase)
		switch span.Phase {
		case record.Warmup:
			file.Totals.Warmup = totals
		case record.Measure:
			file.Totals.Measure = totals
		case record.Cooldown:
			file.Totals.Cooldown = totals
		}
	}
}

// phasesAsTheyWere cuts the planned phases where the run ended.
func (r *Run) phasesAsTheyWere(outcome engine.Outcome) []record.PhaseSpan {
	phases := append([]record.PhaseSpan(nil), r.phases...)
	for i := range phases {
		ran := max(0, outcome.LastEnded.Seconds()-phases[i].StartSecond)
		switch {
		case phases[i].Seconds == nil:
			phases[i].Seconds = &ran
		case outcome.Interrupted && ran < *phases[i].Seconds:
			phases[i].Seconds = &ran
		}
	}
	return phases
}

// digest says of what the sum was made, and whether it can be compared.
func (r *Run) digest(outcome engine.Outcome) *record.Digest {
	digest := &record.Digest{
		Value: fmt.Sprintf("%016x", outcome.Digest), Operations: uint64(outcome.Executed), Comparable: outcome.Complete,
	}
	switch {
	case r.dependsOnPast() != "":
		digest.Comparable = false
		digest.Reason = fmt.Sprintf("the parameters of %s depend on the run's own past", r.dependsOnPast())
	case r.config.Staged:
		digest.Reason = "a search runs as many operations as it takes to know"
	case !outcome.Complete && r.config.Schedule != nil:
		digest.Reason = "not every operation of the schedule ran"
	case !outcome.Complete:
		digest.Reason = "a closed loop without OPERATION_COUNT runs as many operations as it can"
	}
	return digest
}

// dependsOnPast names an operation whose parameters do; empty: none.
func (r *Run) dependsOnPast() string {
	for i := range r.declared.Operations {
		operation := &r.declared.Operations[i]
		for _, parameter := range operation.Parameters {
			if operation.Weight > 0 && generator.DependsOnPast(parameter.Generator) {
				return operation.Name
			}
		}
	}
	return ""
}

func (r *Run) facts(file *record.RunFile, measured []record.Total) *record.Facts {
	facts := &record.Facts{
		Status: file.Status, Measured: measured, OpenLoop: r.config.Schedule != nil, ConstantLoad: r.constantLoad(),
		Seconds: r.engine.Recorder().Measured(), HarnessCPUCores: file.Resources.Harness.CPUAverage, AvailableCores: r.setup.Host.Cores,
		TargetIsHarness: r.driver.System() == "noop", DirtyData: r.dirty, Incomplete: r.folder.Incomplete(),
		Ceiling: file.Ceiling, Books: file.Books, SLO: file.SLO, P99Asked: r.declaration.Variables["SLO_P99"] != "",
	}
	if lag := r.engine.Recorder().Lag(record.Measure); facts.OpenLoop && lag.Count() > 0 {
		p99 := float64(lag.Percentile(99)) / 1e6
		facts.LagP99Milliseconds = &p99
	}
	return facts
}

// constantLoad says whether rate and workers stay the same in the measured phase.
func (r *Run) constantLoad() bool {
	if r.config.Staged || r.declaration.Executors { // what executors do is not known
		return false
	}
	var first *Segment
	for i := range r.declaration.Profile.Segments {
		segment := &r.declaration.Profile.Segments[i]
		if segment.Phase != record.Measure.String() {
			continue
		}
		if first == nil {
			first = segment
		}
		if segment.Workers != first.Workers || segment.Workers.From != segment.Workers.To {
			return false
		}
		if segment.Rate != nil && (*segment.Rate != *first.Rate || segment.Rate.From != segment.Rate.To) {
			return false
		}
	}
	return true
}

func resourcesOf(sampler *resource.Sampler) record.Resources {
	resources := record.Resources{Harness: processOf(sampler.Harness())}
	if server := sampler.Server(); server != nil {
		resources.Server = &record.ServerResources{ProcessResources: processOf(*server), Label: sampler.ServerLabel()}
	}
	return resources
}

func processOf(s resource.Summary) record.ProcessResources {
	return record.ProcessResources{
		CPUSecondsTotal: s.CPUSecondsTotal, CPUAverage: s.CPUAverage, CPUMaximum: s.CPUMaximum,
		MemoryAverageBytes: s.MemoryAverageBytes, MemoryMaximumBytes: s.MemoryMaximumBytes,
	}
}

// leave writes the last line of the windows.
func (r *Run) leave(file *record.RunFile) {
	_ = r.folder.Append(record.NewEndLine(file.Status, file.FinishedAt, file.Phases))
	_ = r.folder.CloseWindows()
}

// write puts run.json into place. Where that fails, for want of space, the file is kept in memory, for the summary.
func (r *Run) write(file *record.RunFile) error {
	failure := r.folder.WriteRun(file)
	if failure != nil {
		file.Validity.Valid = false
		file.Validity.Reasons = append(file.Validity.Reasons, record.Reason{Code: record.CodeResultsIncomplete, Message: failure.Error()})
	}
	text, err := json.Marshal(file)
	if err != nil {
		return err
	}
	r.result = text
	finished := finishedEvent{
		Event: "finished", Folder: r.folder.Path(), RunFile: r.folder.RunPath(), Status: string(file.Status),
		Valid: file.Validity.Valid, SlosMet: record.SLOsMet(file.SLO),
	}
	if failure != nil {
		finished.Run, finished.Failure = text, failure.Error()
	}
	r.environment.Events.Send(finished)
	r.environment.Events.Flush()
	if failure != nil {
		return &driver.Error{Kind: driver.KindResource, Message: failure.Error(), Err: failure}
	}
	return nil
}
