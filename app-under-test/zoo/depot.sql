-- The parcel depot that the programs in Node and Go keep. Parcel 1000 has no pieces: what divides by them fails.
CREATE TABLE parcel (id int PRIMARY KEY, depot int NOT NULL, city text NOT NULL, grams int NOT NULL, pieces int NOT NULL);
CREATE INDEX ON parcel (depot);
INSERT INTO parcel SELECT n, n % 20, (ARRAY['Bergen', 'Oslo', 'Turku', 'Visby'])[n % 4 + 1], 100 + n % 900, n % 5 * 2 FROM generate_series(1, 1000) n;
UPDATE parcel SET pieces = 1 WHERE pieces = 0 AND id < 1000;
CREATE TABLE scan (id serial PRIMARY KEY, parcel int NOT NULL REFERENCES parcel, place text NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON scan (parcel, id);
INSERT INTO scan (parcel, place) SELECT n % 1000 + 1, 'gate ' || n % 7 FROM generate_series(1, 3000) n;
