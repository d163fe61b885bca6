ALTER TABLE item ADD COLUMN price numeric(10, 2);
CREATE TABLE item_price (
  item_id bigint REFERENCES item,
  since date,
  price numeric(10, 2) NOT NULL,
  PRIMARY KEY (item_id, since)
);
