#include "protocol/statement_events.h"

#include <boost/test/unit_test.hpp>

#include "protocol/sqlstate.h"

namespace howdah::protocol {

namespace {

ErrorFields error(std::string_view sqlstate, const std::string& message, const std::string& routine = "") {
  auto fields = make_error(Severity::Error, sqlstate, message);
  fields.routine = routine;
  return fields;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(statement_events)

BOOST_AUTO_TEST_CASE(tags_tell_of_catalog_changes) {
  for (const char* tag : {"CREATE TABLE", "ALTER TABLE", "DROP FUNCTION", "DO", "CALL", "IMPORT FOREIGN SCHEMA"}) {
    BOOST_TEST(is_catalog_change(tag), tag);
    BOOST_TEST(tells_of_statements(std::string_view(tag)), tag);
  }
}

BOOST_AUTO_TEST_CASE(tags_tell_of_statements_by_sql) {
  for (const char* tag : {"PREPARE", "DEALLOCATE", "DEALLOCATE ALL", "DISCARD ALL"}) {
    BOOST_TEST(tells_of_statements(std::string_view(tag)), tag);
    BOOST_TEST(!is_catalog_change(tag), tag);
  }
  for (const char* tag : {"", "SELECT 1", "DELETE 3", "DECLARE CURSOR", "DISCARD PLANS", "PREPARE TRANSACTION",
                          "ANALYZE", "COMMIT", "INSERT 0 1", "COPY 1"}) {
    BOOST_TEST(!tells_of_statements(std::string_view(tag)), tag);
  }
}

BOOST_AUTO_TEST_CASE(errors_tell_of_outdated_statements_in_any_language) {
  BOOST_TEST(is_statement_outdated(
      error("0A000", "gecachter Plan darf den Ergebnistyp nicht ändern", "RevalidateCachedQuery")));
  BOOST_TEST(!is_statement_outdated(error("0A000", "cross-database references are not implemented", "other")));
  BOOST_TEST(is_statement_outdated(error("XX000", "cache lookup failed for type 17")));
  BOOST_TEST(!is_statement_outdated(error("XX000", "something else")));
}

BOOST_AUTO_TEST_CASE(errors_tell_of_names_that_servers_know) {
  BOOST_TEST(tells_of_statements(error("26000", "prepared statement \"howdah_7\" does not exist")));
  BOOST_TEST(!tells_of_statements(error("26000", "prepared statement \"a\" does not exist")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
