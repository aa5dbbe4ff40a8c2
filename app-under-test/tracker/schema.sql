-- After Trac's schema of 2006, with DrProject's projects, roles, messages and tags. Times are seconds since 1970; 0 says never.

CREATE TABLE project (
  name text PRIMARY KEY,
  title text NOT NULL,
  description text NOT NULL DEFAULT '',
  created integer NOT NULL,
  public boolean NOT NULL DEFAULT true
);

CREATE TABLE person (
  login text PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL DEFAULT '',
  password text NOT NULL DEFAULT ''
);

CREATE TABLE role (
  project text NOT NULL REFERENCES project,
  name text NOT NULL,
  PRIMARY KEY (project, name)
);

CREATE TABLE permission (
  project text NOT NULL,
  role text NOT NULL,
  action text NOT NULL,
  PRIMARY KEY (project, role, action),
  FOREIGN KEY (project, role) REFERENCES role
);

CREATE TABLE membership (
  project text NOT NULL,
  login text NOT NULL REFERENCES person,
  role text NOT NULL,
  PRIMARY KEY (project, login),
  FOREIGN KEY (project, role) REFERENCES role
);

CREATE TABLE milestone (
  project text NOT NULL REFERENCES project,
  name text NOT NULL,
  due integer NOT NULL DEFAULT 0,
  completed integer NOT NULL DEFAULT 0,
  description text NOT NULL DEFAULT '',
  PRIMARY KEY (project, name)
);

CREATE TABLE ticket (
  project text NOT NULL REFERENCES project,
  id integer NOT NULL,
  type text NOT NULL,
  time integer NOT NULL,
  changetime integer NOT NULL,
  component text NOT NULL DEFAULT '',
  priority text NOT NULL,
  owner text NOT NULL DEFAULT '',
  reporter text NOT NULL,
  milestone text NOT NULL DEFAULT '',
  status text NOT NULL,
  resolution text NOT NULL DEFAULT '',
  summary text NOT NULL,
  description text NOT NULL DEFAULT '',
  PRIMARY KEY (project, id)
);

-- No index is led by time: a window of the timeline finds its changes ticket by ticket.
CREATE TABLE ticket_change (
  project text NOT NULL,
  ticket integer NOT NULL,
  time integer NOT NULL,
  author text NOT NULL,
  field text NOT NULL,
  oldvalue text NOT NULL DEFAULT '',
  newvalue text NOT NULL DEFAULT '',
  PRIMARY KEY (project, ticket, time, field),
  FOREIGN KEY (project, ticket) REFERENCES ticket
);

-- Queries over tickets that somebody saved; the standing ones are in the code.
CREATE TABLE report (
  project text NOT NULL REFERENCES project,
  id integer NOT NULL,
  title text NOT NULL,
  description text NOT NULL DEFAULT '',
  query text NOT NULL,
  author text NOT NULL,
  time integer NOT NULL,
  PRIMARY KEY (project, id)
);

CREATE TABLE wiki (
  project text NOT NULL REFERENCES project,
  name text NOT NULL,
  version integer NOT NULL,
  time integer NOT NULL,
  author text NOT NULL,
  text text NOT NULL,
  comment text NOT NULL DEFAULT '',
  PRIMARY KEY (project, name, version)
);

CREATE VIEW wiki_newest AS SELECT DISTINCT ON (project, name) * FROM wiki ORDER BY project, name, version DESC;

-- Revision N is the Nth commit of the project's repository, and node its id, once the two have been synchronised.
CREATE TABLE revision (
  project text NOT NULL REFERENCES project,
  rev integer NOT NULL,
  time integer NOT NULL,
  author text NOT NULL,
  message text NOT NULL,
  node text NOT NULL DEFAULT '',
  PRIMARY KEY (project, rev)
);

CREATE TABLE node_change (
  project text NOT NULL,
  rev integer NOT NULL,
  path text NOT NULL,
  change text NOT NULL,
  PRIMARY KEY (project, rev, path),
  FOREIGN KEY (project, rev) REFERENCES revision
);

CREATE TABLE message (
  project text NOT NULL REFERENCES project,
  id integer NOT NULL,
  time integer NOT NULL,
  author text NOT NULL,
  subject text NOT NULL,
  body text NOT NULL,
  reply_to integer NOT NULL DEFAULT 0,
  PRIMARY KEY (project, id)
);

CREATE INDEX message_reply_to ON message (project, reply_to);

CREATE TABLE attachment (
  project text NOT NULL REFERENCES project,
  parent_type text NOT NULL,
  parent_id text NOT NULL,
  filename text NOT NULL,
  size integer NOT NULL,
  content bytea NOT NULL,
  time integer NOT NULL,
  author text NOT NULL,
  description text NOT NULL DEFAULT '',
  PRIMARY KEY (project, parent_type, parent_id, filename)
);

CREATE TABLE tag (
  project text NOT NULL REFERENCES project,
  parent_type text NOT NULL,
  parent_id text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (project, parent_type, parent_id, name)
);

CREATE TABLE session (
  sid text PRIMARY KEY,
  login text NOT NULL DEFAULT '',
  last_visit integer NOT NULL,
  settings text NOT NULL DEFAULT ''
);

-- Tries at a password that have not succeeded, by where they come from.
CREATE TABLE login_attempt (
  login text NOT NULL,
  whence text NOT NULL,
  attempts integer NOT NULL,
  time integer NOT NULL,
  PRIMARY KEY (login, whence)
);

CREATE TABLE auth_cookie (
  cookie text PRIMARY KEY,
  login text NOT NULL REFERENCES person,
  ipnr text NOT NULL,
  time integer NOT NULL
);
