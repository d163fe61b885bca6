CREATE TABLE half_done (id int PRIMARY KEY);
UPDATE item SET name = 'half done' WHERE id = 1;
SELECT 1 / 0;
