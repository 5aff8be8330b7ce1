// lib/pq through database/sql, as its documentation shows it. The argument is a number for names of its own.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"

	"github.com/lib/pq"
)

var table = "go_pq_" + os.Args[1]

func say(what string, values ...any) {
	fmt.Print(what + ":")
	for _, value := range values {
		fmt.Printf(" %v", value)
	}
	fmt.Println()
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatalln(err)
	}
	return value
}

func check(err error) {
	must(0, err)
}

func sqlstate(err error) string {
	var found *pq.Error
	if errors.As(err, &found) {
		return string(found.Code)
	}
	return fmt.Sprint(err)
}

func execute(db interface {
	Exec(string, ...any) (sql.Result, error)
}, text string, values ...any) error {
	_, err := db.Exec(text, values...)
	return err
}

// lib/pq prepares the unnamed statement in one exchange and executes it in the next.
func queries(db *sql.DB) {
	check(execute(db, "drop table if exists "+table))
	check(execute(db, "create table "+table+" (id int primary key, name text, price float8, tags text[])"))
	check(execute(db, "insert into "+table+" values ($1, $2, $3, $4)", 1, "one", 1.25, pq.Array([]string{"a", "b"})))
	for n := 2; n <= 100; n++ {
		check(execute(db, "insert into "+table+" (id, name) values ($1, $2)", n, fmt.Sprint("name ", n)))
	}
	var name string
	var price sql.NullFloat64
	var tags []string
	for _, id := range []int{1, 2, 101} {
		err := db.QueryRow("select name, price, tags from "+table+" where id = $1", id).Scan(&name, &price, pq.Array(&tags))
		say("query", name, price, tags, err)
	}
	total := 0
	rows := must(db.Query("select id from "+table+" where id > $1", 10))
	for rows.Next() {
		var id int
		check(rows.Scan(&id))
		total += id
	}
	say("query", total, rows.Err())
	say("errors", sqlstate(execute(db, "select 1 / $1::int", 0)), sqlstate(execute(db, "selec")))
}

func preparedStatements(db *sql.DB) {
	find := must(db.Prepare("select name from " + table + " where id = $1"))
	divide := must(db.Prepare("select 10 / $1::int"))
	for id := 1; id <= 3; id++ {
		var name string
		var result int
		check(find.QueryRow(id).Scan(&name))
		say("prepared statement", name, sqlstate(divide.QueryRow(id-2).Scan(&result)), result)
	}
	check(find.Close())
	check(divide.Close())
	_, err := db.Prepare("selec")
	say("a wrong prepared statement", sqlstate(err))
}

func transactions(db *sql.DB) {
	insert := "insert into " + table + " (id) values ($1)"
	tx := must(db.Begin())
	check(execute(tx, insert, 2000))
	check(execute(tx, "savepoint before"))
	say("savepoint", sqlstate(execute(tx, insert, 1)), sqlstate(execute(tx, insert, 2001)))
	check(execute(tx, "rollback to savepoint before"))
	statement := must(tx.Prepare(insert))
	for n := 2002; n < 2005; n++ {
		must(statement.Exec(n))
	}
	check(tx.Commit())
	tx = must(db.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelSerializable, ReadOnly: true}))
	say("read only", sqlstate(execute(tx, insert, 2005)))
	check(tx.Rollback())
	var ids []int64
	check(db.QueryRow("select array_agg(id order by id) from " + table + " where id >= 2000").Scan(pq.Array(&ids)))
	say("transactions", ids)
}

func copyIn(db *sql.DB) {
	tx := must(db.Begin())
	statement := must(tx.Prepare(pq.CopyIn(table, "id", "name")))
	for n := 10000; n < 12000; n++ {
		must(statement.Exec(n, "copied"))
	}
	must(statement.Exec())
	check(statement.Close())
	check(tx.Commit())
	var count int
	check(db.QueryRow("select count(*) from "+table+" where name = $1", "copied").Scan(&count))
	say("copy in", count)
}

func atOnce(db *sql.DB) {
	find := must(db.Prepare("select name from " + table + " where id = $1"))
	defer find.Close()
	var group sync.WaitGroup
	names := make([]string, 60)
	for n := range names {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			check(find.QueryRow(n + 1).Scan(&names[n]))
			tx := must(db.Begin())
			check(execute(tx, "insert into "+table+" (id) values ($1)", 3000+n))
			check(tx.Commit())
		}(n)
	}
	group.Wait()
	var count int
	check(db.QueryRow("select count(*) from " + table + " where id between 3000 and 3999").Scan(&count))
	say("60 goroutines", names[57:], count)
}

func main() {
	say("driver", "lib/pq", os.Getenv("DRIVER_VERSION"))
	db := must(sql.Open("postgres", "sslmode=disable"))
	db.SetMaxOpenConns(6)
	for _, part := range []func(*sql.DB){queries, preparedStatements, transactions, copyIn, atOnce} {
		part(db)
	}
	check(execute(db, "drop table "+table))
	check(db.Close())
}
