CREATE TABLE item (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION shout(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $body$
BEGIN
  -- a semicolon; in a body
  RETURN upper($1);
END
$body$;
