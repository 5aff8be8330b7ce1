import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The JDBC driver on the console of howdah. Arguments: a number that is not used, and properties for the URL. */
public class Console {
  private static void order(Connection connection, String text, String database) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      statement.setString(1, database);
      statement.execute();
    }
  }

  public static void main(String[] arguments) throws SQLException {
    String address = System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/howdah?user=postgres";
    for (int i = 1; i < arguments.length; i++) address += "&" + arguments[i];
    try (Connection connection = DriverManager.getConnection("jdbc:postgresql://" + address);
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 7; i++) {
        try (PreparedStatement pools = connection.prepareStatement("show pools"); ResultSet rows = pools.executeQuery()) {
          rows.next();
          if (i == 6) System.out.println("pool: " + rows.getString("database") + " " + (rows.getInt("cl_active") + 1));
        }
      }
      try (ResultSet rows = statement.executeQuery("show stats")) {
        while (rows.next()) {
          if (rows.getString(1).equals("app")) System.out.println("transactions: " + rows.getBigDecimal("total_xact_count"));
        }
      }
      order(connection, "pause ?", "app");
      System.out.println("pause: PAUSE");
      order(connection, "resume ?", "app");
      System.out.println("resume: RESUME");
      try {
        order(connection, "resume ?", "app");
      } catch (SQLException error) {
        System.out.println("again: " + error.getSQLState() + " " + error.getMessage().replace("ERROR: ", ""));
      }
      try (ResultSet rows = statement.executeQuery("show version")) {
        rows.next();
        System.out.println("version: " + rows.getString(1).split(" ")[0]);
      }
    }
  }
}
