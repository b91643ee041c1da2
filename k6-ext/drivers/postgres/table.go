package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// findQuery finds a relation; a quoted, possibly qualified name is $1. Its rows are estimated by the planner's statistics: those of its
// parts for a partitioned table, whose own are only set by ANALYZE.
const findQuery = `
SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text,
  CASE WHEN c.relkind = 'p' THEN
    (SELECT CASE WHEN bool_or(part.reltuples >= 0) THEN sum(greatest(part.reltuples, 0)) ELSE -1 END
     FROM pg_partition_tree(c.oid) tree JOIN pg_class part ON part.oid = tree.relid WHERE tree.isleaf)
  WHEN c.relkind IN ('r', 'm', 'f') THEN CASE WHEN c.reltuples = 0 AND c.relpages = 0 AND c.relkind <> 'f' AND pg_relation_size(c.oid) > 0 THEN -1 ELSE c.reltuples END
  ELSE -1 END::int8
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`

// columnsQuery resolves a domain (over domains) to its base type. The modifier of a domain is the base type's.
const columnsQuery = `
WITH RECURSIVE types AS (
  SELECT a.attnum, a.atttypid AS type, a.atttypmod AS modifier, a.attnotnull AS not_null FROM pg_attribute a
  WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT types.attnum, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE types.modifier END, types.not_null OR t.typnotnull
  FROM types JOIN pg_type t ON t.oid = types.type WHERE t.typtype = 'd'
)
SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.typname, types.not_null, a.atthasdef AND a.attgenerated = '' OR a.attidentity <> '' OR coalesce(own.typdefault IS NOT NULL, false),
  a.attgenerated <> '', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE '' END, types.modifier::int8,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)
FROM types JOIN pg_type t ON t.oid = types.type AND t.typtype <> 'd'
JOIN pg_attribute a ON a.attrelid = $1 AND a.attnum = types.attnum
JOIN pg_type own ON own.oid = a.atttypid
ORDER BY a.attnum`

// indexesQuery lists the unique indexes over plain columns, whole ones only: first the primary key, then those over columns that
// are not null, then the rest. (A deferrable one serves as a key as well.)
const indexesQuery = `
SELECT i.indisprimary,
  NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey[0:i.indnkeyatts - 1]) AND NOT a.attnotnull),
  ARRAY(SELECT a.attname::text FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY k.place)
FROM pg_index i
WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND 0 <> ALL (i.indkey[0:i.indnkeyatts - 1])
ORDER BY i.indisprimary DESC, 2 DESC, i.indnkeyatts, i.indexrelid`

const referencesQuery = `
SELECT DISTINCT a.attname::text FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
WHERE c.conrelid = $1 AND c.contype = 'f' ORDER BY 1`

// ownedQuery asks whether a manifest counts rows of this table.
const ownedQuery = `SELECT count(*) FROM ` + manifestTable + ` WHERE manifest->'rows' ?| ARRAY[$1, $2, $3, $4]::text[]`

// similarQuery lists tables by likeness of their names.
const similarQuery = `
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND has_schema_privilege(n.oid, 'USAGE') ORDER BY 1, 2 LIMIT 1000`

var relationTypes = map[string]string{
	"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table",
}

// ReadTable finds a table by the name that a user types: as PostgreSQL reads it, or else with the capitals that
// were typed without quotes.
func (t *target) ReadTable(ctx context.Context, name string) (*driver.TableDefinition, error) {
	schema, table, exact, err := ParseName(name)
	if err != nil {
		return nil, err
	}
	var d *driver.TableDefinition
	err = t.with(ctx, func(s *session) error {
		ask := func(statement string, arguments ...any) (*driver.ResultSet, error) {
			result, failed := s.query(ctx, t.timeout, statement, arguments)
			if failed != nil {
				return nil, failed
			}
			return result, nil
		}
		found, err := ask(findQuery, quoteName(schema, table))
		if err != nil {
			return err
		}
		if len(found.Rows) == 0 {
			asTyped := exact[len(exact)-1]
			if len(exact) == 2 {
				asTyped = quoteName(exact[0], exact[1])
			} else {
				asTyped = QuoteIdentifier(asTyped)
			}
			if found, err = ask(findQuery, asTyped); err != nil {
				return err
			}
		}
		if len(found.Rows) == 0 {
			all, err := ask(similarQuery)
			if err != nil {
				return err
			}
			return missing(name, exact[len(exact)-1], all)
		}
		d = &driver.TableDefinition{
			Schema: text(found, 0, 1), Name: text(found, 0, 2), Type: relationTypes[text(found, 0, 3)], EstimatedRows: number(found, 0, 4),
			Key: []string{}, Unique: [][]string{}, References: []string{}, Columns: []driver.ColumnDefinition{},
		}
		d.Qualified = quoteName(d.Schema, d.Name)
		return completeTable(d, number(found, 0, 0), ask)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func completeTable(d *driver.TableDefinition, oid int64, ask func(string, ...any) (*driver.ResultSet, error)) error {
	columns, err := ask(columnsQuery, oid)
	if err != nil {
		return err
	}
	for i := range columns.Rows {
		c := driver.ColumnDefinition{
			Name: text(columns, i, 0), Quoted: QuoteIdentifier(text(columns, i, 0)), Type: text(columns, i, 1), BaseType: text(columns, i, 2),
			NotNull: columns.Rows[i][3] == true, HasDefault: columns.Rows[i][4] == true, Generated: columns.Rows[i][5] == true,
			Identity: text(columns, i, 6), Labels: texts(columns.Rows[i][8]),
		}
		// The modifiers of types, as their typmodout functions read them.
		if modifier := int(number(columns, i, 7)); modifier >= 4 {
			switch c.BaseType {
			case "varchar", "bpchar":
				c.MaximumLength = modifier - 4
			case "numeric":
				c.Precision = (modifier - 4) >> 16 & 0xffff
				c.Scale = ((modifier-4)&0x7ff ^ 1024) - 1024
			}
		}
		d.Columns = append(d.Columns, c)
	}
	indexes, err := ask(indexesQuery, oid)
	if err != nil {
		return err
	}
	for i, row := range indexes.Rows {
		names := texts(row[2])
		if i == 0 && (row[0] == true || row[1] == true) {
			d.Key = names
		} else if !slices.ContainsFunc(d.Unique, func(other []string) bool { return slices.Equal(other, names) }) && !slices.Equal(d.Key, names) {
			d.Unique = append(d.Unique, names)
		}
	}
	references, err := ask(referencesQuery, oid)
	if err != nil {
		return err
	}
	for i := range references.Rows {
		d.References = append(d.References, text(references, i, 0))
	}
	owned, err := ask(ownedQuery, d.Name, d.Schema+"."+d.Name, d.Qualified, QuoteIdentifier(d.Name))
	if err != nil {
		if e, ok := err.(*driver.Error); ok && !e.SessionLost {
			return nil // no manifests, or none that we may read
		}
		return err
	}
	d.OwnedByDbmark = number(owned, 0, 0) > 0
	return nil
}

// texts reads an array of texts.
func texts(v any) []string {
	elements, _ := v.([]any)
	var all []string
	for _, element := range elements {
		all = append(all, fmt.Sprint(element))
	}
	return all
}

// missing says that there is no such table, and names those that may be meant.
func missing(name, typed string, all *driver.ResultSet) error {
	type candidate struct {
		name     string
		distance int
	}
	var candidates []candidate
	wanted := strings.ToLower(typed)
	for i := range all.Rows {
		schema, table := text(all, i, 0), text(all, i, 1)
		if table == manifestTable {
			continue
		}
		other := strings.ToLower(table)
		distance := levenshtein(wanted, other)
		if strings.Contains(other, wanted) || strings.Contains(wanted, other) {
			distance = min(distance, 2)
		}
		if distance <= max(2, len(wanted)/2) {
			candidates = append(candidates, candidate{displayName(schema, table), distance})
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return a.distance - b.distance })
	e := &driver.Error{Kind: driver.KindNotFound, Code: "42P01", Message: fmt.Sprintf("there is no table or view %q that this user can see", name)}
	var names []string
	for _, c := range candidates[:min(5, len(candidates))] {
		names = append(names, c.name)
	}
	switch {
	case len(names) > 0:
		e.Hint = "Similar names: " + strings.Join(names, ", ")
	case len(all.Rows) == 0:
		e.Hint = "The database has no tables"
	default:
		e.Hint = "Check the name, its schema, and the database in the target's URL"
	}
	return e
}

// displayName is a name as a user would type it.
func displayName(schema, table string) string {
	part := func(s string) string {
		for i, c := range []byte(s) {
			if !(c == '_' || c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9') {
				return QuoteIdentifier(s)
			}
		}
		return s
	}
	return part(schema) + "." + part(table)
}

// levenshtein is the number of characters to insert, remove or replace.
func levenshtein(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
