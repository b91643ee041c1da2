package strict

import "testing"

func TestMistakesAreToldInTheWordsOfWhoeverWroteIt(t *testing.T) {
	type inner struct {
		Flag bool `json:"flag"`
	}
	type outer struct {
		Name  string   `json:"name"`
		Count uint64   `json:"count"`
		Whole int      `json:"whole"`
		Share *float64 `json:"share"`
		List  []inner  `json:"list"`
		Inner inner    `json:"inner"`
	}
	for text, want := range map[string]string{
		`{"name": 5}`:               `"name" is a number; expected a string`,
		`{"name": null}`:            "",
		`{"nmae": "x"}`:             `the field "nmae" is not known`,
		`{"inner": {"flg": true}}`:  `the field "flg" is not known`,
		`{"count": -1}`:             `"count" is -1; expected a whole number of 0 or more`,
		`{"whole": 1.5}`:            `"whole" is 1.5; expected a whole number`,
		`{"whole": "1"}`:            `"whole" is a string; expected a whole number`,
		`{"share": true}`:           `"share" is a boolean; expected a number`,
		`{"list": {}}`:              `"list" is an object; expected an array`,
		`{"list": [{"flag": []}]}`:  `"list.flag" is an array; expected true or false`,
		`{"inner": "x"}`:            `"inner" is a string; expected an object`,
		`[]`:                        `it is an array; expected an object`,
		``:                          `it ends too early`,
		`{"name": "x"`:              `it ends too early`,
		`{"name": "x"} {}`:          `there is something after its end`,
		`{"name": "x", "count": 3}`: "",
		`{"count":1e400}`:           `"count" is 1e400; expected a whole number of 0 or more`,
	} {
		got := ""
		if err := Decode([]byte(text), &outer{}); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
