/** PostgreSQL manual, "PostgreSQL Error Codes": disk_full. */
export const diskFull = '53100'

/** How a probe begins to tell that it sees nothing because of it: the server needs room even to read. */
export const diskIsFull = "PostgreSQL's disk is full"
