package report

import (
	"math/rand/v2"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/record"
)

func soak(seconds float64) Plan {
	names, slos := one(nil)
	return Plan{Kind: record.ReportDrift, Operations: names, SLOs: slos, Segments: []Segment{
		warmup(3, 500), {Measured: true, Seconds: seconds, From: 500, To: 500, Open: true},
	}}
}

// soaked runs a soak whose latency, and memory, go up by so much an hour, with noise, and stalls now and then.
func soaked(t *testing.T, seconds int, perHour float64) record.DriftReport {
	s := follow(t, soak(float64(seconds)))
	random := rand.New(rand.NewPCG(1, 2))
	for second := range seconds + 3 {
		hours := float64(second-3) / 3600
		response := 5 + perHour*hours + random.NormFloat64()*0.05
		if second < 3 || second%97 == 0 {
			response = 400
		}
		s.answer(0, 110, response)
		memory := int64(100e6 + 60e6*hours + random.NormFloat64()*1e6)
		s.ends(Sample{HarnessMemory: &memory})
	}
	return s.follower.Finish().Report.(record.DriftReport)
}

func TestADriftOfLatencyAndMemoryIsFoundThroughNoiseAndStalls(t *testing.T) {
	report := soaked(t, 1800, 4)
	if report.WindowSeconds != 10 || report.Windows != 180 {
		t.Errorf("%+v", report)
	}
	for _, trend := range []struct {
		name           string
		trend          *record.Trend
		perHour, share float64
	}{{"p50", report.ResponseP50, 4, 4.0 / 6}, {"memory", report.HarnessMemory, 60e6, 60.0 / 115}} {
		if trend.trend == nil || trend.trend.Low > trend.perHour || trend.trend.High < trend.perHour || trend.trend.Low <= 0 {
			t.Fatalf("%s: %+v", trend.name, trend.trend)
		}
		if share := *trend.trend.SharePerHour; share < trend.share*0.95 || share > trend.share*1.05 {
			t.Errorf("%s: %v of the median an hour, want %v", trend.name, share, trend.share)
		}
	}
	if report.ServerMemory != nil {
		t.Error("memory of a server that nobody saw")
	}
}

func TestARunThatDoesNotDriftHasZeroInItsInterval(t *testing.T) {
	if p50 := soaked(t, 1800, 0).ResponseP50; p50.Low > 0 || p50.High < 0 {
		t.Errorf("%+v", p50)
	}
}

func TestADriftOfAShortRunIsNotKnown(t *testing.T) {
	if report := soaked(t, 115, 4); report.Windows != 11 || report.ResponseP50 != nil || report.HarnessMemory != nil {
		t.Errorf("%+v", report)
	}
	if report := soaked(t, 120, 4); report.Windows != 12 || report.ResponseP50 == nil {
		t.Errorf("%+v", report)
	}
}

func TestAP99DriftsOnlyWhereWindowsHaveOne(t *testing.T) {
	s := follow(t, soak(150))
	s.seconds(153, 99, 2)
	if report := s.follower.Finish().Report.(record.DriftReport); report.ResponseP99 != nil || report.ResponseP50 == nil {
		t.Errorf("%+v", report)
	}
}

func TestALongRunHasLongerWindowsNotMore(t *testing.T) {
	timeline := newTimeline(soak(36_000).Segments)
	if d := newDrift(&timeline); d.length != 100 {
		t.Errorf("windows of %v s", d.length)
	}
}

func TestTheSlopeIsThatOfALineWhateverAQuarterOfThePointsDo(t *testing.T) {
	var x, y []float64
	for i := range 40 {
		x = append(x, float64(i))
		y = append(y, 3+0.5*float64(i))
		if i%4 == 1 {
			y[i] = 1e6
		}
	}
	estimate, low, high := slope(x, y)
	if estimate < 0.49 || estimate > 0.6 || low > 0.5 || high < 0.5 {
		t.Errorf("%v in [%v, %v]", estimate, low, high)
	}
}

// Sen's interval of independent noise holds the true slope in 95 of 100 cases.
func TestTheIntervalOfASlopeHoldsItAsOftenAsItSays(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	held := 0
	const trials = 2000
	for range trials {
		var x, y []float64
		for i := range 20 {
			x, y = append(x, float64(i)), append(y, 2*float64(i)+random.NormFloat64()*5)
		}
		if _, low, high := slope(x, y); low <= 2 && 2 <= high {
			held++
		}
	}
	if share := float64(held) / trials; share < 0.935 || share > 0.975 {
		t.Errorf("held in %v of the trials", share)
	}
}
