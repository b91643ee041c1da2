package record

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/histogram"
)

// total of n operations of 1 ms.
func total(name string, n uint64) Total {
	t := Total{Name: name, Counts: Counts{Operations: n, Attempts: n}, Service: histogram.New(), Response: histogram.New()}
	t.Service.RecordN(1_000_000, uint32(n))
	t.Response.RecordN(1_000_000, uint32(n))
	return t
}

// goodFacts are those of a run that nothing speaks against.
func goodFacts() *Facts {
	return &Facts{
		Status: Complete, Measured: []Total{total("select", 20_000)}, LagP99Milliseconds: pointer(0.3), OpenLoop: true, ConstantLoad: true,
		Seconds: seconds(20, func(int) (uint64, float64) { return 1000, 1 }), HarnessCPUCores: pointer(1.0), AvailableCores: 8,
		Ceiling: ceilingUsed(0.5),
		Books:   []Book{NewBook("insert", 10, 1, 10)},
	}
}

// ceilingUsed is a ceiling of which a run used this share.
func ceilingUsed(share float64) *Ceiling {
	return &Ceiling{OperationsPerSecond: 1_000_000, Workers: 8, Seconds: 0.4, Share: &share}
}

func seconds(n int, of func(second int) (operations uint64, response float64)) []Second {
	all := make([]Second, n)
	for i := range all {
		all[i].Second = i
		all[i].Operations, all[i].Response = of(i)
	}
	return all
}

func TestValidity(t *testing.T) {
	for _, c := range []struct {
		promise  string
		change   func(*Facts)
		reasons  []string
		warnings []string
		message  string
	}{
		{promise: "a good run is valid", change: func(*Facts) {}},
		{promise: "an interrupted one is not", change: func(f *Facts) { f.Status = Interrupted }, reasons: []string{CodeInterrupted}},
		{promise: "a crashed one is not", change: func(f *Facts) { f.Status = Crashed }, reasons: []string{CodeCrashed}},
		{promise: "nor one that measured nothing", change: func(f *Facts) { f.Measured = []Total{total("select", 0)} }, reasons: []string{CodeNothingMeasured}},
		{promise: "1 % of errors are tolerated", change: func(f *Facts) { fail(f, 200) }},
		{promise: "more are not", change: func(f *Facts) { fail(f, 201) }, reasons: []string{CodeErrors}, message: "1 % of the operations failed (timeout 201)"},
		{promise: "another limit can be set", change: func(f *Facts) { fail(f, 2000); f.ErrorLimit = 0.1 }},
		{promise: "or none tolerated", change: func(f *Facts) { fail(f, 1); f.ErrorLimit = -1 }, reasons: []string{CodeErrors}},
		{promise: "undone work is told", change: func(f *Facts) { f.Measured[0].Undone = 1 }, reasons: []string{CodeUndone}, message: "1 of 20001"},
		{promise: "errors and undone work beyond a limit that was looked for, and found, are told as warnings",
			change:   func(f *Facts) { fail(f, 2000); f.Measured[0].Undone = 9; f.LimitFound = true },
			warnings: []string{CodeErrors, CodeUndone}, message: "went beyond the target's limit on purpose"},
		{promise: "but a harness that lags is not trusted at the target's limit either",
			change:  func(f *Facts) { f.LagP99Milliseconds = pointer(10.1); f.LimitFound = true },
			reasons: []string{CodeHarnessLag}},
		{promise: "deletes that removed too much do not balance",
			change: func(f *Facts) {
				f.Books = []Book{{Operation: "delete", Acknowledged: 5, Held: pointer(int64(6)), Removes: true}}
			},
			reasons: []string{CodeBooks}, message: "delete: 5 deletes were acknowledged and 0 have an unknown outcome, but 6 of the target's rows are gone"},
		{promise: "a harness at its limit is not trusted", change: func(f *Facts) { f.HarnessCPUCores = pointer(6.9) },
			reasons: []string{CodeHarnessCPU}, message: "6.90 of 8 cores"},
		{promise: "unless that is what is measured", change: func(f *Facts) { f.HarnessCPUCores = pointer(7.9); f.TargetIsHarness = true }},
		{promise: "unknown use of the processor is a warning", change: func(f *Facts) { f.HarnessCPUCores = nil }, warnings: []string{CodeHarnessCPU}},
		{promise: "a harness that lags is not trusted", change: func(f *Facts) { f.LagP99Milliseconds = pointer(10.1) }, reasons: []string{CodeHarnessLag}},
		{promise: "a closed loop has no lag", change: func(f *Facts) { f.LagP99Milliseconds = nil }},
		{promise: "a run that used more than half of the harness's ceiling says so", change: func(f *Facts) { f.Ceiling = ceilingUsed(0.51) },
			warnings: []string{CodeHarnessCeiling}, message: "used 51 % of what the harness could do at most (1000000 operations/s)"},
		{promise: "also where the ceiling is not known", change: func(f *Facts) { f.Ceiling = nil }, warnings: []string{CodeHarnessCeiling}},
		{promise: "but not where nothing was measured of it", change: func(f *Facts) { f.Ceiling.Share = nil }},
		{promise: "nor where that ceiling is what is measured", change: func(f *Facts) { f.Ceiling, f.TargetIsHarness = ceilingUsed(1), true }},
		{promise: "dirty data is told in its own words", change: func(f *Facts) { f.DirtyData = "5 rows are left" },
			reasons: []string{CodeDirtyData}, message: "5 rows are left"},
		{promise: "lost results are told", change: func(f *Facts) { f.Incomplete = "disk full" }, reasons: []string{CodeResultsIncomplete}},
		{promise: "too few rows held", change: func(f *Facts) { f.Books = []Book{NewBook("insert", 10, 1, 9)} }, reasons: []string{CodeBooks}, message: "holds 9"},
		{promise: "too many rows held", change: func(f *Facts) { f.Books = []Book{NewBook("insert", 10, 1, 12)} }, reasons: []string{CodeBooks}},
		{promise: "rows of unknown outcome may be held", change: func(f *Facts) { f.Books = []Book{NewBook("insert", 10, 1, 11)} }},
		{promise: "rows that cannot be counted", change: func(f *Facts) { f.Books = []Book{UncountedBook("insert", 10, 1, "nobody answers")} }, reasons: []string{CodeBooks}, message: "could not be counted: nobody answers"},
		{promise: "a short run is valid, and says that p99 is not known", change: func(f *Facts) { f.Measured = []Total{total("select", 9_999)} },
			warnings: []string{CodeTooFewSamples}},
		{promise: "with an SLO on p99 that the suite brought along, too", change: func(f *Facts) {
			f.Measured = []Total{total("select", 9_999)}
			f.SLO = Judge(&f.Measured[0], SLO{P99Milliseconds: pointer(5.0)})
		}, warnings: []string{CodeTooFewSamples}},
		{promise: "but not where the user asked for that SLO", change: func(f *Facts) {
			f.Measured = []Total{total("select", 9_999)}
			f.SLO = Judge(&f.Measured[0], SLO{P99Milliseconds: pointer(5.0)})
			f.P99Asked = true
		}, reasons: []string{CodeTooFewSamples}, message: "select (9999)"},
		{promise: "which counts for nothing where an operation never ran", change: func(f *Facts) {
			f.Measured = append(f.Measured, total("insert", 0))
			f.SLO = Judge(&f.Measured[1], SLO{P99Milliseconds: pointer(5.0)})
		}, warnings: []string{CodeTooFewSamples}},
		{promise: "steadiness that cannot be told is a warning", change: func(f *Facts) { f.Seconds = f.Seconds[:9] }, warnings: []string{CodeNotSteady}},
		{promise: "a response time that doubles is not steady", change: func(f *Facts) {
			f.Seconds = seconds(20, func(i int) (uint64, float64) { return 1000, 2 + float64(i/10*2) })
		}, reasons: []string{CodeNotSteady}, message: "from 2 ms in the first half of the measured phase to 4 ms"},
		{promise: "a change of the load is not held against a run", change: func(f *Facts) {
			f.ConstantLoad = false
			f.Seconds = seconds(20, func(i int) (uint64, float64) { return 1000, float64(i * i) })
		}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			facts := goodFacts()
			c.change(facts)
			v := Validate(facts)
			if !slices.Equal(codes(v.Reasons), c.reasons) || !slices.Equal(codes(v.Warnings), c.warnings) || v.Valid != (len(c.reasons) == 0) {
				t.Errorf("got %+v", v)
			}
			if told := append(v.Reasons, v.Warnings...); c.message != "" && !strings.Contains(told[0].Message, c.message) {
				t.Errorf("message %q does not say %q", told[0].Message, c.message)
			}
		})
	}
}

func fail(f *Facts, n uint64) {
	f.Measured[0].Failed = n
	f.Measured[0].Errors[errorIndex(driver.KindTimeout)] = n
}

func codes(reasons []Reason) (codes []string) {
	for _, r := range reasons {
		codes = append(codes, r.Code)
	}
	return codes
}

func TestNoiseIsNotTakenForDrift(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	wrong := 0
	for range 1000 {
		// A closed loop whose seconds vary by a quarter, as on a busy machine.
		message, known := Unsteady(seconds(28, func(int) (uint64, float64) { return uint64(10_000 * (1 + 0.25*random.NormFloat64())), 1 }), false)
		if !known {
			t.Fatal("28 seconds are enough")
		}
		if message != "" {
			wrong++
		}
	}
	if wrong > 10 {
		t.Errorf("%d of 1000 steady runs were called unsteady", wrong)
	}
}

func TestAThroughputThatFallsByAThirdIsNotSteady(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	message, _ := Unsteady(seconds(28, func(i int) (uint64, float64) {
		return uint64((15_000 - float64(i/14*5000)) * (1 + 0.05*random.NormFloat64())), 1
	}), false)
	if !strings.Contains(message, "the throughput went from 15104/s") {
		t.Errorf("message %q", message)
	}
}

func TestASecondInWhichNothingFinishedCountsForSteadiness(t *testing.T) {
	r := NewRecorder([]string{"select"}, 1, epoch)
	for second := range 6 {
		if second != 3 {
			o := observation(0, 1_000_000)
			r.Shard(0).Record(&o)
		}
		r.Roll(at(float64(second + 1)))
	}
	got := r.Measured()
	if len(got) != 4 || got[0].Second != 1 || got[2].Second != 3 || got[2].Operations != 0 || got[3].Operations != 1 {
		t.Errorf("seconds %+v", got)
	}
}

func TestSLOsAreJudgedFromTheMergedHistogram(t *testing.T) {
	measured := total("select", 19_000)
	measured.Response.RecordN(100_000_000, 1000)
	measured.Operations, measured.Failed, measured.Undone = 20_000, 100, 0
	verdicts := Judge(&measured, SLO{P95Milliseconds: pointer(1.01), P99Milliseconds: pointer(99.0), ErrorRate: pointer(0.005)})
	if len(verdicts) != 3 || !*verdicts[0].Met || *verdicts[1].Met || !*verdicts[2].Met || SLOsMet(verdicts) {
		t.Errorf("verdicts %+v", verdicts)
	}
	if *verdicts[2].Actual != 0.005 {
		t.Errorf("error rate %v", *verdicts[2].Actual)
	}
	never := total("insert", 0)
	for _, v := range Judge(&never, SLO{P95Milliseconds: pointer(1.0), P99Milliseconds: pointer(1.0), ErrorRate: pointer(0.0)}) {
		if v.Actual != nil || v.Met != nil {
			t.Errorf("of an operation that never ran: %+v", v)
		}
	}
	if len(Judge(&measured, SLO{})) != 0 {
		t.Error("verdicts without limits")
	}
}
