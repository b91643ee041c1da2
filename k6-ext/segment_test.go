package dbmark

import (
	"maps"
	"testing"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/metrics"
)

// tagged sets a tag of a VU, as a script does.
func tagged(name, value string) func(*metrics.TagsAndMeta) {
	return func(tags *metrics.TagsAndMeta) { tags.SetTag(name, value) }
}

func TestSegmentsPartTheIndexes(t *testing.T) {
	for sequence, segments := range map[string][]string{
		"0,1/2,1":     {"0:1/2", "1/2:1"},
		"0,1/3,2/3,1": {"0:1/3", "1/3:2/3", "2/3:1"},
		"0,1/4,1":     {"0:1/4", "1/4:1"},
	} {
		claimed, workers := map[int64]int{}, 0
		for _, segment := range segments {
			part, err := readSegment(segmentOptions(t, segment, sequence))
			if err != nil {
				t.Fatal(err)
			}
			if part.instance != segment {
				t.Errorf("the instance of segment %s is %q", segment, part.instance)
			}
			workers += part.scaleWorkers(10)
			for n := int64(0); ; n++ {
				index := part.stripe.Index(n)
				if index >= 1200 {
					break
				}
				claimed[index]++
			}
		}
		if len(claimed) != 1200 {
			t.Errorf("segments %s have %d of 1200 indexes", sequence, len(claimed))
		}
		for index, times := range claimed {
			if times != 1 {
				t.Errorf("index %d is in %d of the segments %s", index, times, sequence)
			}
		}
		if workers != 10 {
			t.Errorf("segments %s share 10 workers as %d", sequence, workers)
		}
	}
}

func TestARunWithoutSegmentsIsWhole(t *testing.T) {
	part, err := readSegment(lib.Options{})
	if err != nil || part.instance != "0" || part.scaleWorkers(7) != 7 || part.stripe.Index(41) != 41 {
		t.Errorf("%+v %v", part, err)
	}
}

func TestInstancesDoTogetherWhatOneDoes(t *testing.T) {
	changes := map[string]any{"operationCount": 1001, "profile": closedProfile(4, 0, 0.1, 0), "metrics": "operations", "testId": "shared"}
	operations := map[string]float64{}
	for _, segment := range []string{"0:1/2", "1/2:1"} {
		p := newProcess(t)
		p.options = segmentOptions(t, segment, "0,1/2,1")
		declared := maps.Clone(declaration(t, changes))
		file := p.runAll(declared, mixOf(operation("read", "read", 1, key())), 2)
		if n := file["topology"].(map[string]any)["workers"]; n != 2.0 {
			t.Errorf("segment %s of 4 workers has %v", segment, n)
		}
		for _, s := range p.taken() {
			if s.metric == "transactions_total" {
				operations[s.tags["instance"]] += s.value
			}
		}
	}
	if operations["0:1/2"]+operations["1/2:1"] != 1001 || operations["0:1/2"] < 500 || operations["1/2:1"] < 500 {
		t.Errorf("operations by instance are %v, want 1001 in all", operations)
	}
}

func TestASegmentWithoutWorkersIsRefused(t *testing.T) {
	p := newProcess(t)
	p.options = segmentOptions(t, "1/2:1", "0,1/2,1")
	v := p.newVU(declare(declaration(t, map[string]any{"profile": closedProfile(1, 0, 1, 0)})))
	v.refuses("run.open()", "this execution segment has none of the profile's 1 workers")
}
