package run

import (
	"encoding/json"
	"testing"
)

func TestDeclarationsThatCannotBeRunAreRefused(t *testing.T) {
	segment := func(phase string, change func(map[string]any)) map[string]any {
		profile := closed(2, 1)
		s := profile["segments"].([]any)[0].(map[string]any)
		s["phase"] = phase
		change(s)
		return profile
	}
	reporting := func(kind string) map[string]any {
		profile := closed(2, 1)
		profile["report"] = kind
		return profile
	}
	for _, c := range []struct {
		changes map[string]any
		wanted  string
	}{
		{map[string]any{"suite": ""}, "the run has no suite"},
		{map[string]any{"target": nil}, "the run has no target"},
		{map[string]any{"depth": 0}, "depth is 0; expected 1 or more"},
		{map[string]any{"metrics": "all"}, `metrics are "all"; expected operations or windows`},
		{map[string]any{"operationCount": -1}, "operationCount is -1 and operationsPerIteration 0; expected 1 or more, or neither"},
		{map[string]any{"timeoutMilliseconds": 0}, "a timeout is 0 and 0 ms; expected more than 0"},
		{map[string]any{"iterationSeconds": -1}, "iterationSeconds is -1; expected a nanosecond or more, or none for a second"},
		{map[string]any{"iterationSeconds": 1e-10}, "iterationSeconds is 1e-10; expected a nanosecond or more, or none for a second"},
		{map[string]any{"gracefulStopSeconds": -1}, "gracefulStopSeconds is -1; expected 0 or more"},
		{map[string]any{"seed": -1}, `"seed" is -1; expected a whole number of 0 or more`},
		{map[string]any{"connections": nil}, `connections are missing; expected "per-worker" or a number of 1 or more`},
		{map[string]any{"connections": json.RawMessage("null")}, `connections are null; expected "per-worker" or a number of 1 or more`},
		{map[string]any{"connections": "shared"}, `connections are "shared"; expected "per-worker" or a number of 1 or more`},
		{map[string]any{"connections": 0}, `connections are 0; expected "per-worker"`},
		{map[string]any{"connections": 1.5}, `connections are 1.5; expected "per-worker"`},
		{map[string]any{"profile": map[string]any{"name": "p", "loop": "open", "segments": []any{}}}, `profile "p" has no segments`},
		{map[string]any{"profile": map[string]any{"name": "p", "loop": "round"}}, `profile "p" has the loop "round"; expected open or closed`},
		{map[string]any{"profile": map[string]any{"name": "p", "lop": "open"}}, `the field "lop" is not known`},
		{map[string]any{"profile": segment("measure", func(s map[string]any) { s["seconds"] = 0 })}, "lasts 0 s; expected more than 0"},
		{map[string]any{"profile": segment("measure", func(s map[string]any) { s["rate"] = map[string]any{"from": 1, "to": 1} })},
			"an open loop has a rate, a closed loop has none"},
		{map[string]any{"profile": segment("rest", func(map[string]any) {})}, `is of phase "rest"; expected warmup, then measure, then cooldown`},
		{map[string]any{"profile": segment("measure", func(s map[string]any) { s["workers"] = map[string]any{"from": 0, "to": 5} })},
			"has 0 to 5 workers; expected 1 or more"},
		{map[string]any{"profile": reporting("speed")}, `profile "closed" has the report "speed"; expected recovery, drift, steps or limit, or none`},
		{map[string]any{"profile": reporting("drift"), "operationCount": 5},
			`profile "closed" reports on its whole length, and operationCount would cut it`},
	} {
		_, err := DecodeDeclaration(text(t, c.changes))
		refused(t, c.wanted, err, c.wanted)
	}
}

func TestWorkersAreTheMostThatTheProfileEverHas(t *testing.T) {
	profile := closed(2, 1)
	profile["segments"] = append(profile["segments"].([]any),
		map[string]any{"phase": "cooldown", "seconds": 1, "workers": map[string]any{"from": 9, "to": 1}})
	declaration, err := DecodeDeclaration(text(t, map[string]any{"profile": profile}))
	if err != nil || declaration.workers() != 9 {
		t.Errorf("%v workers, %v; want 9", declaration.workers(), err)
	}
}
