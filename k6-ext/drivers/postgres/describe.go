package postgres

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// settings that matter when figures are compared: durability, isolation, memory, parallelism.
var settings = []string{
	"autovacuum", "checkpoint_timeout", "commit_delay", "data_checksums", "default_transaction_isolation", "effective_cache_size",
	"effective_io_concurrency", "fsync", "full_page_writes", "huge_pages", "io_method", "jit", "maintenance_work_mem", "max_connections",
	"max_parallel_workers", "max_parallel_workers_per_gather", "max_wal_size", "max_worker_processes", "plan_cache_mode", "random_page_cost",
	"server_encoding", "shared_buffers", "shared_preload_libraries", "synchronous_commit", "synchronous_standby_names",
	"wal_buffers", "wal_compression", "wal_level", "wal_sync_method", "work_mem",
}

// products are the systems that speak PostgreSQL's protocol and say in version() that they are another.
var products = []struct{ word, name string }{
	{"CockroachDB", "CockroachDB"}, {"Yugabyte", "YugabyteDB"}, {"-YB-", "YugabyteDB"}, {"Redshift", "Amazon Redshift"}, {"Greenplum", "Greenplum"},
	{"Materialize", "Materialize"}, {"CrateDB", "CrateDB"}, {"QuestDB", "QuestDB"}, {"RisingWave", "RisingWave"},
	{"EnterpriseDB", "EDB Postgres Advanced Server"}, {"openGauss", "openGauss"},
}

// Describe connects once and asks for version, settings and connections. Only PostgreSQL has answers to all of it; what another
// product does not know stays empty.
func (t *target) Describe(ctx context.Context) (driver.Server, error) {
	server := driver.Server{Product: "PostgreSQL", Mode: t.mode, Settings: map[string]string{}}
	err := t.with(ctx, func(s *session) error {
		server.Address = s.wire.address
		version, failed := s.query(ctx, t.timeout, "SELECT version(), current_setting('server_version')", nil)
		if failed != nil {
			version, failed = s.query(ctx, t.timeout, "SELECT version(), ''", nil)
		}
		if failed != nil {
			return failed
		}
		long, short := text(version, 0, 0), text(version, 0, 1)
		for _, product := range products {
			if strings.Contains(long, product.word) {
				server.Product, short = product.name, long
				break
			}
		}
		if short == "" {
			short = long
		}
		server.Version = short
		optional := func(use func(*driver.ResultSet), statement string, arguments ...any) error {
			result, failed := s.query(ctx, t.timeout, statement, arguments)
			switch {
			case failed != nil && failed.SessionLost:
				return failed
			case failed == nil && len(result.Rows) > 0:
				use(result)
			}
			return nil
		}
		if err := optional(func(r *driver.ResultSet) {
			for i := range r.Rows {
				server.Settings[text(r, i, 0)] = text(r, i, 1)
			}
		}, "SELECT name, current_setting(name, true) FROM pg_settings WHERE name = ANY($1)", settings); err != nil {
			return err
		}
		if err := optional(func(r *driver.ResultSet) { server.Settings["ssl"] = text(r, 0, 0) },
			"SELECT CASE WHEN ssl THEN version || ' ' || cipher ELSE 'off' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()"); err != nil {
			return err
		}
		if err := optional(func(r *driver.ResultSet) {
			server.MaximumConnections, server.UsedConnections = int(number(r, 0, 0)), int(number(r, 0, 1))
		}, connectionsQuery); err != nil {
			return err
		}
		if t.isLocal() {
			server.ProcessID = postmaster(int(s.wire.cancel.PID()))
		}
		return nil
	})
	if err != nil {
		return driver.Server{}, err
	}
	return server, nil
}

// connectionsQuery gives the connections that this user can have and the used ones. The lowest of three limits holds: the
// server's without what is reserved for others, the role's and the database's (used ones are counted where that limit counts).
const connectionsQuery = `
WITH me AS (
  SELECT r.rolsuper, r.rolconnlimit, d.datconnlimit, r.oid AS role, d.oid AS database,
         EXISTS (SELECT FROM pg_roles g WHERE g.rolname = 'pg_use_reserved_connections' AND pg_has_role(r.oid, g.oid, 'USAGE')) AS reserved
  FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()
), activity AS (
  SELECT count(*) AS server,
         count(*) FILTER (WHERE a.usesysid = me.role) AS role,
         count(*) FILTER (WHERE a.datid = me.database) AS database
  FROM me LEFT JOIN pg_stat_activity a ON a.pid <> pg_backend_pid() AND (a.backend_type = 'client backend' OR a.backend_type IS NULL AND a.usesysid IS NOT NULL)
), limits AS (
  SELECT current_setting('max_connections')::int
           - CASE WHEN rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int END
           - CASE WHEN rolsuper OR reserved THEN 0 ELSE coalesce(current_setting('reserved_connections', true)::int, 0) END AS maximum, activity.server AS used
  FROM me, activity
  UNION ALL SELECT rolconnlimit, activity.role FROM me, activity WHERE rolconnlimit >= 0 AND NOT rolsuper
  UNION ALL SELECT datconnlimit, activity.database FROM me, activity WHERE datconnlimit >= 0 AND NOT rolsuper
)
SELECT maximum, used FROM limits ORDER BY maximum - used, maximum LIMIT 1`

// isLocal says whether the target is on this host.
func (t *target) isLocal() bool {
	host := t.config.Host
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.") || strings.HasPrefix(host, "/")
}

// postmaster gives the parent of our server process when it runs here, else 0: behind a tunnel or in a container, the
// number belongs to another process or to none.
func postmaster(backend int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", backend))
	if err != nil {
		return 0
	}
	// "1234 (postgres) S 1200 …"
	name, rest, found := strings.Cut(string(status), ") ")
	fields := strings.Fields(rest)
	if !found || !strings.Contains(name, "(postgres") || len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

// text and number read a field of a result; they are zero for null.
func text(r *driver.ResultSet, row, column int) string {
	if v := r.Rows[row][column]; v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

func number(r *driver.ResultSet, row, column int) int64 {
	n, _ := r.Rows[row][column].(int64)
	return n
}
