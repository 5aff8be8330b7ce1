#include "protocol/owed_replies.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/reply_player.h"

namespace howdah::protocol {

namespace {

using tests::ReplyPlayer;

// `replies`, up to the last of which the server is not settled, and then it is.
void check_settles_last(std::string_view requests, std::string_view replies) {
  ReplyPlayer server;
  server.sent(requests);
  for (const char reply : replies) {
    BOOST_TEST(!server.is_settled(), requests << " before " << reply << " of " << replies);
    server.then({&reply, 1});
  }
  BOOST_TEST(server.is_settled(), requests << " after " << replies);
  BOOST_TEST(server.owed.ready_count() == 0u);
}

void check_never_settles(std::string_view requests, std::string_view replies) {
  ReplyPlayer server;
  server.sent(requests).then(replies);
  BOOST_TEST(!server.is_settled(), requests << " after " << replies);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(owed_replies)

BOOST_AUTO_TEST_CASE(a_new_server_is_settled) {
  const ReplyPlayer server;
  BOOST_TEST(server.is_settled());
  BOOST_TEST(server.owed.is_empty());
  BOOST_TEST(!server.owed.is_next_for_pooler());
}

BOOST_AUTO_TEST_CASE(nothing_is_owed_after_the_last_ready_for_query_and_not_before) {
  for (const auto& [requests, replies] : std::vector<std::pair<std::string, std::string>>{
           {"Q", "TDDCZ"},      // rows
           {"Q", "IZ"},         // an empty query
           {"Q", "EZ"},         // an error
           {"Q", "TDEZ"},       // an error in the middle of rows
           {"Q", "TDCCTCZ"},    // several statements
           {"Q", "NSCAZ"},      // what a server may send at any time
           {"Q", "HdddcCZ"},    // COPY TO
           {"Q", "WddcCZ"},     // replication
           {"QQQ", "TCZEZIZ"},  // several queries in one write
           {"S", "Z"},
           {"SSS", "ZZZ"},
           {"F", "VZ"},
           {"F", "EZ"},
           {"PBDES", "12TDDCZ"},
           {"PBDES", "12nCZ"},  // NoData
           {"PDS", "1tTZ"},     // the parameters and columns of a statement
           {"PDS", "1tnZ"},
           {"PBES", "12IZ"},  // an empty statement
           {"BES", "2DDsZ"},  // a suspended portal
           {"BEES", "2DsDCZ"},
           {"CCS", "33Z"},
           {"PBESPBES", "12CZ12CZ"},  // two batches
           {"PBEPBES", "12C12CZ"},    // two statements in one batch
           {"PBES", "12CEZ"},         // the commit fails
           {"PBEQ", "12CTCZ"},        // a Query ends a batch as a Sync does
           {"PF", "1VZ"},
           {"BEBES", "2HdcC2CZ"},  // COPY TO in a batch
       })
    check_settles_last(requests, replies);
}

BOOST_AUTO_TEST_CASE(a_batch_without_its_sync_keeps_the_server) {
  check_never_settles("P", "1");
  check_never_settles("PD", "1tT");  // what asyncpg sends before a Flush
  check_never_settles("PBE", "12DC");
  check_never_settles("E", "s");
  check_never_settles("PBESP", "12CZ1");
  check_never_settles("QP", "CZ1");
  check_never_settles("PBE", "E");  // the server waits for a Sync
  check_never_settles("H", "E");
}

BOOST_AUTO_TEST_CASE(the_sync_of_an_earlier_batch_does_not_end_the_next_one) {
  ReplyPlayer server;
  server.sent("PBESPB").then("12CZ");
  BOOST_TEST(server.owed.is_unsynced());
  server.sent("ES").then("12CZ");
  BOOST_TEST(server.is_settled());
}

BOOST_AUTO_TEST_CASE(after_an_error_all_up_to_the_sync_is_dropped) {
  check_settles_last("PBES", "EZ");
  check_settles_last("PBES", "1EZ");
  check_settles_last("PBDES", "12TDEZ");
  check_settles_last("PBESPBES", "EZ12CZ");
  check_settles_last("PBESPBES", "12CZEZ");
  check_settles_last("PBEQS", "EZ");  // a simple Query in there is dropped too, and owes nothing
  check_settles_last("PFQQS", "EZ");
  check_settles_last("HPBS", "EZ");
}

BOOST_AUTO_TEST_CASE(what_is_sent_after_an_error_and_before_the_sync_owes_nothing) {
  ReplyPlayer server;
  server.sent("PBE").then("E");
  BOOST_TEST(server.owed.is_unsynced());
  server.sent("PBQFHcEC");
  BOOST_TEST(server.owed.is_empty());
  BOOST_TEST(server.owed.ready_count() == 0u);
  server.sent("S").then("Z");
  BOOST_TEST(server.is_settled());
}

BOOST_AUTO_TEST_CASE(an_error_of_a_simple_query_drops_nothing) {
  check_settles_last("QPBES", "EZ12CZ");
  check_settles_last("FQ", "EZCZ");
  check_settles_last("SPS", "EZ1Z");  // a Sync with a body
}

BOOST_AUTO_TEST_CASE(notices_parameters_and_notifications_are_for_the_client_at_any_time) {
  ReplyPlayer server;
  server.then("NSA");
  server.sent("PBS").then("N1SA2NZNSA");
  BOOST_TEST(server.is_settled());
}

BOOST_AUTO_TEST_CASE(an_error_out_of_the_blue_is_for_the_client) {
  ReplyPlayer server;
  server.then("E");
  server.sent("Q").then("EE");  // ERROR, then FATAL
}

BOOST_AUTO_TEST_CASE(replies_that_nothing_asked_for_are_found) {
  for (const auto& [requests, replies] : std::vector<std::pair<std::string, std::string>>{
           {"", "Z"},  {"", "T"},  {"", "D"},  {"", "C"},  {"", "G"},  {"S", "ZZ"},   {"S", "C"},    {"S", "D"},
           {"P", "2"}, {"P", "Z"}, {"B", "1"}, {"D", "D"}, {"E", "T"}, {"E", "1"},    {"E", "V"},    {"C", "C"},
           {"F", "C"}, {"F", "D"}, {"Q", "1"}, {"Q", "V"}, {"Q", "R"}, {"Q", "K"},    {"Q", "t"},    {"Q", "s"},
           {"D", "G"}, {"P", "G"}, {"H", "1"}, {"E", "W"}, {"Q", "v"}, {"Q", "\x7f"}, {"E", "\xff"}, {"Q", "EC"},
       }) {
    ReplyPlayer server;
    const auto verdicts = server.sent(requests).got(replies);
    BOOST_TEST(verdicts.back() == '!', requests << " answered by " << replies);
  }
}

BOOST_AUTO_TEST_CASE(replies_to_our_own_requests_are_left_out) {
  ReplyPlayer server;
  server.sent_own("Q").sent("PBES");
  BOOST_TEST(server.owed.is_next_for_pooler());
  BOOST_TEST(server.got("TDC") == "---");
  BOOST_TEST(server.got("Z") == "-");
  BOOST_TEST(!server.owed.is_next_for_pooler());
  server.then("12CZ");
  BOOST_TEST(server.is_settled());
}

BOOST_AUTO_TEST_CASE(an_error_of_our_own_query_is_left_out_and_the_client_still_gets_its_replies) {
  ReplyPlayer server;
  server.sent_own("Q").sent("PBES");
  BOOST_TEST(server.got("EZ12CZ") == "--12CZ");
  BOOST_TEST(server.is_settled());
}

BOOST_AUTO_TEST_CASE(our_own_parse_in_a_batch_of_the_client_is_left_out_but_its_error_is_not) {
  ReplyPlayer server;
  server.sent_own("P").sent("BES");
  BOOST_TEST(server.got("12CZ") == "-2CZ");
  server.sent_own("P").sent("BES");
  BOOST_TEST(server.got("EZ") == "EZ");
  server.sent_own("P").sent("BE");  // its Sync comes later
  BOOST_TEST(server.got("E") == "E");
}

BOOST_AUTO_TEST_CASE(the_error_of_a_batch_that_is_all_our_own_is_left_out) {
  ReplyPlayer server;
  server.sent_own("PBES").sent("Q");
  BOOST_TEST(server.got("1EZCZ") == "---CZ");
}

BOOST_AUTO_TEST_CASE(a_sync_of_ours_that_ends_the_batch_of_a_lost_client_is_left_out) {
  ReplyPlayer server;
  server.sent("PB").sent_own("S");
  BOOST_TEST(server.got("12Z") == "12-");
  server.sent("PB").sent_own("S");
  BOOST_TEST(server.got("1EZ") == "1E-");
  BOOST_TEST(server.is_settled());
}

BOOST_AUTO_TEST_CASE(each_ready_for_query_that_is_owed_is_counted) {
  ReplyPlayer server;
  BOOST_TEST(server.sent("QSF").owed.ready_count() == 3u);
  BOOST_TEST(server.sent("PBE").owed.ready_count() == 3u);
  BOOST_TEST(server.owed.size() == 6u);
  server.then("CZ");
  BOOST_TEST(server.owed.ready_count() == 2u);
  server.sent("QS").then("ZVZE");  // the error takes the Query with it
  BOOST_TEST(server.owed.ready_count() == 1u);
}

BOOST_AUTO_TEST_CASE(requests_whose_replies_the_server_may_keep_are_counted) {
  ReplyPlayer server;
  BOOST_TEST(server.sent("PBE").owed.unflushed_count() == 3u);
  server.owed.note_flush();
  BOOST_TEST(server.owed.unflushed_count() == 0u);
  BOOST_TEST(server.sent("PB").owed.unflushed_count() == 2u);
  BOOST_TEST(server.sent("S").owed.unflushed_count() == 0u);
}

BOOST_AUTO_TEST_CASE(long_pipelines_settle) {
  ReplyPlayer server;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) server.sent("PS");
  std::string replies;
  for (int i = 0; i < kCount; ++i) replies += i % 3 == 0 ? "EZ" : "1Z";
  server.then(replies);
  BOOST_TEST(server.is_settled());
  BOOST_TEST(server.owed.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
