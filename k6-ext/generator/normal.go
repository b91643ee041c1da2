package generator

import (
	"fmt"
	"math"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// normal makes normally distributed numbers.
type normal struct {
	stream           Stream
	mean, deviation  float64
	minimum, maximum float64
	integer          bool
}

func compileNormal(f *fields) Generator {
	g := &normal{stream: f.stream, mean: f.number("mean"), deviation: f.number("deviation"), integer: f.booleanOr("integer", true)}
	if g.deviation < 0 {
		f.refuseValue("deviation", "a number that is not below 0")
	}
	if g.integer {
		g.minimum = float64(f.wholeOr("minimum", -maximumWhole))
		g.maximum = float64(f.wholeOr("maximum", maximumWhole))
	} else {
		g.minimum = f.numberOr("minimum", -math.MaxFloat64)
		g.maximum = f.numberOr("maximum", math.MaxFloat64)
	}
	if g.minimum > g.maximum {
		f.refuse("minimum", fmt.Sprintf("%v, above maximum %v", g.minimum, g.maximum), "a minimum that is not above the maximum")
	}
	return g
}

func (g *normal) Generate(index uint64, dst *driver.Value) {
	x := g.mean + float64(g.deviation*standardNormal(unitOpen(g.stream.draw(index))))
	if g.integer {
		dst.SetInt(int64(min(max(math.Round(x), g.minimum), g.maximum)))
		return
	}
	dst.SetFloat(min(max(x, g.minimum), g.maximum))
}

// standardNormal is the inverse of the standard normal distribution function for p in (0, 1): algorithm AS 241, PPND16
// (Wichura, "The percentage points of the normal distribution", 1988), accurate to about 1e-15.
func standardNormal(p float64) float64 {
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		r := 0.180625 - float64(q*q)
		return float64(q*polynomial(&centreNumerator, r)) / polynomial(&centreDenominator, r)
	}
	r := math.Sqrt(-logarithm(min(p, 1-p)))
	var z float64
	if r <= 5 {
		r -= 1.6
		z = polynomial(&middleNumerator, r) / polynomial(&middleDenominator, r)
	} else {
		r -= 5
		z = polynomial(&tailNumerator, r) / polynomial(&tailDenominator, r)
	}
	if q < 0 {
		return -z
	}
	return z
}

// polynomial evaluates coefficients from the highest power down.
func polynomial(coefficients *[8]float64, x float64) float64 {
	sum := coefficients[0]
	for _, c := range coefficients[1:] {
		sum = float64(sum*x) + c
	}
	return sum
}

var (
	centreNumerator = [8]float64{
		2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
		1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e0,
	}
	centreDenominator = [8]float64{
		5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
		5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1,
	}
	middleNumerator = [8]float64{
		7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
		3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
	}
	middleDenominator = [8]float64{
		1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
		6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1,
	}
	tailNumerator = [8]float64{
		2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
		2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0,
	}
	tailDenominator = [8]float64{
		2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
		1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1,
	}
)
