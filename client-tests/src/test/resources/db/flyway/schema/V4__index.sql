CREATE INDEX CONCURRENTLY item_price_since ON item_price (since);
