package record

import (
	"math"
	"strconv"
)

// Figure writes a number with three significant digits, or all of those before the point if there are more.
func Figure(x float64) string {
	if math.Abs(x) >= 100 || x == 0 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}
