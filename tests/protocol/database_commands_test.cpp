#include "protocol/database_commands.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

BOOST_AUTO_TEST_SUITE(database_commands)

BOOST_AUTO_TEST_CASE(texts_that_begin_with_such_a_command_are_known) {
  for (const auto* text : {"DROP DATABASE x", "drop\n database if exists x;", "/* so */ ALTER DATABASE x RENAME TO y",
                           "-- so\nCreate Database y template x", "  create database y"}) {
    BOOST_TEST(is_database_command(text), text);
  }
  for (const auto* text : {"", " ", "DROP", "DROP TABLE database", "SELECT 'drop database x'", "DELETE FROM database",
                           "/* drop database x */", "\"drop\" database x", "drop 'x' database", "dropdatabase"}) {
    BOOST_TEST(!is_database_command(text), text);
  }
}

BOOST_AUTO_TEST_CASE(of_all_objects_in_use_only_databases_count) {
  auto error = make_error(Severity::Error, "55006", "base de données « x » utilisée");
  BOOST_TEST(!is_database_in_use(error));
  for (const auto* routine : {"dropdb", "createdb", "RenameDatabase", "movedb"}) {
    error.routine = routine;
    BOOST_TEST(is_database_in_use(error), routine);
  }
  error.routine = "CheckTableNotInUse";
  BOOST_TEST(!is_database_in_use(error));
  error.routine = "dropdb";
  error.sqlstate = "2BP01";
  BOOST_TEST(!is_database_in_use(error));
}

BOOST_AUTO_TEST_CASE(a_name_counts_as_a_whole) {
  const std::string_view message = "source database \"shop_2\" is being accessed by other users";
  BOOST_TEST(names_database(message, "shop_2"));
  for (const auto* name : {"", "shop", "2", "op_2", "SHOP_2", "shop_22"})
    BOOST_TEST(!names_database(message, name), name);
  BOOST_TEST(names_database("Datenbank »größe« wird benutzt", "größe"));
  BOOST_TEST(names_database("sho shop", "shop"));
  BOOST_TEST(names_database("x", "x"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
