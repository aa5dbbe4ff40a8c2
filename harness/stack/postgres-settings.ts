/**
 * Settings of every PostgreSQL that the harness boots. The log is the second ledger of sessions, so it must be complete and readable
 * through SQL; the data is thrown away, so durability is not paid for. Time-outs that would heal a leak stay at their default, off.
 */
export const serverSettings = ({ maxConnections }: { readonly maxConnections: number }): Record<string, string> => ({
  max_connections: String(maxConnections),
  superuser_reserved_connections: '3',
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_filename: 'server.log',
  log_rotation_age: '0',
  log_rotation_size: '0',
  log_connections: 'on',
  log_disconnections: 'on',
  // One byte a character would cut the long IN lists of object-relational mappers, which are the ones to recognise.
  track_activity_query_size: '16384',
  max_prepared_transactions: '16',
  wal_level: 'logical',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
})
