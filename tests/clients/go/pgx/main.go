// pgx as its documentation shows it: every text is prepared and kept. The argument is a number for names of its own.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

var (
	table = "go_pgx_" + os.Args[1]
	ctx   = context.Background()
)

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
	var found *pgconn.PgError
	if errors.As(err, &found) {
		return found.Code
	}
	return fmt.Sprint(err)
}

func queries(pool *pgxpool.Pool) {
	must(pool.Exec(ctx, "drop table if exists "+table))
	must(pool.Exec(ctx, "create table "+table+" (id int primary key, name text, price float8, tags text[])"))
	must(pool.Exec(ctx, "insert into "+table+" values ($1, $2, $3, $4)", 1, "one", 1.25, []string{"a", "b"}))
	for n := 2; n <= 100; n++ {
		must(pool.Exec(ctx, "insert into "+table+" (id, name) values ($1, $2)", n, fmt.Sprint("name ", n)))
	}
	for _, id := range []int{1, 100, 101} {
		var name string
		var price *float64
		var tags []string
		err := pool.QueryRow(ctx, "select name, price, tags from "+table+" where id = $1", id).Scan(&name, &price, &tags)
		say("query", name, price != nil, tags, err)
	}
	total := 0
	for text := 0; text < 60; text++ {
		for turn := 0; turn < 5; turn++ {
			var sum int
			check(pool.QueryRow(ctx, fmt.Sprintf("select %d + $1::int", text), turn).Scan(&sum))
			total += sum
		}
	}
	say("60 texts", total)
	_, err := pool.Exec(ctx, "selec")
	say("errors", sqlstate(err))
	for n := 0; n < 4; n++ {
		var result int
		say("errors", sqlstate(pool.QueryRow(ctx, "select 10 / $1::int", n%2).Scan(&result)), result)
	}
}

func batches(pool *pgxpool.Pool) {
	batch := &pgx.Batch{}
	for n := 1; n <= 50; n++ {
		batch.Queue("select name from "+table+" where id = $1", n)
		batch.Queue("update "+table+" set price = $2 where id = $1", n, float64(n))
	}
	results := pool.SendBatch(ctx, batch)
	names := make([]string, 50)
	for n := range names {
		check(results.QueryRow().Scan(&names[n]))
		must(results.Exec())
	}
	check(results.Close())
	say("batch", names[48:])
	batch = &pgx.Batch{}
	for _, id := range []int{2000, 2001, 1, 2002} {
		batch.Queue("insert into "+table+" (id) values ($1)", id)
	}
	results = pool.SendBatch(ctx, batch)
	for n := 0; n < 3; n++ {
		_, err := results.Exec()
		say("a batch fails", sqlstate(err))
	}
	say("a batch fails", sqlstate(results.Close()))
	var count int
	check(pool.QueryRow(ctx, "select count(*) from "+table+" where id >= 2000").Scan(&count))
	say("after it", count)
}

func transactions(pool *pgxpool.Pool) {
	insert := "insert into " + table + " (id) values ($1)"
	check(pool.BeginFunc(ctx, func(tx pgx.Tx) error {
		must(tx.Exec(ctx, insert, 2000))
		say("savepoint", sqlstate(tx.BeginFunc(ctx, func(inner pgx.Tx) error {
			_, err := inner.Exec(ctx, insert, 1)
			return err
		})))
		must(tx.Exec(ctx, insert, 2001))
		return nil
	}))
	say("a transaction fails", sqlstate(pool.BeginFunc(ctx, func(tx pgx.Tx) error {
		must(tx.Exec(ctx, insert, 2002))
		_, err := tx.Exec(ctx, insert, 1)
		return err
	})))
	say("read only", sqlstate(pool.BeginTxFunc(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, insert, 2003)
		return err
	})))
	var ids []int32
	check(pool.QueryRow(ctx, "select array_agg(id order by id) from "+table+" where id >= 2000").Scan(&ids))
	say("transactions", ids)
}

func copies(pool *pgxpool.Pool) {
	rows := make([][]any, 2000)
	for n := range rows {
		rows[n] = []any{int32(10000 + n), "copied"}
	}
	say("copy in", must(pool.CopyFrom(ctx, pgx.Identifier{table}, []string{"id", "name"}, pgx.CopyFromRows(rows))))
	_, err := pool.CopyFrom(ctx, pgx.Identifier{table}, []string{"id", "name"}, pgx.CopyFromRows(rows))
	say("copy fails", sqlstate(err))
	connection := must(pool.Acquire(ctx))
	defer connection.Release()
	var out bytes.Buffer
	query := "copy (select id, name from " + table + " where id >= 11998 order by id) to stdout (format csv)"
	must(connection.Conn().PgConn().CopyTo(ctx, &out, query))
	say("copy out", strings.Fields(out.String()))
}

func atOnce(pool *pgxpool.Pool) {
	var group sync.WaitGroup
	names := make([]string, 60)
	for n := range names {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			check(pool.QueryRow(ctx, "select name from "+table+" where id = $1", n+1).Scan(&names[n]))
			must(pool.Exec(ctx, "insert into "+table+" (id) values ($1)", 3000+n))
		}(n)
	}
	group.Wait()
	var count int
	check(pool.QueryRow(ctx, "select count(*) from "+table+" where id between 3000 and 3999").Scan(&count))
	say("60 goroutines", names[57:], count)
}

func main() {
	say("driver", "pgx", os.Getenv("DRIVER_VERSION"))
	pool := must(pgxpool.Connect(ctx, "sslmode=disable pool_max_conns=6"))
	for _, part := range []func(*pgxpool.Pool){queries, batches, transactions, copies, atOnce} {
		part(pool)
	}
	must(pool.Exec(ctx, "drop table "+table))
	pool.Close()
}
