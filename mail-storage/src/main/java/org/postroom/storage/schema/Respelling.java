package org.postroom.storage.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postroom.core.people.Person;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the names of accounts that an earlier version has kept to the one spelling they are looked
 * for under now: domains beyond ASCII as the DNS has them.
 */
final class Respelling {
  private static final Logger LOG = LoggerFactory.getLogger(Respelling.class);

  private Respelling() {}

  static void run(Connection connection) throws SQLException {
    respell(connection, "account", "login");
    respell(connection, "account_alias", "address");
  }

  private static void respell(Connection connection, String table, String column)
      throws SQLException {
    String update = "UPDATE " + table + " SET " + column + " = ? WHERE " + column + " = ?";
    for (String name : names(connection, table, column)) {
      String spelled = Person.loginOf(name);
      if (spelled.equals(name)) {
        continue;
      }
      if (isTaken(connection, spelled)) {
        // Two spellings were two accounts. Nobody's mail is given to another.
        LOG.warn("{} and {} are one name now; the first is out of use", name, spelled);
        continue;
      }
      try (PreparedStatement statement = connection.prepareStatement(update)) {
        statement.setString(1, spelled);
        statement.setString(2, name);
        statement.executeUpdate();
      }
    }
  }

  private static List<String> names(Connection connection, String table, String column)
      throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT " + column + " FROM " + table)) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  private static boolean isTaken(Connection connection, String name) throws SQLException {
    String sql =
        "SELECT login FROM account WHERE login = ?"
            + " UNION ALL SELECT address FROM account_alias WHERE address = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      statement.setString(2, name);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }
}
