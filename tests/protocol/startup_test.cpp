#include "protocol/startup.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/startup_packets.h"

namespace howdah::protocol {

namespace {

using namespace std::string_literals;
using tests::coded_packet;
using tests::kVersion30;
using tests::kVersion32;
using tests::Pairs;
using tests::startup_packet;

const Pairs kAnnShop{{"user", "ann"}, {"database", "shop"}};

Pairs and_more(Pairs pairs, const Pairs& more) {
  pairs.insert(pairs.end(), more.begin(), more.end());
  return pairs;
}

StartupMessage accepted(const std::string& packet) {
  const auto parsed = parse_startup_packet(packet);
  BOOST_REQUIRE(parsed.has_value());
  BOOST_REQUIRE(std::holds_alternative<StartupMessage>(*parsed));
  return std::get<StartupMessage>(*parsed);
}

StartupRefusal refused(const std::string& packet) {
  const auto parsed = parse_startup_packet(packet);
  BOOST_REQUIRE(!parsed.has_value());
  return parsed.error();
}

// "SQLSTATE message" of a refusal, or nothing where the connection closes without a word.
std::string words_of(const StartupRefusal& refusal) {
  if (!refusal.error) return {};
  BOOST_TEST(severity_name(refusal.error->severity) == "FATAL");
  return refusal.error->sqlstate + ' ' + refusal.error->message;
}

const std::string kLayoutWords = "08P01 invalid startup packet layout: expected terminator as last byte";
const std::string kNoUserWords = "28000 no PostgreSQL user name specified in startup packet";

std::string sent(const StartupRefusal& refusal) {
  std::string out;
  append_refusal(out, refusal);
  return out;
}

std::string negotiation(const StartupMessage& message) {
  std::string out;
  append_negotiation(out, message);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(startup)

BOOST_AUTO_TEST_CASE(a_startup_message_tells_version_user_database_and_settings) {
  const auto message =
      accepted(startup_packet(and_more(kAnnShop, {{"application_name", "till"}, {"extra_float_digits", "2"}})));
  BOOST_TEST(message.major_version == 3);
  BOOST_TEST(message.minor_version == 0);
  BOOST_TEST(message.user == "ann");
  BOOST_TEST(message.database == "shop");
  BOOST_TEST(message.replication.empty());
  BOOST_TEST(!message.options_error.has_value());
  const Pairs expected{{"application_name", "till"}, {"extra_float_digits", "2"}};
  BOOST_TEST((message.settings == expected));
}

BOOST_AUTO_TEST_CASE(the_database_is_the_user_where_none_is_named) {
  BOOST_TEST(accepted(startup_packet({{"user", "ann"}})).database == "ann");
  BOOST_TEST(accepted(startup_packet({{"user", "ann"}, {"database", ""}})).database == "ann");
}

BOOST_AUTO_TEST_CASE(the_last_of_several_users_databases_and_options_counts) {
  const auto message = accepted(startup_packet({{"options", "-c a.b=1"},
                                                {"user", "bob"},
                                                {"database", "x"},
                                                {"user", "ann"},
                                                {"database", "shop"},
                                                {"options", "-c a.c=2"}}));
  BOOST_TEST(message.user == "ann");
  BOOST_TEST(message.database == "shop");
  BOOST_TEST((message.settings == Pairs{{"a.c", "2"}}));
}

BOOST_AUTO_TEST_CASE(settings_of_options_come_first_as_the_server_runs_them) {
  const auto message = accepted(
      startup_packet(and_more(kAnnShop, {{"work_mem", "1MB"}, {"options", "-c work_mem=2MB --enable-seqscan=off"}})));
  const Pairs expected{{"work_mem", "2MB"}, {"enable_seqscan", "off"}, {"work_mem", "1MB"}};
  BOOST_TEST((message.settings == expected));
}

BOOST_AUTO_TEST_CASE(bad_options_are_told_only_after_authentication) {
  const auto message = accepted(startup_packet(and_more(kAnnShop, {{"options", "-c a.b=1 -x"}, {"a.c", "2"}})));
  BOOST_REQUIRE(message.options_error.has_value());
  BOOST_TEST(message.options_error->sqlstate == "42601");
  BOOST_TEST((message.settings == Pairs{{"a.b", "1"}}));
}

BOOST_AUTO_TEST_CASE(names_are_cut_after_63_bytes) {
  const auto message = accepted(startup_packet({{"user", std::string(70, 'u')}, {"database", std::string(64, 'd')}}));
  BOOST_TEST(message.user == std::string(63, 'u'));
  BOOST_TEST(message.database == std::string(63, 'd'));
  BOOST_TEST(accepted(startup_packet({{"user", std::string(63, 'u')}})).user.size() == 63u);
}

BOOST_AUTO_TEST_CASE(names_that_are_no_text_are_kept_as_bytes) {
  const auto message = accepted(startup_packet({{"user", "\xc3\x28"}, {"database", "\xff\xfe"}}));
  BOOST_TEST(message.user == "\xc3\x28");
  BOOST_TEST(message.database == "\xff\xfe");
}

BOOST_AUTO_TEST_CASE(nine_hundred_settings_fit_into_one_packet) {
  Pairs pairs = kAnnShop;
  for (int i = 0; i < 900; ++i) pairs.emplace_back("a.b" + std::to_string(i), "1");
  BOOST_TEST(accepted(startup_packet(pairs)).settings.size() == 900u);
}

BOOST_AUTO_TEST_CASE(a_missing_user_is_28000) {
  for (const auto& pairs :
       {Pairs{}, Pairs{{"user", ""}}, Pairs{{"database", "shop"}}, Pairs{{"user", "ann"}, {"user", ""}}})
    BOOST_TEST(words_of(refused(startup_packet(pairs))) == kNoUserWords);
}

BOOST_AUTO_TEST_CASE(a_packet_that_does_not_end_at_its_terminator_is_08P01) {
  for (const auto& tail : {""s, "\0x"s, "foo\0"s, "foo\0\0"s, "foo\0bar"s, "foo\0x"s, "xy"s, "\0\0"s})
    BOOST_TEST(words_of(refused(startup_packet(kAnnShop, kVersion30, tail))) == kLayoutWords);
  BOOST_TEST(words_of(refused(coded_packet(kVersion30))) == kLayoutWords);
}

BOOST_AUTO_TEST_CASE(any_last_byte_ends_the_packet_as_in_postgresql) {
  BOOST_TEST(accepted(startup_packet(kAnnShop, kVersion30, "x")).user == "ann");
}

BOOST_AUTO_TEST_CASE(every_boolean_and_database_is_a_value_of_replication) {
  struct Case {
    std::string value;
    bool is_replication;
  };
  for (const auto& [value, is_replication] :
       {Case{"database", true}, Case{"true", true}, Case{"TRUE", true}, Case{"tr", true}, Case{"t", true},
        Case{"on", true}, Case{"yes", true}, Case{"1", true}, Case{"false", false}, Case{"f", false}, Case{"of", false},
        Case{"OFF", false}, Case{"no", false}, Case{"n", false}, Case{"0", false}}) {
    BOOST_TEST_CONTEXT(value) {
      const auto message = accepted(startup_packet(and_more(kAnnShop, {{"replication", value}})));
      BOOST_TEST(message.replication == value);
      BOOST_TEST(wants_replication(message) == is_replication);
    }
  }
  BOOST_TEST(!wants_replication(accepted(startup_packet(kAnnShop))));
}

BOOST_AUTO_TEST_CASE(another_value_of_replication_is_22023_before_authentication) {
  for (const auto& value : {""s, "bogus"s, "o"s, " true"s, "truee"s, "Database"s, "10"s}) {
    const auto refusal = refused(startup_packet(and_more(kAnnShop, {{"replication", value}})));
    BOOST_TEST(words_of(refusal) == "22023 invalid value for parameter \"replication\": \"" + value + '"');
    BOOST_TEST(!refusal.error->hint.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_bad_replication_is_told_before_a_bad_layout) {
  for (const auto& tail : {"replication\0bogus"s, "replication\0bogus\0"s, "replication\0bogus\0\0x"s})
    BOOST_TEST(words_of(refused(startup_packet(kAnnShop, kVersion30, tail))).starts_with("22023"));
}

BOOST_AUTO_TEST_CASE(a_known_version_is_not_negotiated) {
  BOOST_TEST(negotiation(accepted(startup_packet(kAnnShop))).empty());
  const auto newest = accepted(startup_packet(kAnnShop, kVersion32));
  BOOST_TEST(newest.minor_version == 2);
  BOOST_TEST(negotiated_minor_version(newest) == 2);
  BOOST_TEST(negotiation(newest).empty());
}

BOOST_AUTO_TEST_CASE(a_higher_minor_version_is_negotiated_down_to_3_2) {
  for (const std::uint32_t version : {0x00030003u, 0x0003270fu, 0x0003ffffu}) {
    const auto message = accepted(startup_packet(kAnnShop, version));
    BOOST_TEST(message.minor_version == (version & 0xffff));
    BOOST_TEST(negotiated_minor_version(message) == 2);
    BOOST_TEST(negotiation(message) == "v\0\0\0\x0c\0\3\0\2\0\0\0\0"s);
  }
}

BOOST_AUTO_TEST_CASE(unknown_protocol_options_are_named_in_the_negotiation) {
  const auto message = accepted(startup_packet(and_more(kAnnShop, {{"_pq_.x", "1"}, {"_pq_.", "2"}, {"_pq", "3"}})));
  BOOST_TEST((message.unknown_protocol_options == std::vector<std::string>{"_pq_.x", "_pq_."}));
  BOOST_TEST((message.settings == Pairs{{"_pq", "3"}}));
  BOOST_TEST(negotiation(message) == "v\0\0\0\x19\0\3\0\0\0\0\0\2_pq_.x\0_pq_.\0"s);
}

BOOST_AUTO_TEST_CASE(the_negotiation_comes_before_the_error_of_a_missing_user) {
  const auto out = sent(refused(startup_packet({{"database", "shop"}}, 0x0003270f)));
  BOOST_TEST(out.starts_with("v\0\0\0\x0c\0\3\0\2\0\0\0\0E"s));
  BOOST_TEST(sent(refused(startup_packet({{"database", "shop"}}))).starts_with("E"));
  BOOST_TEST(sent(refused(startup_packet({}, 0x0003270f, ""))).starts_with("E"));
}

BOOST_AUTO_TEST_CASE(other_major_versions_are_0A000_in_the_new_format) {
  struct Case {
    std::uint32_t code;
    std::string version;
  };
  for (const auto& [code, version] : {Case{0x00040000, "4.0"}, Case{0, "0.0"}, Case{0xffff0000, "65535.0"},
                                      Case{0x04d21631, "1234.5681"}, Case{0x04d2162d, "1234.5677"}}) {
    const auto refusal = refused(coded_packet(code));
    BOOST_TEST(words_of(refusal) == "0A000 unsupported frontend protocol " + version + ": server supports 3.0 to 3.2");
    BOOST_TEST(!refusal.old_format);
    BOOST_TEST(sent(refusal).substr(5).starts_with("SFATAL\0VFATAL\0C0A000\0"s));
  }
}

BOOST_AUTO_TEST_CASE(old_major_versions_are_answered_in_their_lengthless_format) {
  struct Case {
    std::uint32_t code;
    std::string version;
  };
  for (const auto& [code, version] :
       {Case{0x00020000, "2.0"}, Case{0x00010000, "1.0"}, Case{0x0001ffff, "1.65535"}, Case{1, "0.1"}}) {
    BOOST_TEST(sent(refused(coded_packet(code, "whatever"))) ==
               "EFATAL:  unsupported frontend protocol " + version + ": server supports 3.0 to 3.2\n\0"s);
  }
}

BOOST_AUTO_TEST_CASE(requests_for_encryption_are_known_and_their_excess_is_ignored) {
  for (const auto& rest : {""s, "\0"s, "\0\0\0\0"s}) {
    BOOST_TEST(std::holds_alternative<SslRequest>(*parse_startup_packet(coded_packet(0x04d2162f, rest))));
    BOOST_TEST(std::holds_alternative<GssRequest>(*parse_startup_packet(coded_packet(0x04d21630, rest))));
  }
}

BOOST_AUTO_TEST_CASE(a_second_request_for_encryption_can_be_refused_as_a_version) {
  BOOST_TEST(words_of(refuse_protocol(kRequestMajor, kSslMinor)) ==
             "0A000 unsupported frontend protocol 1234.5679: server supports 3.0 to 3.2");
}

BOOST_AUTO_TEST_CASE(a_cancel_request_has_a_key_of_4_to_256_bytes) {
  for (const std::size_t size : {4u, 32u, 256u}) {
    const auto packet = parse_startup_packet(coded_packet(0x04d2162e, "\xff\xff\xff\xfe"s + std::string(size, '\0')));
    BOOST_REQUIRE(packet.has_value());
    const auto& request = std::get<CancelRequest>(*packet);
    BOOST_TEST(request.process_id == -2);
    BOOST_TEST(request.key == std::string(size, '\0'));
  }
  for (const auto& rest : {""s, "\0\0\0"s, "\0\0\0\1"s, "\0\0\0\1abc"s, "\0\0\0\1"s + std::string(257, 'k')}) {
    const auto refusal = refused(coded_packet(0x04d2162e, rest));
    BOOST_TEST(sent(refusal).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_length_outside_the_limits_closes_without_a_word) {
  for (const std::int64_t length : {0l, 1l, 2l, 3l, 4l, 7l, 10005l, 0x7fffffffl, -1l, -0x80000000l, 0x47455420l}) {
    std::string packet;
    append_int32(packet, static_cast<std::int32_t>(length));
    const auto size = startup_packet_size(packet);
    BOOST_REQUIRE(!size.has_value());
    BOOST_TEST(sent(size.error()).empty());
    BOOST_TEST(sent(refused(packet + std::string(8, '\0'))).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_packet_of_10004_bytes_is_the_longest) {
  const auto base = startup_packet(and_more(kAnnShop, {{"a.b", ""}})).size();
  const auto packet = startup_packet(and_more(kAnnShop, {{"a.b", std::string(kMaxStartupPacketBytes - base, 'x')}}));
  BOOST_TEST(packet.size() == 10004u);
  BOOST_TEST(accepted(packet).settings.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_packet_that_comes_byte_by_byte_has_the_same_size) {
  for (const auto& packet : {startup_packet(kAnnShop), coded_packet(0x04d2162f), coded_packet(0x00020000, "abc")}) {
    for (std::size_t count = 0; count <= packet.size(); ++count) {
      const auto size = startup_packet_size(Bytes(packet).substr(0, count));
      BOOST_REQUIRE(size.has_value());
      BOOST_TEST(size->has_value() == (count >= 4));
      if (*size) BOOST_TEST(**size == packet.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_packet_cut_short_is_refused_without_a_word) {
  const auto packet = startup_packet(kAnnShop);
  for (std::size_t count = 0; count < packet.size(); ++count)
    BOOST_TEST(sent(refused(packet.substr(0, count))).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
