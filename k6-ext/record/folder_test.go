package record

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheFolderIsNamedByTimeSuiteAndSystemAndNeverTakenTwice(t *testing.T) {
	results := filepath.Join(t.TempDir(), "not", "there", "yet")
	for _, want := range []string{"2026-11-21T09-40-12Z-oltp-postgres", "2026-11-21T09-40-12Z-oltp-postgres-2", "2026-11-21T09-40-12Z-oltp-postgres-3"} {
		folder, err := CreateFolder(results, FolderName("oltp", "postgres", epoch))
		check(t, err)
		if folder.ID() != want {
			t.Errorf("folder %q, want %q", folder.ID(), want)
		}
	}
	folder, err := CreateFolder(results, FolderName("../my suite", "ä", epoch))
	check(t, err)
	if folder.ID() != "2026-11-21T09-40-12Z-..-my-suite-unnamed" || filepath.Dir(folder.Path()) != results {
		t.Errorf("folder %q", folder.Path())
	}
}

func TestAFolderThatCannotBeMadeIsAnErrorThatSaysWhatToDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(file, nil, 0o600))
	_, err := CreateFolder(file, FolderName("oltp", "postgres", epoch))
	for _, err := range []error{err, CheckResults(file)} {
		if err == nil || !strings.Contains(err.Error(), "not a directory; name another one with --out or DBMARK_RESULTS") {
			t.Errorf("error %v", err)
		}
	}
	if err := CheckResults(t.TempDir()); err != nil {
		t.Error(err)
	}
}

func TestAppendedLinesAreWholeAndInOrder(t *testing.T) {
	folder, err := CreateFolder(t.TempDir(), FolderName("oltp", "noop", epoch))
	check(t, err)
	check(t, folder.Append(map[string]int{"a": 1}, map[string]string{"b": "<&>"}))
	check(t, folder.Append())
	check(t, folder.Append(map[string]int{"c": 3}))
	check(t, folder.CloseWindows())
	check(t, folder.CloseWindows())
	text, err := os.ReadFile(filepath.Join(folder.Path(), WindowsFileName))
	check(t, err)
	if string(text) != "{\"a\":1}\n{\"b\":\"<&>\"}\n{\"c\":3}\n" || folder.Incomplete() != "" {
		t.Errorf("%q, incomplete %q", text, folder.Incomplete())
	}
}

func TestAFailedWriteIsRememberedAndLeavesNoHalfLine(t *testing.T) {
	folder, err := CreateFolder(t.TempDir(), FolderName("oltp", "noop", epoch))
	check(t, err)
	check(t, folder.Append(map[string]int{"a": 1}))
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this platform has no /dev/full")
	}
	whole := folder.windows
	folder.windows = full
	if folder.Append(map[string]int{"b": 2}) == nil {
		t.Error("no error on a full disk")
	}
	folder.windows = whole
	check(t, full.Close())
	check(t, folder.Append(map[string]int{"c": 3}))
	if got := folder.Incomplete(); !strings.Contains(got, "1 of 3 writes to windows.ndjson failed (no space left on device)") {
		t.Errorf("incomplete: %q", got)
	}
	text, _ := os.ReadFile(filepath.Join(folder.Path(), WindowsFileName))
	if string(text) != "{\"a\":1}\n{\"c\":3}\n" {
		t.Errorf("%q", text)
	}
}

func TestRunJSONAppearsWholeOrNotAtAll(t *testing.T) {
	folder, err := CreateFolder(t.TempDir(), FolderName("oltp", "noop", epoch))
	check(t, err)
	check(t, folder.WriteRun(NewRunFile(fixtureSetup(folder.ID()))))
	text, err := os.ReadFile(folder.RunPath())
	check(t, err)
	var file RunFile
	check(t, json.Unmarshal(text, &file))
	if file.ID != folder.ID() || file.SchemaVersion != SchemaVersion || text[len(text)-1] != '\n' {
		t.Errorf("run.json %s", text[:100])
	}

	// A folder in the way of the temporary file stands for a disk that refuses.
	check(t, os.Remove(folder.RunPath()))
	check(t, os.MkdirAll(filepath.Join(folder.RunPath()+".tmp", "x"), 0o755))
	err = folder.WriteRun(&file)
	if err == nil || !strings.Contains(err.Error(), "could not be written: is a directory. The seconds that could be written are in") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(folder.RunPath()); err == nil {
		t.Error("there is a run.json")
	}
}
