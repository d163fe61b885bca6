CREATE TABLE kind (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO kind (name) VALUES ('fruit'), ('vegetable');
ALTER TABLE item ADD COLUMN kind_id bigint REFERENCES kind;
UPDATE item SET kind_id = (SELECT min(id) FROM kind);
INSERT INTO item (name, price, kind_id) SELECT 'leek', 2, id FROM kind WHERE name = 'vegetable';
