/* libpq's pipeline mode, as its documentation shows it. The argument is a number for names of its own. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static PGconn *connection;
static char table[64];

static void must(int is_right, const char *what) {
  if (is_right) return;
  fprintf(stderr, "%s: %s\n", what, PQerrorMessage(connection));
  exit(1);
}

/* One line for a result: its status, first value and rows, or its error. */
static void say_result(const char *what, PGresult *result) {
  if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
    printf("%s: %s %s of %d\n", what, PQresStatus(PQresultStatus(result)),
           PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "nothing", PQntuples(result));
  } else {
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    printf("%s: %s %s\n", what, PQresStatus(PQresultStatus(result)), state ? state : PQcmdStatus(result));
  }
}

/* All results of one query of a pipeline, up to the null that ends it; a synchronisation point has none. */
static void say_next(const char *what) {
  PGresult *result = PQgetResult(connection);
  if (!result) printf("%s: no result\n", what);
  while (result) {
    const int is_sync = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    say_result(what, result);
    PQclear(result);
    result = is_sync ? NULL : PQgetResult(connection);
  }
}

static void run(const char *format) {
  char text[400];
  snprintf(text, sizeof text, format, table);
  PGresult *result = PQexec(connection, text);
  say_result("simple query", result);
  PQclear(result);
}

static void prepare(const char *name, const char *format) {
  char text[400];
  snprintf(text, sizeof text, format, table);
  must(PQsendPrepare(connection, name, text, 0, NULL), "prepare");
}

static void execute(const char *name, int number) {
  char value[16];
  snprintf(value, sizeof value, "%d", number);
  const char *values[] = {value};
  must(PQsendQueryPrepared(connection, name, 1, values, NULL, NULL, 0), "execute");
}

static void synchronise(void) { must(PQpipelineSync(connection), "sync"); }

static void prepare_and_execute_in_one_pipeline(void) {
  prepare("find", "select name from %s where id = $1");
  execute("find", 1);
  execute("find", 2);
  must(PQsendDescribePrepared(connection, "find"), "describe");
  prepare("", "select count(*) from %s where id < $1");
  execute("", 10);
  execute("find", 3);
  synchronise();
  for (int n = 0; n < 8; ++n) say_next("prepare and execute");
  execute("find", 4);
  execute("find", 5);
  synchronise();
  for (int n = 0; n < 3; ++n) say_next("execute again");
}

static void errors_in_the_middle(void) {
  prepare("divide", "select 10 / $1::int, '%s'");
  execute("divide", 5);
  execute("divide", 0);
  prepare("late", "select $1::int, '%s'");
  execute("late", 1);
  synchronise();
  execute("divide", 2);
  execute("late", 2);
  execute("divide", 1);
  synchronise();
  prepare("late", "select 100 + $1::int, '%s'");
  execute("late", 3);
  synchronise();
  prepare("wrong", "selec %s $1");
  execute("wrong", 1);
  synchronise();
  prepare("late", "select 'taken', '%s', $1");
  synchronise();
  for (int n = 0; n < 18; ++n) say_next("errors in the middle");
}

static void transactions(void) {
  const char *texts[] = {"begin", "savepoint before", "select 1 / 0", "rollback to before", "commit"};
  prepare("insert", "insert into %s (id) values ($1)");
  for (int n = 0; n < 5; ++n) {
    must(PQsendQueryParams(connection, texts[n], 0, NULL, NULL, NULL, NULL, 0), texts[n]);
    if (n == 1) execute("insert", 2000);
    if (n == 2) synchronise();
    if (n == 3) execute("insert", 2001);
  }
  synchronise();
  execute("insert", 2002);
  execute("insert", 1);
  synchronise();
  execute("insert", 2003);
  synchronise();
  for (int n = 0; n < 15; ++n) say_next("transactions");
}

static void row_by_row_and_flush(void) {
  for (int n = 1; n <= 3; ++n) execute("find", n);
  must(PQsendFlushRequest(connection), "flush request");
  must(PQflush(connection) == 0, "flush");
  must(PQsetSingleRowMode(connection), "single row mode");
  for (int n = 0; n < 3; ++n) say_next("flush");
  execute("find", 4);
  synchronise();
  for (int n = 0; n < 2; ++n) say_next("flush");
}

/* More than the sockets' buffers hold: both sides are read and written by turns. */
static void a_thousand_in_one_pipeline(void) {
  long total = 0;
  int found = 0;
  must(PQsetnonblocking(connection, 1) == 0, "non-blocking");
  prepare("echo", "select $1::int, repeat('%s', 100)");
  for (int n = 0; n < 1000; ++n) execute("echo", n);
  synchronise();
  must(PQsetnonblocking(connection, 0) == 0, "blocking");
  say_next("a thousand");
  for (int n = 0; n < 1000; ++n) {
    for (PGresult *result; (result = PQgetResult(connection)); PQclear(result)) {
      total += atol(PQgetvalue(result, 0, 0));
      found += PQntuples(result);
    }
  }
  say_next("a thousand");
  printf("a thousand: %d %ld\n", found, total);
}

static void ignore_notice(void *unused, const PGresult *result) {
  (void)unused;
  (void)result;
}

int main(int count, char **arguments) {
  must(count == 2, "usage: pipeline_client NUMBER");
  snprintf(table, sizeof table, "libpq_%d", atoi(arguments[1]));
  printf("driver: libpq %d.%d\n", PQlibVersion() / 10000, PQlibVersion() % 10000);
  connection = PQconnectdb("");
  must(PQstatus(connection) == CONNECTION_OK, "connect");
  PQsetNoticeReceiver(connection, ignore_notice, NULL);
  PQsetErrorVerbosity(connection, PQERRORS_SQLSTATE);
  run("drop table if exists %s");
  run("create table %s (id int primary key, name text)");
  run("insert into %s select n, 'name ' || n from generate_series(1, 100) n");
  must(PQenterPipelineMode(connection), "enter pipeline mode");
  prepare_and_execute_in_one_pipeline();
  errors_in_the_middle();
  transactions();
  row_by_row_and_flush();
  a_thousand_in_one_pipeline();
  must(PQexitPipelineMode(connection), "exit pipeline mode");
  run("select array_agg(id order by id) from %s where id >= 2000");
  run("drop table %s");
  PQfinish(connection);
  return 0;
}
