package driver

import "context"

// Locker is a Target on which a dbmark can keep every other one away from what it uses.
type Locker interface {
	Target
	// Lock keeps every other dbmark away from a data set, until unlock is called or the
	// process ends. Held by somebody else, it waits until the context ends.
	Lock(ctx context.Context, name string) (unlock func(), err error)
}

// Store is a Target that can hold a data set: tables made, bulk-loaded and recognised again.
type Store interface {
	Locker
	// TableExists says whether a table (or view) of that name is there, whoever made it. The name is
	// in the system's own notation, quoted where it must be.
	TableExists(ctx context.Context, table string) (bool, error)
	// Execute runs statements one after another on one connection, outside of a transaction,
	// without the target's Timeout: building an index may take an hour.
	Execute(ctx context.Context, statements []string) error
	// OpenBulk opens a connection of its own that loads rows into a table in the system's fastest way.
	OpenBulk(ctx context.Context, table string, columns []string) (BulkWriter, error)
	// Manifest reads what the target holds about a data set of dbmark's; nil when it has none.
	Manifest(ctx context.Context, name string) (*Manifest, error)
	// SaveManifest writes or replaces it.
	SaveManifest(ctx context.Context, m *Manifest) error
}

// BulkWriter loads rows. It belongs to one goroutine.
type BulkWriter interface {
	// Write adds one row; the values are free to be reused when it returns.
	Write(ctx context.Context, row []Value) error
	// Commit makes the rows written so far permanent and frees the connection. It gives their number.
	Commit(ctx context.Context) (rows int64, err error)
	// Abort drops the rows and frees the connection; after Commit it does nothing.
	Abort()
}

// ManifestState is where a data set is in its life.
type ManifestState string

// The states of a data set.
const (
	// Loading: somebody started to fill it, and has not finished.
	Loading ManifestState = "loading"
	// Ready: it is as it was loaded, but for keys above the data set.
	Ready ManifestState = "ready"
	// Changed: a run has changed its rows since, or may have.
	Changed ManifestState = "changed"
)

// Manifest is what the target holds about a data set, so that it is recognised and reused.
type Manifest struct {
	Name string `json:"name"`
	// Definition is the hash of everything that determines the content: tables, columns,
	// generators, rows and seed.
	Definition string           `json:"definition"`
	Rows       map[string]int64 `json:"rows"`
	Seed       uint64           `json:"seed"`
	State      ManifestState    `json:"state"`
	// LoadedAt is RFC 3339 UTC.
	LoadedAt string `json:"loadedAt"`
	// PreparedFor is the last run of several instances whose first one has brought the data set into the state that the run starts from.
	PreparedFor string `json:"preparedFor,omitempty"`
}

// TableReader is a Target that can tell how a user's own table is made.
type TableReader interface {
	// ReadTable finds a table or view by the name a user types: with or without a schema,
	// quoted or not. A missing one is an *Error of KindNotFound that names similar ones.
	ReadTable(ctx context.Context, name string) (*TableDefinition, error)
}

// TableDefinition is how a table is made, as far as operations on it need to know.
type TableDefinition struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
	// Qualified is the schema and name, quoted for use in a statement.
	Qualified string `json:"qualified"`
	// Type is "table", "partitioned table", "view", "materialized view" or "foreign table".
	Type    string             `json:"type"`
	Columns []ColumnDefinition `json:"columns"`
	// Key names the columns of the primary key or, without one, of a unique index over columns
	// that are not null; empty when there is neither.
	Key []string `json:"key"`
	// EstimatedRows comes from the system's statistics; -1 when it has none.
	EstimatedRows int64 `json:"estimatedRows"`
	// OwnedByDbmark: a manifest on the target says that dbmark made it.
	OwnedByDbmark bool `json:"ownedByDbmark"`
	// Unique lists the columns of every unique index besides the key's.
	Unique [][]string `json:"unique"`
	// References lists the columns that a foreign key constrains.
	References []string `json:"references"`
}

// ColumnDefinition is how one column is made.
type ColumnDefinition struct {
	Name string `json:"name"`
	// Quoted is the name, quoted for use in a statement.
	Quoted string `json:"quoted"`
	// Type in the system's own words, with its modifier: "character varying(40)", "numeric(10,2)".
	Type string `json:"type"`
	// BaseType without modifier, domains resolved, in the system's short form: "int8", "varchar", "uuid".
	BaseType   string `json:"baseType"`
	NotNull    bool   `json:"notNull"`
	HasDefault bool   `json:"hasDefault"`
	// Generated: the target computes it; it can not be written.
	Generated bool `json:"generated"`
	// Identity is "", "always" or "by default".
	Identity string `json:"identity"`
	// MaximumLength of texts in characters; 0 when there is no limit.
	MaximumLength int `json:"maximumLength"`
	// Precision and Scale of numerics; 0 when there is no limit.
	Precision int `json:"precision"`
	Scale     int `json:"scale"`
	// Labels of an enumeration.
	Labels []string `json:"labels,omitempty"`
}
