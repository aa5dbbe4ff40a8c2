/**
 * Settings of a server that is watched and thrown away, in every stack: name to value. The log is `log/server.json` in the data directory
 * unless `log_directory` says otherwise.
 */
export const serverSettings = ({ maxConnections }: { readonly maxConnections: number }): Record<string, string> => ({
  max_connections: String(maxConnections),
  // Slots for the monitor when the application has taken all of its own.
  superuser_reserved_connections: '3',

  // The second ledger: every session opened and closed, in a form that needs no parsing of prefixes.
  log_destination: 'jsonlog',
  logging_collector: 'on',
  log_filename: 'server.log',
  log_file_mode: '0644',
  log_rotation_age: '0',
  log_rotation_size: '0',
  log_connections: 'on',
  log_disconnections: 'on',

  // A statement's comment, which may carry the request's id, stands at its end; the default keeps only 1 kB.
  track_activity_query_size: '16384',
  // Off by default. Without them an application could not leak prepared transactions or replication slots, and nothing would be learned of it.
  max_prepared_transactions: '16',
  wal_level: 'logical',

  // The data dies with the run.
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
})
