// k6 with xk6-sql and two drivers for PostgreSQL: a yardstick of bench/pgbench.ts. dbmark does not use it.
//
// xk6-sql's own driver module for PostgreSQL is lib/pq; pgx is offered in the same way, by its database/sql interface.
package main

import (
	_ "github.com/grafana/xk6-sql" // k6/x/sql
	"github.com/grafana/xk6-sql/sql"
	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"
	_ "github.com/lib/pq"              // the database/sql driver "postgres"
	"go.k6.io/k6/cmd"
)

func main() {
	sql.RegisterModule("postgres")
	sql.RegisterModule("pgx")
	cmd.Execute()
}
