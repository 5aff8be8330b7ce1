#include "config/pgbouncer/values.h"

#include <boost/test/unit_test.hpp>

#include "config/pgbouncer/connect_line.h"

namespace howdah::config::pgbouncer {

namespace {

// "key=<value>" for each pair, or the mistake.
std::string pairs_of(std::string_view text) {
  const auto pairs = read_connect_line(text);
  if (!pairs) return pairs.error();
  std::string shown;
  for (const auto& [key, value] : *pairs) shown += key + "=<" + value + ">";
  return shown;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pgbouncer_values)

// Each was tried on PgBouncer 1.18.
BOOST_AUTO_TEST_CASE(pairs_are_read_as_pgbouncer_reads_them) {
  BOOST_TEST(pairs_of("") == "");
  BOOST_TEST(pairs_of("host=/tmp port=5432 dbname='a b' user='it''s' password = 'x y'  pool_size=3") ==
             "host=</tmp>port=<5432>dbname=<a b>user=<it's>password=<x y>pool_size=<3>");
  BOOST_TEST(pairs_of(R"(user=x\'y)") == R"(user=<x\'y>)");
  BOOST_TEST(pairs_of(R"(password="")") == R"(password=<"">)");
  BOOST_TEST(pairs_of("user=a user=b") == "user=<b>");
  BOOST_TEST(pairs_of("connect_query='select ''x y'''") == "connect_query=<select 'x y'>");
}

BOOST_AUTO_TEST_CASE(what_fits_no_pair_is_refused_without_its_values) {
  for (const auto* const text :
       {"host=h ; secret", "secret", "password='secret", "password='secret'x=y", "a=b secret"}) {
    const auto said = pairs_of(text);
    BOOST_TEST(said.starts_with("found "), text << ": " << said);
    BOOST_TEST(said.find("secret") == std::string::npos, said);
  }
  BOOST_TEST(pairs_of("user=a password=") == "found password without a value, expected one");
}

BOOST_AUTO_TEST_CASE(counts_are_decimal_hexadecimal_or_octal) {
  BOOST_TEST(read_count("12").value() == 12);
  BOOST_TEST(read_count("0x20").value() == 32);
  BOOST_TEST(read_count("010").value() == 8);
  BOOST_TEST(read_count("-1").value() == -1);
  BOOST_TEST(read_count("0").value() == 0);
  for (const auto* const text : {"", "1e2", "1x", "yes", "0x", "--1", "99999999999", "1 2", "+1"}) {
    BOOST_TEST(!read_count(text), text);
  }
  BOOST_TEST(read_flag("2").value());
  BOOST_TEST(!read_flag("0").value());
  BOOST_TEST(!read_flag("true"));
}

BOOST_AUTO_TEST_CASE(times_are_seconds_and_parts_of_them) {
  BOOST_TEST(read_seconds("1.5").value().count() == 1500);
  BOOST_TEST(read_seconds("1e2").value().count() == 100'000);
  BOOST_TEST(read_seconds("0x10").value().count() == 16'000);
  BOOST_TEST(read_seconds("0").value().count() == 0);
  BOOST_TEST(read_seconds("0.00001").value().count() == 1);
  BOOST_TEST(read_seconds("1e30").value() == std::chrono::days(365));
  for (const auto* const text : {"", "-1", "1.5s", "nan"}) BOOST_TEST(!read_seconds(text), text);
}

BOOST_AUTO_TEST_CASE(modes_are_words_in_any_case) {
  BOOST_CHECK(read_pool_mode("Transaction") == PoolMode::Transaction);
  BOOST_CHECK(read_pool_mode("SESSION") == PoolMode::Session);
  BOOST_TEST(!read_pool_mode("transact"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config::pgbouncer
