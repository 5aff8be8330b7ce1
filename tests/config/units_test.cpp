#include "config/units.h"

#include <boost/test/unit_test.hpp>
#include <limits>

namespace howdah::config {

BOOST_AUTO_TEST_SUITE(units)

BOOST_AUTO_TEST_CASE(a_time_is_a_whole_number_and_a_unit) {
  const std::pair<std::string_view, Milliseconds> times[] = {
      {"0", 0ms}, {"0s", 0ms}, {"250ms", 250ms}, {"30s", 30s}, {"5min", 5min}, {"5m", 5min}, {"5 min", 5min},
      {"2h", 2h}, {"1d", 24h}, {"007s", 7s},     {"90s", 90s}, {"3600s", 1h},  {"00", 0ms},  {"1500ms", 1500ms},
  };
  for (const auto& [text, time] : times) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST((parse_duration(text) == std::optional(time)));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused) {
  for (const std::string_view text :
       {"", " ", "s", "5", "5 parsecs", "5S", "5sec", "-5s", "+5s", "1.5s", "5  s", " 5s", "5s ", "1h30min", "0x5s",
        "9223372036854775807d", "99999999999999999999s", "5s\n"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_duration(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_time_is_written_in_the_largest_unit_that_divides_it) {
  const std::pair<Milliseconds, std::string_view> times[] = {{0ms, "0"},       {1ms, "1ms"}, {1500ms, "1500ms"},
                                                             {30s, "30s"},     {90s, "90s"}, {10min, "10min"},
                                                             {90min, "90min"}, {1h, "1h"},   {48h, "2d"}};
  for (const auto& [time, text] : times) BOOST_TEST(format_duration(time) == text);
}

BOOST_AUTO_TEST_CASE(a_written_time_reads_back) {
  for (std::int64_t count = 1; count < std::numeric_limits<std::int64_t>::max() / 7; count = count * 5 + count % 3) {
    BOOST_TEST((parse_duration(format_duration(Milliseconds(count))) == std::optional(Milliseconds(count))));
  }
}

BOOST_AUTO_TEST_CASE(a_size_is_1024_based_and_counts_bytes_without_a_unit) {
  const std::pair<std::string_view, std::int64_t> sizes[] = {
      {"0", 0}, {"17", 17}, {"512B", 512}, {"64kB", 65536}, {"16MB", 1 << 24}, {"2 GB", 2LL << 30}, {"1TB", 1LL << 40},
  };
  for (const auto& [text, size] : sizes) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST((parse_size(text) == std::optional(size)));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_size_is_refused) {
  for (const std::string_view text : {"", "MB", "16mb", "16KB", "16M", "-1B", "1.5MB", "16 MiB", "99999999TB"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_size(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_written_size_reads_back) {
  for (std::int64_t bytes = 1; bytes < std::numeric_limits<std::int64_t>::max() / 7; bytes = bytes * 4 + bytes % 3) {
    BOOST_TEST((parse_size(format_size(bytes)) == std::optional(bytes)));
  }
  BOOST_TEST(format_size(0) == "0");
  BOOST_TEST(format_size(16 << 20) == "16MB");
  BOOST_TEST(format_size(1025) == "1025B");
}

BOOST_AUTO_TEST_CASE(a_whole_number_is_decimal_and_nothing_else) {
  BOOST_TEST((parse_whole_number("-12") == std::optional<std::int64_t>(-12)));
  for (const std::string_view text : {"", "+1", "1 ", " 1", "1e3", "0x1", "9223372036854775808", "--1"}) {
    BOOST_TEST(!parse_whole_number(text).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
