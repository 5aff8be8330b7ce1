import java.sql.DriverManager;
import java.sql.SQLException;

/** Logs in with the URL, the user and the password that it is given; says "in", or the SQLSTATE. */
public class LogIn {
    public static void main(String[] arguments) {
        try (var connection = DriverManager.getConnection(arguments[0], arguments[1], arguments[2]);
                var rows = connection.createStatement().executeQuery("select 1")) {
            rows.next();
            System.out.println(rows.getInt(1) == 1 ? "in" : "wrong answer");
        } catch (SQLException error) {
            System.out.println(error.getSQLState());
        }
    }
}
