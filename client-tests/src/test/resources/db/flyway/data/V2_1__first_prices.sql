UPDATE item SET price = id * 1.5;
INSERT INTO item_price SELECT id, DATE '2024-01-01', price FROM item;
