// Command begin-failed keeps the parcel depot over pgxpool. A report is read in a transaction of the level that its reader asks for.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

type depot struct{ db *pgxpool.Pool }

func main() {
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	config.MaxConns = 40
	config.MaxConnIdleTime = time.Second
	config.HealthCheckPeriod = 200 * time.Millisecond
	db, err := pgxpool.ConnectConfig(context.Background(), config)
	if err != nil {
		log.Fatal(err)
	}
	d := depot{db}
	serve("/health", func(*http.Request, int) (string, error) { return "well", nil })
	serve("/parcels/", d.parcel)
	serve("/scans/", d.scan)
	serve("/reports/", d.report)
	serve("/places", d.place)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

// serve answers by the number at the end of a path; a text is a 200, an error a 500.
func serve(path string, handle func(r *http.Request, number int) (string, error)) {
	http.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		number, _ := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
		text, err := handle(r, number)
		if err != nil {
			log.Printf("%s %s: %v", r.Method, r.URL, err)
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, text)
	})
}

func (d depot) parcel(r *http.Request, number int) (string, error) {
	id := number%999 + 1
	var city string
	var grams int
	err := d.db.QueryRow(r.Context(), "SELECT city, grams FROM parcel WHERE id = $1", id).Scan(&city, &grams)
	return fmt.Sprintf("parcel %d to %s: %d g, in its depot", id, city, grams), err
}

func (d depot) scan(r *http.Request, number int) (string, error) {
	id := number%999 + 1
	tx, err := d.db.Begin(r.Context())
	if err != nil {
		return "", err
	}
	defer tx.Rollback(context.Background()) // does nothing after Commit
	if _, err := tx.Exec(r.Context(), "INSERT INTO scan (parcel, place) VALUES ($1, $2)", id, fmt.Sprintf("gate %d", number%7)); err != nil {
		return "", err
	}
	var scans int
	if err := tx.QueryRow(r.Context(), "SELECT count(*) FROM scan WHERE parcel = $1", id).Scan(&scans); err != nil {
		return "", err
	}
	return fmt.Sprintf("scanned parcel %d, %d times by now", id, scans), tx.Commit(r.Context())
}

func (d depot) report(r *http.Request, number int) (string, error) {
	// "snapshot" is a level of other servers: PostgreSQL refuses the BEGIN.
	level := pgx.TxIsoLevel(strings.ReplaceAll(r.URL.Query().Get("level"), "-", " "))
	// The leak: until 4.7.0 a connection whose BEGIN was refused was closed, and kept its place in the pool.
	tx, err := d.db.BeginTx(r.Context(), pgx.TxOptions{IsoLevel: level, AccessMode: pgx.ReadOnly})
	if err != nil {
		return "", err
	}
	defer tx.Rollback(context.Background()) // does nothing after Commit
	var parcels, grams int
	if err := tx.QueryRow(r.Context(), "SELECT count(*), sum(grams) FROM parcel WHERE depot = $1", number%20).Scan(&parcels, &grams); err != nil {
		return "", err
	}
	return fmt.Sprintf("depot %d holds %d parcels of %d g", number%20, parcels, grams), tx.Commit(r.Context())
}

// place takes one place of the pool for a while: who has to wait for one is answered later.
func (d depot) place(r *http.Request, _ int) (string, error) {
	_, err := d.db.Exec(r.Context(), "SELECT pg_sleep(0.3)")
	return "had a place", err
}
