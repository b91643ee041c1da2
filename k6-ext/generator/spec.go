package generator

import "encoding/json"

// Spec is a generator as it was declared (`Generator` in lib/workload.ts): a JSON object with a `type`. It is kept as it
// came, for the result file, and checked by Compile, which knows the parameter's name.
type Spec []byte

// UnmarshalJSON keeps the declaration.
func (s *Spec) UnmarshalJSON(text []byte) error {
	*s = append((*s)[:0], text...)
	return nil
}

// MarshalJSON gives the declaration as it came.
func (s Spec) MarshalJSON() ([]byte, error) {
	if len(s) == 0 {
		return []byte("null"), nil
	}
	return s, nil
}

// DependsOnPast says whether values depend on what the run did before, so that digests of two runs cannot be
// compared: `latest`, also as the number of a key or a field of a JSON object.
func DependsOnPast(spec Spec) bool {
	var declared struct {
		Type   string          `json:"type"`
		Number Spec            `json:"number"`
		Fields map[string]Spec `json:"fields"`
	}
	if json.Unmarshal(spec, &declared) != nil {
		return false
	}
	if declared.Type == "latest" || (declared.Type == "key" && len(declared.Number) > 0 && DependsOnPast(declared.Number)) {
		return true
	}
	for _, field := range declared.Fields {
		if declared.Type == "json" && DependsOnPast(field) {
			return true
		}
	}
	return false
}
