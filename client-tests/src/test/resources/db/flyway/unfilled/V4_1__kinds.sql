CREATE TABLE kind (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE item ADD COLUMN kind_id bigint REFERENCES kind;
