INSERT INTO item (name) VALUES ('first; of all'), (shout('second'));
