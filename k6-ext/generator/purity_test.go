package generator

import (
	"fmt"
	"sync"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func TestAValueDependsOnItsIndexAloneInAnyOrderByAnyNumberOfWorkers(t *testing.T) {
	const n = 500
	for _, spec := range everySpec {
		g := made(t, spec)
		want := make([]uint64, n)
		for i := range want {
			v := value(g, uint64(i))
			want[i] = Hash(0, &v)
		}
		again := made(t, spec)
		var workers sync.WaitGroup
		for worker := range 4 {
			workers.Add(1)
			go func() {
				defer workers.Done()
				var v driver.Value // used again, as a worker does
				for step := range n {
					i := (step*(2*worker+1) + worker*77) % n
					again.Generate(uint64(i), &v)
					if Hash(0, &v) != want[i] {
						t.Errorf("%s: index %d gives another value to worker %d", spec, i, worker)
						return
					}
				}
			}()
		}
		workers.Wait()
	}
}

func TestNothingIsAllocatedOnceTheValueHasGrown(t *testing.T) {
	for _, spec := range everySpec {
		g := made(t, spec)
		var v driver.Value
		for i := range uint64(2000) {
			g.Generate(i, &v)
		}
		index := uint64(0)
		if n := testing.AllocsPerRun(2000, func() { g.Generate(index, &v); index++ }); n != 0 {
			t.Errorf("%s: %v allocations a value", spec, n)
		}
	}
}

func TestStreamsOfOtherSeedsOperationsAndParametersDiffer(t *testing.T) {
	seen := map[int64]string{}
	for _, scope := range []Scope{
		{Seed: 1, Operation: "a", Parameter: "b"}, {Seed: 2, Operation: "a", Parameter: "b"},
		{Seed: 1, Operation: "b", Parameter: "a"}, {Seed: 1, Operation: "ab", Parameter: ""},
		{Seed: 1, Operation: "", Parameter: "ab"}, {Seed: 1, Operation: "a", Parameter: "c"},
	} {
		v := value(madeIn(t, `{"type":"uniform","minimum":0,"maximum":9007199254740991}`, scope), 0)
		if other, ok := seen[v.Number]; ok {
			t.Errorf("%+v gives the value of %s", scope, other)
		}
		seen[v.Number] = fmt.Sprintf("%+v", scope)
	}
}

func TestParametersOfOneOperationGetTheSameRowOfAPool(t *testing.T) {
	scope := testScope()
	for _, distribution := range []string{"uniform", "zipfian", "hotspot"} {
		scope.Parameter = "id"
		id := madeIn(t, `{"type":"pool","pool":"people","column":0,"distribution":"`+distribution+`"}`, scope)
		scope.Parameter = "name"
		name := madeIn(t, `{"type":"pool","pool":"people","column":1,"distribution":"`+distribution+`"}`, scope)
		rows := scope.Pools["people"].Rows
		for i := range uint64(200) {
			row, got := rows[value(id, i).Number], value(name, i)
			if string(got.Bytes) != string(row[1].Bytes) {
				t.Fatalf("%s: index %d takes %q, its row has %q", distribution, i, got.Bytes, row[1].Bytes)
			}
		}
	}
}

func TestSkipLastLeavesOutTheLastRows(t *testing.T) {
	counts := numbers(made(t, `{"type":"pool","pool":"people","column":0,"skipLast":97}`), 1000)
	if len(counts) != 3 || counts[0] == 0 || counts[1] == 0 || counts[2] == 0 {
		t.Errorf("rows %v, want the first three", counts)
	}
}

func TestOnlyLatestDependsOnThePast(t *testing.T) {
	for _, spec := range everySpec {
		scope := testScope()
		g := madeIn(t, spec, scope)
		changed := false
		for i := range uint64(50) {
			before := value(g, i)
			for noted := range int64(100) {
				scope.Past.Acknowledge(noted)
				scope.Past.Add(1)
			}
			after := value(g, i)
			changed = changed || Hash(0, &before) != Hash(0, &after)
		}
		if changed != DependsOnPast(Spec(spec)) {
			t.Errorf("%s: changed with the past: %v, declared so: %v", spec, changed, !changed)
		}
	}
	if !DependsOnPast(Spec(`{"type":"json","fields":{"a":{"type":"json","fields":{"b":{"type":"latest","minimum":1,"maximum":2}}}}}`)) {
		t.Error("latest inside of JSON objects is overlooked")
	}
	if DependsOnPast(Spec(`{"type":"constant","value":"latest"}`)) || DependsOnPast(nil) {
		t.Error("something else counts as latest")
	}
}

func TestHashesTellValuesKindsAndOrdersApart(t *testing.T) {
	values := make([]driver.Value, 8)
	values[1].SetInt(0)
	values[2].SetInt(1)
	values[3].SetFloat(1)
	values[4].SetBool(true)
	values[5].SetTimestamp(1)
	values[6].SetText("1")
	copy(values[7].Grow(driver.Bytes, 1), "1")
	seen := map[uint64]int{}
	for i := range values {
		for j := range values {
			h := Hash(Hash(0, &values[i]), &values[j])
			if other, ok := seen[h]; ok {
				t.Errorf("values %d, %d hash like pair %d", i, j, other)
			}
			seen[h] = i*10 + j
		}
	}
	stale := values[2]
	stale.Bytes = []byte("left from another operation")
	if Hash(0, &stale) != Hash(0, &values[2]) {
		t.Error("the hash of a number depends on bytes that are not its own")
	}
}

func TestPoolHashesTellContentAndOrderApart(t *testing.T) {
	a := testScope().Pools["people"]
	b := testScope().Pools["people"]
	if a.Hash() != b.Hash() {
		t.Error("equal pools have different hashes")
	}
	b.Rows[3], b.Rows[4] = b.Rows[4], b.Rows[3]
	if a.Hash() == b.Hash() {
		t.Error("the order of rows is not in the hash")
	}
	empty, ragged := &Pool{}, &Pool{Rows: [][]driver.Value{{}}}
	if empty.Hash() == ragged.Hash() {
		t.Error("an empty row is not in the hash")
	}
}
