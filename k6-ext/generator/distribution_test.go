package generator

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

const draws = 200_000

// outcomes counts first … first+n−1; anything else fails.
func outcomes(t *testing.T, g Generator, first int64, n int) []float64 {
	t.Helper()
	counts := make([]float64, n)
	for v, count := range numbers(g, draws) {
		if v < first || v >= first+int64(n) {
			t.Fatalf("%d is outside of %d to %d", v, first, first+int64(n)-1)
		}
		counts[v-first] = count
	}
	return counts
}

func equalShares(n int) []float64 {
	shares := make([]float64, n)
	for i := range shares {
		shares[i] = 1 / float64(n)
	}
	return shares
}

func zipfShares(n int, theta float64) []float64 {
	shares, sum := make([]float64, n), 0.0
	for i := range shares {
		shares[i] = math.Pow(float64(i+1), -theta)
		sum += shares[i]
	}
	for i := range shares {
		shares[i] /= sum
	}
	return shares
}

func TestUniformIsUniform(t *testing.T) {
	chiSquare(t, "−5 to 94", outcomes(t, made(t, `{"type":"uniform","minimum":-5,"maximum":94}`), -5, 100), equalShares(100), draws)
	chiSquare(t, "two", outcomes(t, made(t, `{"type":"uniform","minimum":7,"maximum":8}`), 7, 2), equalShares(2), draws)
}

func TestZipfianFollowsZipfsLawAtEveryRank(t *testing.T) {
	for _, theta := range []float64{0.01, 0.5, 0.99, 0.9999999, 1, 1.0000001, 1.5, 3} {
		spec := fmt.Sprintf(`{"type":"zipfian","minimum":10,"maximum":209,"theta":%v,"scrambled":false}`, theta)
		counts, shares := outcomes(t, made(t, spec), 10, 200), zipfShares(200, theta)
		for len(shares) > 2 && shares[len(shares)-1]*draws < 5 { // the rare ones together
			last := len(shares) - 1
			shares[last-1] += shares[last]
			counts[last-1] += counts[last]
			shares, counts = shares[:last], counts[:last]
		}
		chiSquare(t, fmt.Sprintf("theta %v", theta), counts, shares, draws)
	}
}

func TestZipfianOverABillionFollowsTheLawAtItsTop(t *testing.T) {
	const n, theta = 1_000_000_000, 0.99
	// The sum of k^−theta to n by Euler and Maclaurin, after the first thousand terms.
	sum := 0.0
	for k := 1; k < 1000; k++ {
		sum += math.Pow(float64(k), -theta)
	}
	a, b := 1000.0, float64(n)
	sum += (math.Pow(b, 1-theta)-math.Pow(a, 1-theta))/(1-theta) + (math.Pow(a, -theta)+math.Pow(b, -theta))/2 +
		theta*(math.Pow(a, -theta-1)-math.Pow(b, -theta-1))/12
	counts := numbers(made(t, `{"type":"zipfian","minimum":1,"maximum":1000000000,"scrambled":false}`), draws)
	observed, shares := make([]float64, 11), make([]float64, 11)
	observed[10], shares[10] = draws, 1
	for k := range 10 {
		observed[k] = counts[int64(k+1)]
		shares[k] = math.Pow(float64(k+1), -theta) / sum
		observed[10] -= observed[k]
		shares[10] -= shares[k]
	}
	chiSquare(t, "top ten of a billion", observed, shares, draws)
}

func TestScrambledZipfianSpreadsTheSamePopularitiesOverTheRange(t *testing.T) {
	const n = 1000
	counts := outcomes(t, made(t, `{"type":"zipfian","minimum":1,"maximum":1000}`), 1, n)
	spread := newPermutation(n)
	byRank := make([]float64, n)
	inFirstHalf := 0
	for rank := range uint64(n) {
		place := spread.of(rank)
		byRank[rank] = counts[place]
		if rank < 100 && place < n/2 {
			inFirstHalf++
		}
	}
	chiSquare(t, "by rank", byRank, zipfShares(n, 0.99), draws)
	if inFirstHalf < 30 || inFirstHalf > 70 {
		t.Errorf("%d of the 100 most popular are in the first half", inFirstHalf)
	}
}

func TestItemsFoldedOntoARangeKeepTheirPopularities(t *testing.T) {
	const n, items = 100, 10_000
	counts := outcomes(t, made(t, `{"type":"zipfian","minimum":1,"maximum":100,"items":10000}`), 1, n)
	spread, shares := newPermutation(items), make([]float64, n)
	for rank, share := range zipfShares(items, 0.99) {
		shares[spread.of(uint64(rank))%n] += share
	}
	chiSquare(t, "100 values of 10,000 items", counts, shares, draws)
}

func TestScramblingIsOneToOne(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 1000, 1024, 1025, 65_537} {
		p, seen := newPermutation(n), make([]bool, n)
		for x := range n {
			y := p.of(x)
			if y >= n || seen[y] {
				t.Fatalf("of %d: %d goes to %d, outside or for the second time", n, x, y)
			}
			seen[y] = true
		}
	}
	huge := newPermutation(1 << 54)
	if y := huge.of(1<<54 - 1); y >= 1<<54 {
		t.Errorf("%d is outside", y)
	}
}

func TestThePopularValuesAreThoseOfEveryOperationAndSeed(t *testing.T) {
	top := func(scope Scope) (best int64) {
		counts := numbers(madeIn(t, `{"type":"zipfian","minimum":1,"maximum":1000}`, scope), 20_000)
		for v, count := range counts {
			if count > counts[best] {
				best = v
			}
		}
		return best
	}
	if a, b := top(Scope{Seed: 1, Operation: "select", Parameter: "id"}), top(Scope{Seed: 2, Operation: "update", Parameter: "key"}); a != b {
		t.Errorf("the most popular values are %d and %d", a, b)
	}
}

func TestHotspotHasItsShares(t *testing.T) {
	counts := outcomes(t, made(t, `{"type":"hotspot","minimum":1,"maximum":100}`), 1, 100)
	shares := make([]float64, 100)
	for i := range shares {
		shares[i] = 0.2 / 80
		if i < 20 {
			shares[i] = 0.8 / 20
		}
	}
	chiSquare(t, "80/20", counts, shares, draws)
	all := outcomes(t, made(t, `{"type":"hotspot","minimum":1,"maximum":10,"hotFraction":1,"hotProbability":0}`), 1, 10)
	chiSquare(t, "everything hot", all, equalShares(10), draws)
	one := outcomes(t, made(t, `{"type":"hotspot","minimum":1,"maximum":10,"hotFraction":0,"hotProbability":1}`), 1, 10)
	if one[0] != draws {
		t.Error("at least one value must be hot")
	}
}

func TestLatestIsZipfianFromTheNewest(t *testing.T) {
	scope := testScope()
	for index := range int64(50) { // acknowledged out of order, which is the order that counts
		scope.Past.Acknowledge(index ^ 1)
		scope.Past.Add(1)
	}
	g := madeIn(t, `{"type":"latest","minimum":1,"maximum":50}`, scope)
	byValue := outcomes(t, g, 1, 100)
	byAge := make([]float64, 100)
	for i := range byAge {
		value := 100 - i
		if i < 50 {
			value = 51 + ((49 - i) ^ 1)
		}
		byAge[i] = byValue[value-1]
	}
	chiSquare(t, "100 values", byAge, zipfShares(100, 0.99), draws)
}

func TestNormalIsNormal(t *testing.T) {
	g := made(t, `{"type":"normal","mean":50,"deviation":4,"integer":false}`)
	sample := make([]float64, draws)
	for i := range sample {
		v := value(g, uint64(i))
		sample[i] = v.Float()
	}
	slices.Sort(sample)
	kolmogorovSmirnov(t, sample, func(x float64) float64 { return math.Erfc(-(x-50)/4/math.Sqrt2) / 2 })
	mean, squares, cubes := 0.0, 0.0, 0.0
	for _, x := range sample {
		mean += x / draws
	}
	for _, x := range sample {
		squares += (x - mean) * (x - mean) / draws
		cubes += (x - mean) * (x - mean) * (x - mean) / draws
	}
	if math.Abs(mean-50) > 0.05 || math.Abs(squares-16) > 0.25 || math.Abs(cubes) > 2 {
		t.Errorf("mean %v, variance %v, third moment %v; want 50, 16, 0", mean, squares, cubes)
	}
	clamped := outcomes(t, made(t, `{"type":"normal","mean":0,"deviation":10,"minimum":-3,"maximum":3}`), -3, 7)
	if clamped[0] < 0.3*draws || clamped[6] < 0.3*draws {
		t.Errorf("at its limits a clamped distribution has %v and %v", clamped[0], clamped[6])
	}
}

func TestFloatIsUniform(t *testing.T) {
	g := made(t, `{"type":"float","minimum":-2,"maximum":6}`)
	sample := make([]float64, draws)
	for i := range sample {
		v := value(g, uint64(i))
		sample[i] = v.Float()
	}
	slices.Sort(sample)
	if sample[0] < -2 || sample[draws-1] > 6 {
		t.Errorf("from %v to %v", sample[0], sample[draws-1])
	}
	kolmogorovSmirnov(t, sample, func(x float64) float64 { return (x + 2) / 8 })

	rounded := made(t, `{"type":"float","minimum":0.07,"maximum":0.29,"decimals":2}`)
	counts := make([]float64, 23)
	for i := range draws {
		v := value(rounded, uint64(i))
		k := math.Round(v.Float() * 100)
		if v.Float() != k/100 {
			t.Fatalf("%v has more than two decimals", v.Float())
		}
		counts[int(k)-7]++
	}
	chiSquare(t, "hundredths", counts, equalShares(23), draws)
}

func TestBooleanHasItsProbability(t *testing.T) {
	chiSquare(t, "30 %", outcomes(t, made(t, `{"type":"boolean","probability":0.3}`), 0, 2), []float64{0.7, 0.3}, draws)
	chiSquare(t, "default", outcomes(t, made(t, `{"type":"boolean"}`), 0, 2), []float64{0.5, 0.5}, draws)
	chiSquare(t, "always", outcomes(t, made(t, `{"type":"boolean","probability":1}`), 0, 2), []float64{0, 1}, draws)
	chiSquare(t, "never", outcomes(t, made(t, `{"type":"boolean","probability":0}`), 0, 2), []float64{1, 0}, draws)
}

func TestChoiceFollowsItsWeights(t *testing.T) {
	chiSquare(t, "equal", outcomes(t, made(t, `{"type":"choice","values":[0,1,2,3,4,5,6]}`), 0, 7), equalShares(7), draws)
	counts := outcomes(t, made(t, `{"type":"choice","values":[0,1,2,3],"weights":[70,0,20,10]}`), 0, 4)
	chiSquare(t, "70/0/20/10", counts, []float64{0.7, 0, 0.2, 0.1}, draws)
}

func TestTheMixFollowsItsWeights(t *testing.T) {
	for _, weights := range [][]float64{{1}, {70, 10, 10, 10}, {0, 0, 5, 0}, {0.001, 1e6, 3e5, 0, 7}, {1e-300, 1e300}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}} {
		mix, err := NewMix(9, weights)
		if err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for _, w := range weights {
			total += w
		}
		counts, shares := make([]float64, len(weights)), make([]float64, len(weights))
		for i := range shares {
			shares[i] = weights[i] / total
		}
		for i := range uint64(draws) {
			counts[mix.Pick(i)]++
		}
		for i := range shares {
			if got := counts[i] / draws; math.Abs(got-shares[i]) > 5*math.Sqrt(shares[i]/draws)+1e-9 {
				t.Errorf("%v: operation %d has the share %v, want %v", weights, i, got, shares[i])
			}
		}
	}
}

func TestTextUsesItsAlphabetEvenly(t *testing.T) {
	counts := map[rune]float64{}
	n := 0
	for _, alphabet := range []string{"abcdefghijklmnopqrstuvwxyz0123456789", "aäß€😀"} {
		clear(counts)
		g := made(t, fmt.Sprintf(`{"type":"text","length":53,"alphabet":%q}`, alphabet))
		n = 0
		for i := range uint64(4000) {
			v := value(g, i)
			characters := []rune(string(v.Bytes))
			if v.Kind != driver.Text || len(characters) != 53 {
				t.Fatalf("%q has %d characters", v.Bytes, len(characters))
			}
			for _, c := range characters {
				counts[c]++
				n++
			}
		}
		var list []float64
		for _, c := range alphabet {
			list = append(list, counts[c])
		}
		if len(counts) != len(list) {
			t.Errorf("%d different characters of %q", len(counts), alphabet)
		}
		chiSquare(t, alphabet, list, equalShares(len(list)), n)
	}
}

func TestLengthsAndBytesAreEven(t *testing.T) {
	for _, kind := range []string{"text", "bytes"} {
		g := made(t, `{"type":"`+kind+`","length":{"minimum":3,"maximum":12}}`)
		lengths := make([]float64, 10)
		for i := range uint64(20_000) {
			lengths[len(value(g, i).Bytes)-3]++
		}
		chiSquare(t, "lengths of "+kind, lengths, equalShares(10), 20_000)
	}
	g, counts := made(t, `{"type":"bytes","length":37}`), make([]float64, 256)
	for i := range uint64(4000) {
		for _, b := range value(g, i).Bytes {
			counts[b]++
		}
	}
	chiSquare(t, "bytes", counts, equalShares(256), 4000*37)
}

func TestNeighbouringIndexesAndParametersAreIndependent(t *testing.T) {
	a := made(t, `{"type":"uniform","minimum":0,"maximum":9}`)
	scope := testScope()
	scope.Parameter = "other"
	b := madeIn(t, `{"type":"uniform","minimum":0,"maximum":9}`, scope)
	next, other := make([]float64, 100), make([]float64, 100)
	for i := range uint64(draws) {
		first := value(a, i).Number
		next[first*10+value(a, i+1).Number]++
		other[first*10+value(b, i).Number]++
	}
	chiSquare(t, "index and the next", next, equalShares(100), draws)
	chiSquare(t, "two parameters", other, equalShares(100), draws)
}
