// Command zoo keeps the parcel depot over database/sql, in one of several modes: see modes.go.
//
//	zoo create    makes the tables and fills them
//	zoo           serves on PORT, in the mode that ZOO_MODE names; ZOO_MENDED=1 runs it with its real fix
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	_ "github.com/lib/pq"
)

var mended = os.Getenv("ZOO_MENDED") == "1"

type depot struct{ db *sql.DB }

// A handler gets the number at the end of the path; its text is a 200, its error a 500.
type handler func(ctx context.Context, number int) (string, error)

func main() {
	db, err := sql.Open("postgres", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	if len(os.Args) > 1 && os.Args[1] == "create" {
		schema, err := os.ReadFile("../depot.sql")
		if err != nil {
			log.Fatal(err)
		}
		if _, err := db.Exec(string(schema)); err != nil {
			log.Fatal(err)
		}
		return
	}
	// A pool as most have it: sessions that nobody uses for a second are closed.
	db.SetMaxOpenConns(10)
	db.SetMaxIdleConns(10)
	db.SetConnMaxIdleTime(time.Second)

	d := depot{db}
	serve("/health", func(context.Context, int) (string, error) { return "well", nil })
	serve("/parcels/", d.parcel)
	serve("/scans/", d.scan)
	serve("/places", d.place)
	mode, known := modes[os.Getenv("ZOO_MODE")]
	if !known {
		log.Fatalf("no mode %q", os.Getenv("ZOO_MODE"))
	}
	mode(d)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func serve(path string, handle handler) {
	http.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		number, _ := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
		text, err := handle(r.Context(), number)
		if err != nil {
			log.Printf("%s %s: %v", r.Method, r.URL, err)
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, text)
	})
}

// parcel and scan are what every mode does besides, without a fault.
func (d depot) parcel(ctx context.Context, number int) (string, error) {
	id := number%999 + 1
	var city string
	var grams, of, parcels int
	if err := d.db.QueryRowContext(ctx, "SELECT city, grams, depot FROM parcel WHERE id = $1", id).Scan(&city, &grams, &of); err != nil {
		return "", err
	}
	rows, err := d.db.QueryContext(ctx, "SELECT place FROM scan WHERE parcel = $1 ORDER BY id DESC LIMIT 3", id)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var places []string
	for rows.Next() {
		var place string
		if err := rows.Scan(&place); err != nil {
			return "", err
		}
		places = append(places, place)
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	if err := d.db.QueryRowContext(ctx, "SELECT count(*) FROM parcel WHERE depot = $1", of).Scan(&parcels); err != nil {
		return "", err
	}
	return fmt.Sprintf("parcel %d to %s: %d g, seen at %s, one of %d in its depot", id, city, grams, strings.Join(places, ", "), parcels), nil
}

func (d depot) scan(ctx context.Context, number int) (string, error) {
	id := number%999 + 1
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer tx.Rollback() // does nothing after Commit
	if _, err := tx.ExecContext(ctx, "INSERT INTO scan (parcel, place) VALUES ($1, $2)", id, fmt.Sprintf("gate %d", number%7)); err != nil {
		return "", err
	}
	var scans int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM scan WHERE parcel = $1", id).Scan(&scans); err != nil {
		return "", err
	}
	return fmt.Sprintf("scanned parcel %d, %d times by now", id, scans), tx.Commit()
}

// place takes one place of the pool for a while: who has to wait for one is answered later.
func (d depot) place(ctx context.Context, _ int) (string, error) {
	_, err := d.db.ExecContext(ctx, "SELECT pg_sleep(0.3)")
	return "had a place", err
}
