-- The table of Jetty's JDBC session store.
create table web_session (
  session_id varchar(120) not null,
  context_path varchar(60) not null,
  virtual_host varchar(60) not null,
  last_node varchar(60),
  access_time bigint,
  last_access_time bigint,
  create_time bigint,
  cookie_time bigint,
  last_saved_time bigint,
  expiry_time bigint,
  max_interval bigint,
  map bytea,
  primary key (session_id, context_path, virtual_host)
);

create index web_session_expiry on web_session (expiry_time);
