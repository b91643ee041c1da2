package noop

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// memory is what the targets of one host name hold: how many rows each table has, manifests, and how many rows were
// written by which operation. It keeps no values.
type memory struct {
	mutex     sync.Mutex
	tables    map[string]int64
	manifests map[string]driver.Manifest
	locks     map[string]chan struct{}
	sessions  map[*session]struct{}
	written   map[string]int64 // by sessions that are closed
}

func newMemory() *memory {
	return &memory{
		tables: map[string]int64{}, manifests: map[string]driver.Manifest{}, locks: map[string]chan struct{}{},
		sessions: map[*session]struct{}{}, written: map[string]int64{},
	}
}

func (m *memory) join(s *session) {
	m.mutex.Lock()
	m.sessions[s] = struct{}{}
	m.mutex.Unlock()
}

// leave keeps what a session that closes has written.
func (m *memory) leave(s *session) {
	m.mutex.Lock()
	delete(m.sessions, s)
	s.addTo(m.written)
	m.mutex.Unlock()
}

func (s *session) addTo(written map[string]int64) {
	for i := range s.written {
		written[s.program.operations[i].name] += s.written[i].Load()
	}
}

// query answers "writes" (rows written by all operations), "writes NAME" (by one operation) and "rows TABLE".
func (m *memory) query(statement driver.Statement) (*driver.ResultSet, error) {
	text := statement.Text
	if text == "" {
		text = strings.Join(statement.Command, " ")
	}
	verb, name, _ := strings.Cut(strings.TrimSpace(text), " ")
	name = strings.TrimSpace(name)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var count int64
	switch {
	case verb == "writes":
		total := map[string]int64{}
		for operation, rows := range m.written {
			total[operation] += rows
		}
		for s := range m.sessions {
			s.addTo(total)
		}
		for operation, rows := range total {
			if name == "" || name == operation {
				count += rows
			}
		}
	case verb == "rows" && name != "":
		rows, exists := m.tables[name]
		if !exists {
			return nil, &driver.Error{Kind: driver.KindNotFound, Message: "table " + name + " does not exist"}
		}
		count = rows
	default:
		return nil, &driver.Error{Kind: driver.KindStatement,
			Message: `noop can not answer "` + text + `"; it answers "writes", "writes OPERATION" and "rows TABLE"`}
	}
	return &driver.ResultSet{Columns: []string{"count"}, Rows: [][]any{{count}}}, nil
}

func (t *target) TableExists(ctx context.Context, table string) (bool, error) {
	if err := contextError(ctx); err != nil {
		return false, err
	}
	t.memory.mutex.Lock()
	defer t.memory.mutex.Unlock()
	_, exists := t.memory.tables[table]
	return exists, nil
}

// definition recognises the statements that change which tables there are, in SQL's words.
var definition = regexp.MustCompile(`(?is)^\s*(create\s+(?:unlogged\s+)?table|drop\s+table|truncate(?:\s+table)?)\s+` +
	`(if\s+(?:not\s+)?exists\s+)?((?:"(?:[^"]|"")+"|[^\s("',;]+)+)`)

// Execute follows CREATE TABLE, DROP TABLE and TRUNCATE, and accepts everything else without doing anything.
func (t *target) Execute(ctx context.Context, statements []string) error {
	t.memory.mutex.Lock()
	defer t.memory.mutex.Unlock()
	for _, statement := range statements {
		if err := contextError(ctx); err != nil {
			return err
		}
		found := definition.FindStringSubmatch(statement)
		if found == nil {
			continue
		}
		verb, conditional, table := strings.ToLower(found[1]), found[2] != "", found[3]
		_, exists := t.memory.tables[table]
		switch {
		case strings.HasPrefix(verb, "create") && exists && !conditional:
			return &driver.Error{Kind: driver.KindStatement, Message: "table " + table + " exists already"}
		case !strings.HasPrefix(verb, "create") && !exists && !conditional:
			return &driver.Error{Kind: driver.KindNotFound, Message: "table " + table + " does not exist"}
		case strings.HasPrefix(verb, "drop"):
			delete(t.memory.tables, table)
		case strings.HasPrefix(verb, "create") && exists, strings.HasPrefix(verb, "truncate") && !exists:
		default:
			t.memory.tables[table] = 0
		}
	}
	return nil
}

func (t *target) OpenBulk(ctx context.Context, table string, columns []string) (driver.BulkWriter, error) {
	if err := contextError(ctx); err != nil {
		return nil, err
	}
	t.memory.mutex.Lock()
	defer t.memory.mutex.Unlock()
	if _, exists := t.memory.tables[table]; !exists {
		return nil, &driver.Error{Kind: driver.KindNotFound, Message: "table " + table + " does not exist"}
	}
	return &bulk{memory: t.memory, table: table, columns: len(columns)}, nil
}

// bulk counts rows, and adds them to the table when they are committed.
type bulk struct {
	memory  *memory
	table   string
	columns int
	rows    int64
	ended   bool
}

func (b *bulk) Write(ctx context.Context, row []driver.Value) error {
	if b.ended {
		return driver.Usagef("a row was written after the end of the bulk load of %s", b.table)
	}
	if len(row) != b.columns {
		return driver.Usagef("a row of %d values was written to %d columns of %s", len(row), b.columns, b.table)
	}
	if ctx.Err() != nil {
		return ended(ctx)
	}
	b.rows++
	return nil
}

func (b *bulk) Commit(ctx context.Context) (int64, error) {
	if err := contextError(ctx); err != nil {
		return 0, err
	}
	if b.ended {
		return 0, driver.Usagef("the bulk load of %s has ended already", b.table)
	}
	b.ended = true
	b.memory.mutex.Lock()
	defer b.memory.mutex.Unlock()
	if _, exists := b.memory.tables[b.table]; !exists {
		return 0, &driver.Error{Kind: driver.KindNotFound, Message: "table " + b.table + " does not exist any more"}
	}
	b.memory.tables[b.table] += b.rows
	return b.rows, nil
}

func (b *bulk) Abort() { b.ended = true }
