package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What each mode adds to the ordinary handlers, and how it sets its pool.
var modes = map[string]func(depot){
	"rows-not-closed":            rowsNotClosed,
	"goroutine-keeps-connection": goroutineKeepsConnection,
	"left-to-its-deadline":       leftToItsDeadline,
	"close-wait":                 closeWait,
	"pool-fills":                 poolFills,
	"identities-recycled":        identitiesRecycled,
	"idle-closed-late":           idleClosedLate,
}

// rowsNotClosed leaks: who has found what it looked for returns, and the rows behind it keep their connection.
func rowsNotClosed(d depot) {
	d.db.SetMaxOpenConns(40)
	d.db.SetMaxIdleConns(40)
	serve("/heavy/", func(_ context.Context, number int) (string, error) {
		rows, err := d.db.Query("SELECT id, grams FROM parcel WHERE depot = $1 ORDER BY id", number%20)
		if err != nil {
			return "", err
		}
		if mended {
			defer rows.Close()
		}
		for rows.Next() {
			var id, grams int
			if err := rows.Scan(&id, &grams); err != nil {
				return "", err
			}
			if grams > 200 {
				// The leak: only the last row, or Close, gives the connection back.
				return fmt.Sprintf("the first heavy parcel is %d with %d g", id, grams), nil
			}
		}
		return "none is heavy", rows.Err()
	})
}

// goroutineKeepsConnection leaks: a goroutine outlives its request, fails, and returns with its connection.
func goroutineKeepsConnection(d depot) {
	d.db.SetMaxOpenConns(40)
	d.db.SetMaxIdleConns(40)
	count := func(parcel int) error {
		ctx := context.Background()
		conn, err := d.db.Conn(ctx)
		if err != nil {
			return err
		}
		if mended {
			defer conn.Close()
		}
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if mended {
			defer tx.Rollback() // does nothing after Commit
		}
		var pieces int
		if err := tx.QueryRow("SELECT pieces FROM parcel WHERE id = $1", parcel).Scan(&pieces); err != nil {
			// The leak: neither the transaction nor the connection has an end on this way out.
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		return conn.Close()
	}
	serve("/counts/", func(_ context.Context, number int) (string, error) {
		go func() {
			if err := count(number); err != nil {
				log.Printf("parcel %d was not counted: %v", number, err)
			}
		}()
		return fmt.Sprintf("parcel %d will be counted", number), nil
	})
}

// leftToItsDeadline leaks: an error leaves a transaction as it is, and nothing ends it but the deadline of its context.
func leftToItsDeadline(d depot) {
	d.db.SetMaxOpenConns(40)
	d.db.SetMaxIdleConns(40)
	serve("/audits/", func(_ context.Context, number int) (string, error) {
		// An audit goes on when its client has left, and is given so long.
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		tx, err := d.db.BeginTx(ctx, nil)
		if err != nil {
			cancel()
			return "", err
		}
		if mended {
			defer cancel()
			defer tx.Rollback() // does nothing after Commit
		}
		var grams int
		if err := tx.QueryRowContext(ctx, "SELECT grams FROM parcel WHERE id = $1", number).Scan(&grams); err != nil {
			// The leak: neither Rollback nor cancel on this way out.
			return "", fmt.Errorf("parcel %d was not audited: %w", number, err)
		}
		err = tx.Commit()
		cancel()
		return fmt.Sprintf("audited parcel %d of %d g", number, grams), err
	})
}

// closeWait leaks: an answer whose body nobody reads or closes, from an upstream that has hung up.
func closeWait(depot) {
	upstream, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go hangUpOnEach(upstream)
	serve("/customs/", func(context.Context, int) (string, error) {
		answer, err := http.Get("http://" + upstream.Addr().String())
		if err != nil {
			return "", err
		}
		// The leak: the status is known, and the socket stays in CLOSE_WAIT.
		if mended {
			defer answer.Body.Close()
		}
		return fmt.Sprintf("customs said %d", answer.StatusCode), nil
	})
}

func hangUpOnEach(upstream net.Listener) {
	// More than a client reads ahead, and less than a kernel keeps for it: the hanging up is not held back by what is unread.
	const bodyBytes = 50_000
	for {
		conn, err := upstream.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer conn.Close()
			request := make([]byte, 4096)
			if _, err := conn.Read(request); err != nil {
				return
			}
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", bodyBytes)
			io.Copy(conn, strings.NewReader(strings.Repeat(".", bodyBytes)))
		}()
	}
}

// poolFills is healthy: three connections a request at once, how many together is chance, and none of them is ever closed.
func poolFills(d depot) {
	d.db.SetMaxOpenConns(20)
	d.db.SetMaxIdleConns(20)
	d.db.SetConnMaxIdleTime(0)
	serve("/comparison/", func(ctx context.Context, number int) (string, error) {
		var counts [3]int
		var failed [3]error
		var all sync.WaitGroup
		for i := range counts {
			all.Add(1)
			go func(i int) {
				defer all.Done()
				failed[i] = d.db.QueryRowContext(ctx, "SELECT count(*) FROM parcel WHERE depot = $1", (number+i)%20).Scan(&counts[i])
			}(i)
		}
		all.Wait()
		for _, err := range failed {
			if err != nil {
				return "", err
			}
		}
		return fmt.Sprintf("compared %v parcels", counts), nil
	})
}

// identitiesRecycled is healthy: each session is replaced when it is a second old, so that all are new ones at every look.
func identitiesRecycled(d depot) {
	d.db.SetConnMaxIdleTime(0)
	d.db.SetConnMaxLifetime(time.Second)
	// A heartbeat keeps the pool at its size: what has expired is opened anew, with load or without.
	go func() {
		for range time.Tick(200 * time.Millisecond) {
			var held [4]*sql.Conn
			for i := range held {
				conn, err := d.db.Conn(context.Background())
				if err != nil {
					log.Printf("heartbeat: %v", err)
					continue
				}
				held[i] = conn
			}
			for _, conn := range held {
				if conn != nil {
					conn.Close()
				}
			}
		}
	}()
}

// idleClosedLate is healthy: its pool looks for idle sessions only when a request comes, so that a load's last ones stay until the next.
func idleClosedLate(d depot) {
	d.db.SetConnMaxIdleTime(0)
	var lock sync.Mutex
	last := time.Now()
	reap := func() {
		lock.Lock()
		defer lock.Unlock()
		if time.Since(last) > time.Second {
			d.db.SetMaxIdleConns(2) // closes what is more
			d.db.SetMaxIdleConns(10)
		}
		last = time.Now()
	}
	serve("/ready", func(context.Context, int) (string, error) { reap(); return "ready", nil })
	serve("/queue/", func(ctx context.Context, number int) (string, error) { reap(); return d.parcel(ctx, number) })
}
