// Command board is a notice board over PostgreSQL: people post notes on topics, and wait for the next one.
//
//	board create    makes the table and fills it
//	board           serves on PORT
//
// BOARD_VARIANT=close-when-told closes a waiter's LISTEN connection only when a note came: see next.
package main

import (
	"database/sql"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/lib/pq"
)

const schema = `
CREATE TABLE note (id serial PRIMARY KEY, topic text NOT NULL, text text NOT NULL);
CREATE INDEX ON note (topic, id);
INSERT INTO note (topic, text) SELECT 'topic-' || n % 20, 'note ' || n FROM generate_series(1, 5000) n;`

const waitAtMost = 150 * time.Millisecond

var (
	url           = os.Getenv("DATABASE_URL")
	closeWhenTold = os.Getenv("BOARD_VARIANT") == "close-when-told"
)

type board struct{ db *sql.DB }

func main() {
	db, err := sql.Open("postgres", url)
	if err != nil {
		log.Fatal(err)
	}
	if len(os.Args) > 1 && os.Args[1] == "create" {
		if _, err := db.Exec(schema); err != nil {
			log.Fatal(err)
		}
		return
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	db.SetConnMaxIdleTime(time.Second)

	b := board{db}
	http.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ok")) })
	http.HandleFunc("/latest/", answer(b.latest))
	http.HandleFunc("/post/", answer(b.post))
	http.HandleFunc("/next/", answer(b.next))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

type note struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

// latest gives the last ten notes of a topic.
func (b board) latest(topic string) (any, error) {
	rows, err := b.db.Query("SELECT id, text FROM note WHERE topic = $1 ORDER BY id DESC LIMIT 10", topic)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	notes := []note{}
	for rows.Next() {
		var n note
		if err := rows.Scan(&n.ID, &n.Text); err != nil {
			return nil, err
		}
		notes = append(notes, n)
	}
	return notes, rows.Err()
}

// post stores a note and tells who waits for one on its topic.
func (b board) post(topic string) (any, error) {
	tx, err := b.db.Begin()
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() // does nothing after Commit
	n := note{Text: "posted at " + time.Now().Format(time.RFC3339Nano)}
	if err := tx.QueryRow("INSERT INTO note (topic, text) VALUES ($1, $2) RETURNING id", topic, n.Text).Scan(&n.ID); err != nil {
		return nil, err
	}
	if _, err := tx.Exec("SELECT pg_notify($1, $2)", topic, n.Text); err != nil {
		return nil, err
	}
	return n, tx.Commit()
}

// next waits for the next note of a topic, on a connection of its own: LISTEN belongs to a session.
func (b board) next(topic string) (any, error) {
	listener := pq.NewListener(url, time.Second, time.Minute, nil)
	if !closeWhenTold {
		defer listener.Close()
	}
	if err := listener.Listen(topic); err != nil {
		return nil, err
	}
	select {
	case told := <-listener.Notify:
		listener.Close()
		return note{Text: told.Extra}, nil
	case <-time.After(waitAtMost):
		// The leak of close-when-told: nobody closes this listener any more, and its goroutine keeps the session alive.
		return nil, nil
	}
}

// answer serves /verb/topic with the JSON of what respond gives for the topic.
func answer(respond func(topic string) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		topic := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		body, err := respond(topic)
		if err != nil {
			log.Printf("%s: %v", r.URL, err)
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(body)
	}
}
