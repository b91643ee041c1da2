package findmax

import (
	"math"
	"math/rand/v2"
	"testing"
)

// target is a double: a load holds with a probability that falls from 1 to 0 around its capacity.
type target struct {
	capacity float64
	// noise is the share of the capacity over which the probability falls (a logistic curve's scale); 0: a sharp edge.
	noise float64
	// hiccups is the share of trials that fail whatever the load.
	hiccups float64
	// harness is the load above which nothing more can be sent; 0: no limit.
	harness float64
	random  *rand.Rand
	tried   []float64
}

func (t *target) try(load float64) Outcome {
	t.tried = append(t.tried, load)
	if t.harness > 0 && load > t.harness {
		return Harness
	}
	if t.random != nil && t.random.Float64() < t.hiccups {
		return Missed
	}
	if t.noise == 0 {
		if load <= t.capacity {
			return Held
		}
		return Missed
	}
	if t.random.Float64() < 1/(1+math.Exp((load-t.capacity)/(t.noise*t.capacity))) {
		return Held
	}
	return Missed
}

// search runs to the end, and fails the test where there is none.
func search(tb testing.TB, plan Plan, on *target) Result {
	tb.Helper()
	if err := plan.Validate(); err != nil {
		tb.Fatal(err)
	}
	s := New(plan)
	for range 1000 {
		load, _, more := s.Next()
		if !more {
			return s.Result()
		}
		if plan.Fixed == 0 && (load < plan.Minimum || load > plan.Maximum) {
			tb.Fatalf("tries %v, outside of %v to %v", load, plan.Minimum, plan.Maximum)
		}
		if plan.Whole && load != math.Trunc(load) {
			tb.Fatalf("tries %v, which is no whole number", load)
		}
		s.Note(on.try(load))
	}
	tb.Fatalf("not finished after 1000 trials of a capacity of %v: %v", on.capacity, on.tried[:50])
	return Result{}
}

var usual = Plan{Start: 200, Minimum: 1, Maximum: 1_000_000, Precision: 0.05}

func TestAnySharpCapacityIsFoundWithinThePrecision(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		capacity := math.Exp(random.Float64() * math.Log(900_000))
		on := &target{capacity: capacity}
		r := search(t, usual, on)
		if r.Conclusion != Found || r.Highest > capacity || r.Lowest <= capacity || r.Lowest > r.Highest*1.05 {
			t.Fatalf("capacity %v: %+v", capacity, r)
		}
		if len(on.tried) > 24 {
			t.Fatalf("capacity %v took %d trials: %v", capacity, len(on.tried), on.tried)
		}
	}
}

func TestWholeNumbersAreFoundExactlyWhereTheyAreFewerThanThePrecision(t *testing.T) {
	plan := Plan{Start: 1, Minimum: 1, Maximum: 128, Precision: 0.05, Whole: true}
	for capacity := 1; capacity < 128; capacity++ {
		r := search(t, plan, &target{capacity: float64(capacity)})
		if r.Conclusion != Found || r.Highest > float64(capacity) || r.Highest < float64(capacity)/1.05 {
			t.Fatalf("%d workers: %+v", capacity, r)
		}
		if capacity < 20 && r.Highest != float64(capacity) {
			t.Fatalf("%d workers: %+v", capacity, r)
		}
	}
}

func TestBothEndsOfTheResultHaveTwoTrialsThatAgree(t *testing.T) {
	on := &target{capacity: 3333}
	r := search(t, usual, on)
	count := map[float64]int{}
	for _, load := range on.tried {
		count[load]++
	}
	if count[r.Highest] != 2 || count[r.Lowest] != 2 {
		t.Fatalf("%+v after %v", r, on.tried)
	}
}

func TestALimitThatTheFirstTrialMissesIsSearchedBelow(t *testing.T) {
	on := &target{capacity: 7}
	r := search(t, usual, on)
	if r.Conclusion != Found || r.Highest > 7 || r.Highest < 7/1.05 || on.tried[1] >= usual.Start {
		t.Fatalf("%+v after %v", r, on.tried)
	}
}

func TestNothingHoldsIsSaidWhenTheMinimumFailsTwice(t *testing.T) {
	on := &target{capacity: 0.5}
	r := search(t, usual, on)
	last := on.tried[len(on.tried)-2:]
	if r.Conclusion != NothingHolds || r.Highest != 0 || r.Lowest != 1 || last[0] != 1 || last[1] != 1 {
		t.Fatalf("%+v after %v", r, on.tried)
	}
}

func TestTheCeilingIsNoLimitOfTheTarget(t *testing.T) {
	plan := usual
	plan.Maximum = 5000
	r := search(t, plan, &target{capacity: 1e9})
	if r != (Result{Conclusion: Ceiling, Highest: 5000}) {
		t.Fatalf("%+v", r)
	}
}

func TestWhatTheHarnessCannotSendIsNoLimitOfTheTarget(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for range 500 {
		limit := math.Exp(math.Log(60) + random.Float64()*math.Log(10_000))
		r := search(t, usual, &target{capacity: 1e9, harness: limit})
		if r.Conclusion != HarnessLimit || r.Highest > limit || r.Highest > 0 && r.Highest < limit/1.05 {
			t.Fatalf("a harness that sends %v: %+v", limit, r)
		}
	}
	if r := search(t, usual, &target{capacity: 3000, harness: 100_000}); r.Conclusion != Found {
		t.Fatalf("a harness far above the target: %+v", r)
	}
}

func TestALoadThatCouldNotBeSentForSomeTimeIsTriedAgainAtTheEnd(t *testing.T) {
	on := &target{capacity: 6000}
	s := New(usual)
	for i := 0; ; i++ {
		load, _, more := s.Next()
		if !more {
			break
		}
		outcome := on.try(load)
		if i >= 2 && i < 5 {
			outcome = Harness
		}
		s.Note(outcome)
	}
	if r := s.Result(); r.Conclusion != Found || r.Highest > 6000 || r.Highest < 6000/1.05 {
		t.Fatalf("%+v after %v", r, on.tried)
	}
}

func TestAHarnessThatCannotSendAQuarterEitherIsNotAskedForEverLess(t *testing.T) {
	on := &target{capacity: 6000, harness: 1e-9}
	if r := search(t, usual, on); r.Conclusion != HarnessLimit || r.Highest != 0 || len(on.tried) != 6 {
		t.Fatalf("%+v after %v", r, on.tried)
	}
}

func TestMomentsInWhichNothingCanBeSentDoNotCount(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		on := &target{capacity: 6000}
		s := New(usual)
		for {
			load, _, more := s.Next()
			if !more {
				break
			}
			outcome := on.try(load)
			if random.Float64() < 0.1 {
				outcome = Harness
			}
			s.Note(outcome)
		}
		if r := s.Result(); r.Highest > 6000 || r.Conclusion == Found && r.Highest < 6000/1.05 {
			t.Fatalf("%+v after %v", r, on.tried)
		}
	}
}

func TestAHiccupFarBelowTheEdgeDoesNotHoldTheSearchDown(t *testing.T) {
	for hiccup := range 6 {
		on := &target{capacity: 6000}
		s := New(usual)
		for i := 0; ; i++ {
			load, _, more := s.Next()
			if !more {
				break
			}
			outcome := on.try(load)
			if i == hiccup {
				outcome = Missed
			}
			s.Note(outcome)
		}
		if r := s.Result(); r.Conclusion != Found || r.Highest > 6000 || r.Highest < 6000/1.05 {
			t.Fatalf("a hiccup at trial %d: %+v after %v", hiccup+1, r, on.tried)
		}
	}
}

// With noise, results must gather around the capacity: their mean close to it, their coefficient of variation a few percent.
func TestWithNoiseResultsGatherAroundTheCapacity(t *testing.T) {
	const capacity, searches = 4321.0, 2000
	for _, noise := range []struct{ edge, hiccups, variation float64 }{{0.01, 0, 0.03}, {0.03, 0.02, 0.06}, {0.05, 0.05, 0.18}} {
		random := rand.New(rand.NewPCG(3, 3))
		var sum, squares, most float64
		for range searches {
			on := &target{capacity: capacity, noise: noise.edge, hiccups: noise.hiccups, random: random}
			r := search(t, usual, on)
			if r.Conclusion != Found {
				t.Fatalf("%+v: %+v", noise, r)
			}
			sum += r.Highest
			squares += r.Highest * r.Highest
			most = max(most, float64(len(on.tried)))
		}
		mean := sum / searches
		variation := math.Sqrt(squares/searches-mean*mean) / mean
		t.Logf("edge %.2f, hiccups %.2f: mean %.3f of the capacity, coefficient of variation %.3f, at most %.0f trials", noise.edge, noise.hiccups, mean/capacity, variation, most)
		if math.Abs(mean/capacity-1) > 0.06 || variation > noise.variation {
			t.Errorf("%+v: mean %v of the capacity, coefficient of variation %v", noise, mean/capacity, variation)
		}
	}
}

// Whatever is answered, even by a coin, a search ends, with ends that fit each other.
func TestASearchEndsWhateverIsAnswered(t *testing.T) {
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 4))
		plan := Plan{Start: 1 + float64(random.IntN(500)), Minimum: 1, Maximum: 500 + float64(random.IntN(100_000)), Precision: 0.02 + 0.3*random.Float64(), Whole: seed%2 == 0}
		s := New(plan)
		trials := 0
		for {
			load, _, more := s.Next()
			if !more {
				break
			}
			if load < plan.Minimum || load > plan.Maximum {
				t.Fatalf("tries %v of %+v", load, plan)
			}
			if trials++; trials > 2000 {
				t.Fatalf("seed %d: no end: %+v", seed, plan)
			}
			s.Note(Outcome(random.IntN(3)))
		}
		r := s.Result()
		if r.Conclusion == Unfinished || r.Highest > 0 && r.Lowest > 0 && r.Highest >= r.Lowest {
			t.Fatalf("seed %d: %+v", seed, r)
		}
		if r.Conclusion == Found && !plan.Whole && r.Lowest > r.Highest*(1+plan.Precision)*(1+1e-12) {
			t.Fatalf("seed %d: %+v of %+v", seed, r, plan)
		}
	}
}

func TestAGivenLoadHoldsOrFailsByTheMajorityOfThree(t *testing.T) {
	for _, c := range []struct {
		outcomes []Outcome
		expected Result
	}{
		{[]Outcome{Held, Held}, Result{Holds, 700, 0}},
		{[]Outcome{Missed, Missed}, Result{Fails, 0, 700}},
		{[]Outcome{Held, Missed, Held}, Result{Holds, 700, 0}},
		{[]Outcome{Missed, Held, Missed}, Result{Fails, 0, 700}},
		{[]Outcome{Harness, Harness, Harness}, Result{HarnessLimit, 0, 700}},
		{[]Outcome{Harness, Held, Harness, Held}, Result{Holds, 700, 0}},
		{[]Outcome{Harness, Harness, Missed, Missed}, Result{Fails, 0, 700}},
		{[]Outcome{Held}, Result{Unfinished, 0, 0}},
	} {
		s := New(Plan{Fixed: 700})
		for i, outcome := range c.outcomes {
			if load, purpose, more := s.Next(); load != 700 || purpose != Check || !more {
				t.Fatalf("%v: trial %d is %v %v %v", c.outcomes, i+1, load, purpose, more)
			}
			s.Note(outcome)
		}
		if _, _, more := s.Next(); more != (c.expected.Conclusion == Unfinished) || s.Result() != c.expected {
			t.Fatalf("%v: %+v", c.outcomes, s.Result())
		}
	}
}

func TestASearchThatIsEndedTellsWhatItHasSoFar(t *testing.T) {
	s := New(usual)
	if r := s.Result(); r != (Result{Conclusion: Unfinished}) {
		t.Fatalf("%+v", r)
	}
	for _, outcome := range []Outcome{Held, Held, Missed} {
		s.Next()
		s.Note(outcome)
	}
	if r := s.Result(); r != (Result{Unfinished, 400, 800}) {
		t.Fatalf("%+v", r)
	}
}

func TestPlansWithoutSenseAreRefused(t *testing.T) {
	for _, plan := range []Plan{
		{Start: 10, Minimum: 20, Maximum: 100, Precision: 0.05},
		{Start: 200, Minimum: 20, Maximum: 100, Precision: 0.05},
		{Start: 50, Minimum: 0, Maximum: 100, Precision: 0.05},
		{Start: 50, Minimum: 20, Maximum: 100, Precision: 0},
		{Start: 50, Minimum: 20, Maximum: 100, Precision: 1},
		{Start: math.NaN(), Minimum: 20, Maximum: 100, Precision: 0.05},
		{Start: 50.5, Minimum: 20, Maximum: 100, Precision: 0.05, Whole: true},
		{Fixed: math.Inf(1)},
	} {
		if plan.Validate() == nil {
			t.Errorf("accepted: %+v", plan)
		}
	}
}
