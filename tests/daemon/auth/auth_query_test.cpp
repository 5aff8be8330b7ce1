#include "daemon/auth/auth_query.h"

#include <boost/test/unit_test.hpp>

namespace howdah::auth {

namespace {

using Row = server::BlockingConnection::Row;
constexpr auto kNull = std::nullopt;

// "nobody", "secret", "secret until N" or "error"
std::string read(const std::vector<Row>& rows, const std::string& user = "ann") {
  const auto said = read_auth_rows(rows, user);
  if (!said) return "error";
  if (!said->secret) return "nobody";
  if (!said->valid_until) return "secret";
  const auto since_epoch = said->valid_until->time_since_epoch();
  return "secret until " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_query)

BOOST_AUTO_TEST_CASE(rows_are_read_with_care) {
  struct Case {
    std::vector<Row> rows;
    std::string outcome;
  };
  const Case cases[] = {
      {{}, "nobody"},
      {{{"ann", "pw"}}, "secret"},
      {{{"ann", "pw", kNull}}, "secret"},
      {{{"ann", "pw", "1000"}}, "secret until 1000"},
      {{{"ann", "pw", "1000.5"}}, "secret until 1000"},
      {{{"ann", "pw", "-5"}}, "secret until 0"},
      {{{"ann", "pw", "1e30"}}, "secret"},
      {{{"ann", "pw", "Infinity"}}, "secret"},
      {{{"ann", "pw", "-Infinity"}}, "secret until 0"},
      {{{"ann", "pw", "NaN"}}, "error"},
      {{{"ann", "pw", "tomorrow"}}, "error"},
      {{{"ann", "pw", "1 "}}, "error"},
      {{{"ann", kNull}}, "nobody"},
      {{{"ann", ""}}, "nobody"},
      {{{"ann", "SCRAM-SHA-256$broken"}}, "nobody"},
      {{{"Ann", "pw"}}, "nobody"},
      {{{kNull, "pw"}}, "nobody"},
      {{{"ann"}}, "error"},
      {{{"ann", "pw"}, {"bob", "other"}}, "secret"},
      {{{"bob", "other"}, {"ann", "pw"}}, "nobody"},
  };
  for (const auto& one : cases) BOOST_TEST(read(one.rows) == one.outcome);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
