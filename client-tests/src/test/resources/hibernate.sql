-- What Hibernate's own ways of making ids and storing collections need beside the shop.
CREATE SEQUENCE ticket_seq;

CREATE TABLE ticket (
  id bigint PRIMARY KEY,
  title varchar(255) NOT NULL,
  version int NOT NULL,
  kind varchar(31) NOT NULL,
  severity int,
  opened_at timestamptz(6),
  customer_id bigint REFERENCES customer
);

CREATE TABLE ticket_label (
  ticket_id bigint NOT NULL REFERENCES ticket,
  label varchar(255) NOT NULL,
  PRIMARY KEY (ticket_id, label)
);

CREATE TABLE ticket_note (
  ticket_id bigint NOT NULL REFERENCES ticket,
  position int NOT NULL,
  note varchar(255),
  PRIMARY KEY (ticket_id, position)
);
