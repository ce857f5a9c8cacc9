-- Small things that parts of a server remember until they expire, by kind and name.
CREATE TABLE memo (
  kind VARCHAR(40) NOT NULL,
  name VARCHAR(300) NOT NULL,
  body VARCHAR(65536) NOT NULL,
  until_ts BIGINT NOT NULL,
  PRIMARY KEY (kind, name)
);
