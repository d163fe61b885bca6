CREATE TABLE airports (
  iata      text PRIMARY KEY,
  name      text NOT NULL,
  city      text,
  state     text,
  country   text NOT NULL,
  latitude  double precision NOT NULL,
  longitude double precision NOT NULL
);

CREATE TABLE flights (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scheduled_at   timestamp NOT NULL,
  origin         text NOT NULL REFERENCES airports,
  destination    text NOT NULL REFERENCES airports,
  distance_miles integer NOT NULL,
  delay_minutes  integer,
  status         text NOT NULL DEFAULT 'SCHEDULED' CHECK (status IN ('SCHEDULED', 'DELAYED', 'CANCELLED')),
  updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX flights_scheduled_at ON flights (scheduled_at);
CREATE INDEX flights_origin ON flights (origin, scheduled_at);

-- One row for each request that the application has answered, written in the request's own transaction,
-- so that a client that asks twice is served once.
CREATE TABLE requests (
  id          uuid PRIMARY KEY,
  kind        text NOT NULL,
  flights     integer NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now()
);
