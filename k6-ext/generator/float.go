package generator

import (
	"fmt"
	"math"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// maximumDecimals is how many decimal places a float64 can tell apart at all.
const maximumDecimals = 15

// float makes real numbers that are all equally likely.
type float struct {
	stream           Stream
	minimum, maximum float64
}

// rounded makes numbers with a fixed number of decimal places: whole numbers divided by a power of ten, so that every one
// within the limits, the limits too, is equally likely.
type rounded struct {
	stream Stream
	first  int64
	n      uint64
	scale  float64
}

func compileFloat(f *fields) Generator {
	minimum, maximum := f.number("minimum"), f.number("maximum")
	if minimum > maximum {
		f.refuse("minimum", fmt.Sprintf("%v, above maximum %v", minimum, maximum), "a minimum that is not above the maximum")
	}
	if !f.has("decimals") {
		return &float{stream: f.stream, minimum: minimum, maximum: maximum}
	}
	decimals := f.wholeWithin("decimals", 0, maximumDecimals)
	scale := 1.0
	for range decimals {
		scale *= 10
	}
	first, last := math.Ceil(nearWhole(float64(minimum*scale))), math.Floor(nearWhole(float64(maximum*scale)))
	if !(first >= -maximumWhole && last <= maximumWhole) {
		f.refuseValue("decimals", fmt.Sprintf("few enough that the limits %v and %v times 10^decimals are below 2^53", minimum, maximum))
		return nil
	}
	if first > last {
		f.refuseValue("decimals", fmt.Sprintf("enough that a number lies between the limits %v and %v", minimum, maximum))
		return nil
	}
	return &rounded{stream: f.stream, first: int64(first), n: uint64(last-first) + 1, scale: scale}
}

// nearWhole takes away the error of a product such as 0.07 × 100.
func nearWhole(x float64) float64 {
	if nearest := math.Round(x); math.Abs(x-nearest) <= float64(1e-9*max(1, float64(math.Abs(x)*1e-6))) {
		return nearest
	}
	return x
}

func (g *float) Generate(index uint64, dst *driver.Value) {
	u := unit(g.stream.draw(index))
	// Not minimum + u × (maximum − minimum): the difference may be infinite.
	x := float64(g.minimum*(1-u)) + float64(g.maximum*u)
	dst.SetFloat(min(max(x, g.minimum), g.maximum))
}

func (g *rounded) Generate(index uint64, dst *driver.Value) {
	dst.SetFloat(float64(g.first+int64(below(g.stream.draw(index), g.n))) / g.scale)
}
