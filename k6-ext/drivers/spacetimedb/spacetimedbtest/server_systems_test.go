//go:build systems

package spacetimedbtest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/drivers/spacetimedb/spacetimedbtest"
)

func TestModuleKeepsBooks(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	for _, amount := range []int{1, 2, 39} {
		if err := server.Call(t, "increment", "visits", amount); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Call(t, "create_message", "m1", "Ada", "hello", "2026-01-01T00:00:00Z"); err != nil {
		t.Fatal(err)
	}
	if err := server.Call(t, "create_user", "u1", "ada", "ada@example.com", "Ada", 36, "2026-01-01T00:00:00Z", true); err != nil {
		t.Fatal(err)
	}
	expect := func(counters, messages, users int64) {
		t.Helper()
		for statement, want := range map[string]int64{
			"SELECT value FROM counters":         counters,
			"SELECT COUNT(*) AS n FROM messages": messages,
			"SELECT COUNT(*) AS n FROM users":    users,
		} {
			if got := server.Sum(t, statement); got != want {
				t.Errorf("%s: %d, want %d", statement, got, want)
			}
		}
	}
	expect(42, 1, 1)
	for _, refused := range []struct {
		says      string
		reducer   string
		arguments []any
	}{
		{`message_id is empty`, "create_message", []any{"", "Ada", "hello", "now"}},
		{`there is a message "m1" already`, "create_message", []any{"m1", "Ada", "again", "now"}},
		{`there is a user "u1" already`, "create_user", []any{"u1", "a", "b", "c", 1, "now", false}},
		{`age is -1: it cannot be negative`, "create_user", []any{"u2", "a", "b", "c", -1, "now", false}},
		{`counter "visits" is 42: it cannot hold 9223372036854775807 more`, "increment", []any{"visits", int64(9223372036854775807)}},
	} {
		err := server.Call(t, refused.reducer, refused.arguments...)
		if err == nil || !strings.Contains(err.Error(), "530") || !strings.Contains(err.Error(), refused.says) {
			t.Errorf("%s%v: %v, want 530 and %q", refused.reducer, refused.arguments, err, refused.says)
		}
	}
	expect(42, 1, 1)
	if err := server.Call(t, "reset"); err != nil {
		t.Fatal(err)
	}
	expect(0, 0, 0)
}

func TestRestartKeepsWhatIsOnDisk(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{OnDisk: true})
	if err := server.Call(t, "increment", "visits", 7); err != nil {
		t.Fatal(err)
	}
	address, process := server.Address, server.ProcessID()
	server.Stop()
	server.Restart(t)
	if server.Address != address || server.ProcessID() == process {
		t.Errorf("%s with process %d became %s with %d", address, process, server.Address, server.ProcessID())
	}
	if got := server.Sum(t, "SELECT value FROM counters"); got != 7 {
		t.Errorf("the counter has %d after a restart, want 7", got)
	}
}

func TestRestartInMemoryBeginsAnew(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{})
	if err := server.Call(t, "increment", "visits", 7); err != nil {
		t.Fatal(err)
	}
	server.Restart(t)
	if got := server.Sum(t, "SELECT COUNT(*) AS n FROM counters"); got != 0 {
		t.Errorf("%d counters after a restart, want none", got)
	}
}

func TestPauseStallsUntilResume(t *testing.T) {
	server := spacetimedbtest.Start(t, spacetimedbtest.Options{Empty: true})
	ping := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server.Address+"/v1/ping", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		return err
	}
	server.Pause()
	if ping() == nil {
		t.Error("a paused server answered")
	}
	server.Resume()
	for attempt := 0; ping() != nil; attempt++ {
		if attempt == 50 {
			t.Fatal("no answer after Resume")
		}
	}
}
