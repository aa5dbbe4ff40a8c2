// Command columns keeps the parcel depot over GORM. One of its pages shows what a table's columns are.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

type Parcel struct {
	ID, Depot, Grams, Pieces int
	City                     string
}

func (Parcel) TableName() string { return "parcel" }

type Scan struct {
	ID, Parcel int
	Place      string
}

func (Scan) TableName() string { return "scan" }

type depot struct{ db *gorm.DB }

func main() {
	db, err := gorm.Open(postgres.Open(os.Getenv("DATABASE_URL")), &gorm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		log.Fatal(err)
	}
	pool.SetMaxOpenConns(40)
	pool.SetMaxIdleConns(40)
	pool.SetConnMaxIdleTime(time.Second)
	d := depot{db}
	serve("/health", func(int) (string, error) { return "well", nil })
	serve("/parcels/", d.parcel)
	serve("/scans/", d.scan)
	serve("/columns", d.columns)
	serve("/places", d.place)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

// serve answers by the number at the end of a path; a text is a 200, an error a 500.
func serve(path string, handle func(number int) (string, error)) {
	http.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		number, _ := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
		text, err := handle(number)
		if err != nil {
			log.Printf("%s %s: %v", r.Method, r.URL, err)
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, text)
	})
}

func (d depot) parcel(number int) (string, error) {
	var parcel Parcel
	err := d.db.First(&parcel, number%999+1).Error
	return fmt.Sprintf("parcel %d to %s: %d g, in its depot", parcel.ID, parcel.City, parcel.Grams), err
}

func (d depot) scan(number int) (string, error) {
	id := number%999 + 1
	var scans int64
	err := d.db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&Scan{Parcel: id, Place: fmt.Sprintf("gate %d", number%7)}).Error; err != nil {
			return err
		}
		return tx.Model(&Scan{}).Where("parcel = ?", id).Count(&scans).Error
	})
	return fmt.Sprintf("scanned parcel %d, %d times by now", id, scans), err
}

func (d depot) columns(int) (string, error) {
	// The leak: until 1.20.1 the columns were read from an answer that was never closed.
	columns, err := d.db.Migrator().ColumnTypes(&Parcel{})
	if err != nil {
		return "", err
	}
	var names []string
	for _, column := range columns {
		names = append(names, column.Name()+" "+column.DatabaseTypeName())
	}
	return "a parcel has " + strings.Join(names, ", "), nil
}

// place takes one place of the pool for a while: who has to wait for one is answered later.
func (d depot) place(int) (string, error) {
	return "had a place", d.db.Exec("SELECT pg_sleep(0.3)").Error
}
