package report

import (
	"math"
	"slices"

	"github.com/dbmark/dbmark/k6-ext/record"
)

// slope is a robust estimate of how much y changes when x goes up by one, with its 95 % interval: the median of the slopes between
// all pairs of points, which up to 29 % of outliers do not move. H. Theil, "A rank-invariant method of linear and polynomial regression
// analysis", Proc. Kon. Ned. Akad. v. Wetensch. A 53 (1950); the interval is by P. K. Sen, "Estimates of the regression coefficient
// based on Kendall's tau", JASA 63 (1968), with the normal approximation. It takes the points to be independent of each other: windows
// of one run are not quite, so the interval is rather too narrow. x must ascend; n points make n²/2 pairs.
func slope(x, y []float64) (estimate, low, high float64) {
	n := len(x)
	slopes := make([]float64, 0, n*(n-1)/2)
	for i := range n {
		for j := i + 1; j < n; j++ {
			slopes = append(slopes, (y[j]-y[i])/(x[j]-x[i]))
		}
	}
	slices.Sort(slopes)
	pairs := float64(len(slopes))
	deviation := math.Sqrt(float64(n*(n-1)*(2*n+5)) / 18)
	const normal95 = 1.959964
	at := func(rank float64) float64 {
		return slopes[int(math.Min(math.Max(rank, 0), pairs-1))]
	}
	low = at(math.Floor((pairs-normal95*deviation)/2) - 1)
	high = at(math.Ceil((pairs + normal95*deviation) / 2))
	return record.Median(slopes), low, high
}
