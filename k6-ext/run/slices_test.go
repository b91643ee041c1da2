package run

import (
	"testing"
	"time"
)

func TestSlicesEndOneAfterAnotherAndNoneIsLongerThanAskedFor(t *testing.T) {
	const slice, workers = 5 * time.Second, 10
	for number := range workers {
		at := time.Duration(0)
		for range 4 {
			end := sliceEnd(at, slice, number, workers)
			if end <= at || end-at > slice {
				t.Fatalf("worker %d: a slice goes from %v to %v", number, at, end)
			}
			if want := slice * time.Duration(number) / workers; end%slice != want {
				t.Fatalf("worker %d: a slice ends at %v, which is not %v after a multiple of %v", number, end, want, slice)
			}
			at = end
		}
	}
}

func TestASliceIsASecondUnlessDeclaredOtherwise(t *testing.T) {
	for declared, want := range map[any]time.Duration{nil: time.Second, 2.5: 2500 * time.Millisecond} {
		declaration, err := DecodeDeclaration(text(t, map[string]any{"iterationSeconds": declared}))
		if err != nil || declaration.slice() != want {
			t.Errorf("iterationSeconds %v: %v, %v; want %v", declared, declaration.slice(), err, want)
		}
	}
}
