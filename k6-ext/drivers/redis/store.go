package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// Redis has no tables. What takes their place here: rows are hashes whose keys begin with the table's name and a colon, and a sorted set,
// the table's index, holds these keys, all with the score 0, so that it is in their order. Names of tables begin with ownPrefix, and
// so does every key that this package writes besides what a workload's commands do: what belongs to others is never touched.
const ownPrefix = "dbmark:"

// indexOf is the key of a table's index.
func indexOf(table string) string { return table + ":_indices" }

// checkTable refuses names under which others may have keys.
func checkTable(table string) error {
	if strings.HasPrefix(table, ownPrefix) && len(table) > len(ownPrefix) && !strings.ContainsAny(table, " \t\r\n") {
		return nil
	}
	return driver.Usagef("table %q cannot be one of dbmark's on Redis; expected is a name that begins with %s and has no spaces", table, ownPrefix)
}

// with runs on a session of its own.
func (t *target) with(ctx context.Context, use func(*session) error) error {
	s, err := t.open(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(ctx) }()
	return use(s)
}

// TableExists says whether a table has an index: one with rows has.
func (t *target) TableExists(ctx context.Context, table string) (bool, error) {
	if err := checkTable(table); err != nil {
		return false, err
	}
	exists := false
	err := t.with(ctx, func(s *session) error {
		result, err := s.Query(ctx, driver.Statement{Command: []string{"EXISTS", indexOf(table)}})
		if err == nil {
			exists = result.Rows[0][0] == int64(1)
		}
		return err
	})
	return exists, err
}

// dropTable is the statement of Execute that is no command of Redis: it removes a table's rows and its index.
const dropTable = "DROPTABLE"

// Execute runs commands, written as in a shell, and `DROPTABLE name`.
func (t *target) Execute(ctx context.Context, statements []string) error {
	if len(statements) == 0 {
		return nil
	}
	return t.with(ctx, func(s *session) error {
		for i, statement := range statements {
			if err := s.execute(ctx, statement); err != nil {
				var e *driver.Error
				if errors.As(err, &e) {
					told := *e
					told.Message = fmt.Sprintf("command %d of %d (%.80s): %s", i+1, len(statements), statement, e.Message)
					return &told
				}
				return err
			}
		}
		return nil
	})
}

func (s *session) execute(ctx context.Context, statement string) error {
	words, mistake := commandWords(driver.Statement{Text: statement})
	if mistake != nil {
		return mistake
	}
	if strings.EqualFold(words[0], dropTable) {
		if len(words) != 2 {
			return driver.Usagef("%s takes the name of one table", dropTable)
		}
		return s.dropTable(ctx, words[1])
	}
	if why := refusal(words); why != "" {
		return driver.Usagef("%s", why)
	}
	_, err := s.query(ctx, watchdog.Forever, words)
	return err
}

// droppedAtOnce bounds how long the server is kept from others by one command.
const droppedAtOnce = 1000

// dropTable removes the rows that the index names, and only those whose keys are the table's; then there is no index left.
func (s *session) dropTable(ctx context.Context, table string) error {
	if err := checkTable(table); err != nil {
		return err
	}
	index := indexOf(table)
	for {
		found, err := s.query(ctx, watchdog.Forever, []string{"ZRANGE", index, "0", fmt.Sprint(droppedAtOnce - 1)})
		if err != nil {
			return err
		}
		if len(found.Rows) == 0 {
			return nil
		}
		rows, entries := []string{"UNLINK"}, []string{"ZREM", index}
		for _, row := range found.Rows {
			key, _ := row[0].(string)
			entries = append(entries, key)
			if strings.HasPrefix(key, table+":") {
				rows = append(rows, key)
			}
		}
		// The rows first: a table whose index still names them can be dropped again.
		for _, command := range [][]string{rows, entries} {
			if len(command) == 1 {
				continue
			}
			if _, err := s.query(ctx, watchdog.Forever, command); err != nil {
				return err
			}
		}
	}
}
