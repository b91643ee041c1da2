package influxdb

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

func textOf(t *testing.T, b batch) string {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(b.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatWaitsGoesTogetherAndInOrder(t *testing.T) {
	q := newQueue(mostQueuedBytes)
	if b, ok := q.next(); ok {
		t.Errorf("an empty queue gives %v", b)
	}
	q.add(nil, tally{})
	q.add([]byte("a\n"), tally{1, 10})
	q.add([]byte("b\nc\n"), tally{2, 20})
	b, ok := q.next()
	if !ok || textOf(t, b) != "a\nb\nc\n" || b.tally != (tally{3, 30}) {
		t.Errorf("given is %q with %v", textOf(t, b), b.tally)
	}
	q.add([]byte("d\n"), tally{1, 0})
	if b, _ := q.next(); textOf(t, b) != "d\n" || b.points != 1 {
		t.Errorf("given next is %q with %v", textOf(t, b), b.tally)
	}
	if _, ok := q.next(); ok {
		t.Error("the queue is not empty")
	}
}

// noise is text that hardly compresses.
func noise(random *rand.Rand, size int) []byte {
	var text strings.Builder
	for text.Len() < size {
		fmt.Fprintf(&text, "%x", random.Uint64())
	}
	return []byte(text.String() + "\n")
}

func TestTheQueueIsBoundedAndForgetsTheOldest(t *testing.T) {
	const capacity = 1 << 20
	q := newQueue(capacity)
	random := rand.New(rand.NewPCG(1, 2))
	const added = 300
	for i := range added {
		q.add(append([]byte(fmt.Sprintf("number %d ", i)), noise(random, 20_000)...), tally{1, 2})
		if q.bytes > capacity {
			t.Fatalf("%d bytes wait", q.bytes)
		}
	}
	forgotten := q.forgot()
	kept, last := tally{}, ""
	first := ""
	for b, ok := q.next(); ok; b, ok = q.next() {
		kept.add(b.tally)
		last = textOf(t, b)
		if first == "" {
			first = last
		}
	}
	if forgotten.points == 0 || forgotten.points+kept.points != added || forgotten.operations+kept.operations != 2*added {
		t.Errorf("forgotten are %v, kept %v, of %d", forgotten, kept, added)
	}
	if !strings.HasPrefix(first, fmt.Sprintf("number %d ", forgotten.points)) || !strings.Contains(last, fmt.Sprintf("number %d ", added-1)) {
		t.Errorf("kept are not the newest: from %.20q", first)
	}
	if again := q.forgot(); again != (tally{}) {
		t.Errorf("told twice: %v", again)
	}
}
