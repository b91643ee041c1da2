// Settings of the embedded PostgreSQL: those of a small server, with everything on that keeps committed data safe.

import { totalmem } from "node:os";

const megabyte = 1024 * 1024;

/** Settings as `name: value`. */
export function serverSettings(port: number): Record<string, string> {
  const buffers = Math.max(64, Math.min(256, Math.floor(totalmem() / megabyte / 8)));
  return {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "600",
    shared_buffers: `${buffers}MB`,
    effective_cache_size: `${buffers * 4}MB`,
    // Durability is what a database is measured with.
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    // Checkpoints by time rather than by the volume of a load phase.
    max_wal_size: "2GB",
    checkpoint_timeout: "15min",
    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "warning",
    log_checkpoints: "on",
    cluster_name: "dbmark",
  };
}
