import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.util.DriverInfo;

/** The PostgreSQL JDBC driver. Arguments: a number for names of its own, and properties for the URL as prepareThreshold=1. */
public class JdbcClient {
  private static String table;

  private interface Work {
    void run() throws Exception;
  }

  private static void say(String what, Object... values) {
    System.out.println(what + ": " + String.join(" ", Arrays.stream(values).map(String::valueOf).toList()));
  }

  private static String sqlstate(Work work) throws Exception {
    try {
      work.run();
      return "no error";
    } catch (SQLException error) {
      return error.getSQLState();
    }
  }

  private static Connection connect(String[] options) throws SQLException {
    String address = System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
    String more = String.join("", Arrays.stream(options).map(option -> "&" + option).toList());
    return DriverManager.getConnection("jdbc:postgresql://" + address + "?user=" + System.getenv("PGUSER") + more);
  }

  private static List<String> rows(Connection connection, String query) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
      while (result.next()) found.add(result.getString(1));
    }
    return found;
  }

  private static void execute(Connection connection, String text) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }

  private static void insert(Connection connection, int id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("insert into " + table + " (id) values (?)")) {
      statement.setInt(1, id);
      statement.executeUpdate();
    }
  }

  private static void preparedStatements(Connection connection) throws Exception {
    execute(connection, "drop table if exists " + table);
    execute(connection, "create table " + table + " (id int primary key, name text, price numeric, day date)");
    for (int n = 1; n <= 20; n++) insert(connection, n);
    execute(connection, "update " + table + " set name = 'name ' || id, price = id / 4.0, day = date '2024-02-29' + id");
    String query = "select name, price, day from " + table + " where id = ?";
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      for (int n = 1; n <= 12; n++) {
        statement.setInt(1, n);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          say("prepared statement", row.getString(1), row.getBigDecimal(2), row.getDate(3));
        }
      }
    }
    int total = 0;
    for (int turn = 0; turn < 7; turn++) {
      for (int text = 0; text < 30; text++) {
        try (PreparedStatement statement = connection.prepareStatement("select " + text + " + ?::int")) {
          statement.setInt(1, turn);
          ResultSet row = statement.executeQuery();
          row.next();
          total += row.getInt(1);
        }
      }
    }
    say("30 texts", total);
    try (PreparedStatement statement = connection.prepareStatement("select 10 / ?::int")) {
      List<String> states = new ArrayList<>();
      for (int n = 0; n < 16; n++) {
        statement.setInt(1, n % 2);
        states.add(sqlstate(() -> statement.executeQuery().close()));
      }
      say("a prepared statement fails", states);
    }
  }

  private static void batches(Connection connection) throws Exception {
    String text = "insert into " + table + " (id, name) values (?, ?)";
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      for (int n = 1000; n < 1500; n++) addRow(statement, n);
      int[] counts = statement.executeBatch();
      say("batch", counts.length, rows(connection, "select count(*) from " + table + " where name like 'batch %'"));
      for (int n : new int[] {1998, 1999, 1, 2000, 2001}) addRow(statement, n);
      say("a batch fails", sqlstate(statement::executeBatch));
      say("after it", rows(connection, "select count(*) from " + table + " where id between 1998 and 2001"));
    }
    try (Statement statement = connection.createStatement()) {
      for (int n = 1; n <= 10; n++) statement.addBatch("update " + table + " set name = 'new' where id = " + n);
      say("a batch of texts", Arrays.toString(statement.executeBatch()));
    }
    try (PreparedStatement statement =
        connection.prepareStatement("insert into " + table + " (name, id) values ('key', ?)", new String[] {"id"})) {
      for (int n = 2100; n < 2110; n++) {
        statement.setInt(1, n);
        statement.addBatch();
      }
      statement.executeBatch();
      ResultSet keys = statement.getGeneratedKeys();
      int total = 0;
      while (keys.next()) total += keys.getInt(1);
      say("a batch that returns keys", total);
    }
  }

  private static void addRow(PreparedStatement statement, int n) throws SQLException {
    statement.setInt(1, n);
    statement.setString(2, "batch " + n);
    statement.addBatch();
  }

  private static void fetchSizes(Connection connection) throws Exception {
    connection.setAutoCommit(false);
    for (int turn = 0; turn < 7; turn++) {
      try (PreparedStatement statement = connection.prepareStatement("select id from " + table + " where id > ? order by id")) {
        statement.setFetchSize(37);
        statement.setInt(1, turn);
        ResultSet result = statement.executeQuery();
        int total = 0, count = 0;
        while (result.next() && count < 100 * (turn + 1)) {
          total += result.getInt(1);
          count++;
        }
        say("fetch size", count, total);
      }
      connection.commit();
    }
    connection.setAutoCommit(true);
  }

  private static void transactions(Connection connection) throws Exception {
    connection.setAutoCommit(false);
    insert(connection, 3000);
    Savepoint before = connection.setSavepoint();
    say("savepoint", sqlstate(() -> insert(connection, 1)), sqlstate(() -> insert(connection, 3001)));
    connection.rollback(before);
    insert(connection, 3002);
    connection.commit();
    insert(connection, 3003);
    connection.rollback();
    connection.setReadOnly(true);
    say("read only", sqlstate(() -> insert(connection, 3004)));
    connection.rollback();
    connection.setReadOnly(false);
    connection.setAutoCommit(true);
    say("transactions", rows(connection, "select id from " + table + " where id >= 3000 order by id"));
  }

  private static void copies(Connection connection) throws Exception {
    var copy = connection.unwrap(PGConnection.class).getCopyAPI();
    StringBuilder lines = new StringBuilder();
    for (int n = 10000; n < 12000; n++) lines.append(n).append("\tcopied\n");
    say("copy in", copy.copyIn("copy " + table + " (id, name) from stdin", new StringReader(lines.toString())));
    StringWriter out = new StringWriter();
    copy.copyOut("copy (select id, name from " + table + " where id >= 11998 order by id) to stdout (format csv)", out);
    say("copy out", out.toString().replace("\n", " "));
    say("copy fails", sqlstate(() -> copy.copyIn("copy " + table + " (id) from stdin", new StringReader("1\n"))));
  }

  public static void main(String[] arguments) throws Exception {
    table = "jdbc_" + Integer.parseInt(arguments[0]);
    String[] options = Arrays.copyOfRange(arguments, 1, arguments.length);
    say("driver", "pgjdbc", DriverInfo.DRIVER_VERSION);
    try (Connection connection = connect(options)) {
      preparedStatements(connection);
      batches(connection);
      fetchSizes(connection);
      transactions(connection);
      copies(connection);
      execute(connection, "drop table " + table);
    }
  }
}
