package record

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func TestTheFirstMessageOfEachKindOfErrorIsKept(t *testing.T) {
	examples := NewErrorExamples([]string{"select", "insert"})
	if list := examples.List(); list == nil || len(list) != 0 {
		t.Errorf("without errors the list is %v; a file needs an empty one", list)
	}
	examples.Note(1, &driver.Error{Kind: driver.KindDeadlock, Code: "40P01", Message: "deadlock detected"})
	examples.Note(1, &driver.Error{Kind: driver.KindDeadlock, Code: "40P01", Message: "another one"})
	examples.Note(1, &driver.Error{Kind: driver.KindConnection, Message: "cut"})
	examples.Note(0, &driver.Error{Kind: driver.KindDeadlock, Message: strings.Repeat("ü", 501)})
	want := []ErrorExample{
		{"select", "deadlock", "", strings.Repeat("ü", 499) + "…"},
		{"insert", "connection", "", "cut"},
		{"insert", "deadlock", "40P01", "deadlock detected"},
	}
	if list := examples.List(); !reflect.DeepEqual(list, want) || utf8.RuneCountInString(list[0].Message) != longestExample {
		t.Errorf("kept %+v, want %+v", list, want)
	}
}

func TestExamplesMayComeFromManyWorkersAtOnce(t *testing.T) {
	examples := NewErrorExamples([]string{"select"})
	var group sync.WaitGroup
	for range 50 {
		group.Add(1)
		go func() {
			defer group.Done()
			examples.Note(0, &driver.Error{Kind: driver.KindTimeout, Message: "no reply"})
		}()
	}
	group.Wait()
	if list := examples.List(); len(list) != 1 {
		t.Errorf("kept %v", list)
	}
}
