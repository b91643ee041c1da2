package run

import (
	"context"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/pacing"
)

func TestAnInstanceIsJudgedByItsOwnShareOfTheRate(t *testing.T) {
	for _, c := range []struct {
		stripe pacing.Stripe
		want   float64
	}{{pacing.WholeStripe(), 400}, {pacing.Stripe{Period: 4, Offsets: []int64{1, 2}}, 200}} {
		r := newRun(t, map[string]any{"profile": open(4, 400, 1), "testId": "a run"})
		part := environment()
		part.Stripe = c.stripe
		if _, err := r.Open(context.Background(), part); err != nil {
			t.Fatal(err)
		}
		if err := r.Load(context.Background(), []byte(work)); err != nil {
			t.Fatal(err)
		}
		if planned := r.shape().Segments[0]; planned.From != c.want || planned.To != c.want {
			t.Errorf("of 400 operations a second, %+v is expected to do %v, want %v", c.stripe, planned.From, c.want)
		}
	}
}
