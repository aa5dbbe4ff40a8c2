import pg from 'pg'

/**
 * A session of the harness's own, not yet connected: as its URI says, and as nothing else does. pg heeds variables of the user's shell that are about their other databases; what is left empty here it takes from
 * them (connection-parameters.js), and with PGOPTIONS a monitor would look through somebody else's settings.
 */
export const ownClient = (config: Omit<pg.ClientConfig, 'connectionString'> & { readonly connectionString: string | undefined }): pg.Client => new pg.Client({ ...insteadOfTheShells, ...config })

/** Without TLS, with no settings, and for statements: in the place of PGSSLMODE, PGSSLNEGOTIATION, PGOPTIONS and PGREPLICATION. */
const insteadOfTheShells = { ssl: false, sslnegotiation: 'postgres', options: ' ', replication: 'false' } as const
