package generator

import (
	"math"
	"testing"
)

func TestStandardNormalInvertsTheDistribution(t *testing.T) {
	for _, p := range []float64{0x1p-53, 1e-12, 1e-6, 0.001, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.9251, 0.999, 1 - 1e-9} {
		z := standardNormal(p)
		if p > 0.5 { // by symmetry, where the lower tail has all its digits
			z, p = -z, 1-p
		}
		if back := math.Erfc(-z/math.Sqrt2) / 2; math.Abs(back-p) > 1e-13*p {
			t.Errorf("%v gives %v, which belongs to %v", p, z, back)
		}
	}
}

func TestOurLogarithmAndExponentialAreAccurate(t *testing.T) {
	random := Stream(7)
	for i := range uint64(100_000) {
		x := math.Exp(1400*unit(random.draw(i)) - 700)
		if got, want := logarithm(x), math.Log(x); math.Abs(got-want) > 4e-16*max(math.Abs(want), 0.1) {
			t.Fatalf("ln %v is %v, want %v", x, got, want)
		}
		y := 1400*unit(random.draw(i)) - 700
		if got, want := exponential(y), math.Exp(y); math.Abs(got-want) > 1e-15*want {
			t.Fatalf("e^%v is %v, want %v", y, got, want)
		}
		z := 2*unit(random.draw(i)) - 0.99
		if got, want := exponentialRatio(z/20), math.Expm1(z/20)/(z/20); math.Abs(got-want) > 1e-13 {
			t.Fatalf("(e^t − 1)/t at %v is %v, want %v", z/20, got, want)
		}
		if got, want := logarithmRatio(z/20), math.Log1p(z/20)/(z/20); math.Abs(got-want) > 1e-13 {
			t.Fatalf("ln(1 + t)/t at %v is %v, want %v", z/20, got, want)
		}
	}
	if !math.IsInf(exponential(1000), 1) || exponential(-1000) != 0 || logarithm(1) != 0 || exponential(0) != 1 {
		t.Error("the ends and the fixed points are wrong")
	}
}
