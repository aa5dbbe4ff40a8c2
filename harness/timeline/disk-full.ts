/** PostgreSQL manual, "PostgreSQL Error Codes": disk_full. */
export const diskFull = '53100'
