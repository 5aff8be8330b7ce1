// COPY FROM STDIN: the server ignores some messages while it reads data, and we learn late when that begins
// and ends.
#include <boost/test/unit_test.hpp>

#include "protocol/owed_replies.h"
#include "tests/support/reply_player.h"

namespace howdah::protocol {

namespace {

using tests::ReplyPlayer;

}  // namespace

BOOST_AUTO_TEST_SUITE(owed_replies_copy)

BOOST_AUTO_TEST_CASE(a_copy_in_keeps_the_server_until_its_end) {
  ReplyPlayer server;
  server.sent("Q").then("G");
  BOOST_TEST(server.owed.is_copy_in());
  BOOST_TEST(!server.is_settled());
  server.sent("c");
  BOOST_TEST(!server.owed.is_copy_in());
  BOOST_TEST(!server.sent("").is_settled());
  BOOST_TEST(server.then("CZ").is_settled());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_copy_may_be_sent_before_its_beginning_is_known) {
  ReplyPlayer server;
  server.sent("Qc").then("G");
  BOOST_TEST(!server.owed.is_copy_in());
  BOOST_TEST(server.then("CZ").is_settled());
  BOOST_TEST(server.sent("PBEcS").then("12GCZ").is_settled());
}

BOOST_AUTO_TEST_CASE(several_copies_in_one_query_end_one_by_one) {
  BOOST_TEST(ReplyPlayer().sent("Qcc").then("GCGCZ").is_settled());
  ReplyPlayer server;
  server.sent("Qc").then("GCTDCG");
  BOOST_TEST(server.owed.is_copy_in());
  BOOST_TEST(server.sent("f").then("EZ").is_settled());
}

BOOST_AUTO_TEST_CASE(a_sync_inside_a_copy_in_owes_nothing) {
  ReplyPlayer server;
  server.sent("PBE").then("12G").sent("S");
  BOOST_TEST(server.owed.ready_count() == 0u);
  BOOST_TEST(!server.sent("c").then("C").is_settled());
  BOOST_TEST(server.owed.is_unsynced());
  BOOST_TEST(server.sent("S").then("Z").is_settled());
}

// As libpq does it: the Sync of the batch comes before the data, and another one behind it.
BOOST_AUTO_TEST_CASE(a_sync_sent_before_the_copy_in_is_known_owes_nothing_either) {
  ReplyPlayer server;
  server.sent("PBDES").then("12nG");
  BOOST_TEST(server.owed.ready_count() == 0u);
  BOOST_TEST(server.owed.is_copy_in());
  BOOST_TEST(server.owed.is_unsynced());
  BOOST_TEST(server.sent("cS").then("CZ").is_settled());
  BOOST_TEST(!server.owed.is_doubtful());
  BOOST_TEST(server.sent("PBDEScS").then("12nGCZ").is_settled());
}

BOOST_AUTO_TEST_CASE(a_sync_inside_the_copy_in_of_a_query_owes_nothing) {
  BOOST_TEST(ReplyPlayer().sent("QSScS").then("GCZZ").is_settled());
  BOOST_TEST(ReplyPlayer().sent("Q").then("G").sent("SScS").then("CZZ").is_settled());
}

BOOST_AUTO_TEST_CASE(a_flush_with_a_body_is_ignored_inside_a_copy_in) {
  BOOST_TEST(ReplyPlayer().sent("QHc").then("GCZ").is_settled());
  BOOST_TEST(ReplyPlayer().sent("PBE").then("12G").sent("HcS").then("CZ").is_settled());
}

BOOST_AUTO_TEST_CASE(ends_of_a_copy_that_is_none_are_dropped) {
  BOOST_TEST(ReplyPlayer().sent("cf").is_settled());
  BOOST_TEST(ReplyPlayer().sent("QcfQ").then("CZTCZ").is_settled());
  BOOST_TEST(ReplyPlayer().sent("PcBfEcSf").then("12CZ").is_settled());
  BOOST_TEST(ReplyPlayer().sent("Fc").then("VZ").is_settled());
}

BOOST_AUTO_TEST_CASE(a_needless_end_behind_a_copy_is_no_sync) {
  ReplyPlayer server;
  BOOST_TEST(!server.sent("EScc").then("GC").is_settled());
  BOOST_TEST(server.sent("S").then("Z").is_settled());
}

BOOST_AUTO_TEST_CASE(data_sent_after_a_failed_copy_is_dropped) {
  BOOST_TEST(ReplyPlayer().sent("Q").then("GE").sent("c").then("Z").is_settled());
  BOOST_TEST(ReplyPlayer().sent("Q").then("G").sent("c").then("EZ").sent("Q").then("CZ").is_settled());
  BOOST_TEST(ReplyPlayer().sent("PBE").then("12GE").sent("cS").then("Z").is_settled());
}

BOOST_AUTO_TEST_CASE(requests_behind_a_copy_in_that_failed_at_once_are_answered) {
  BOOST_TEST(ReplyPlayer().sent("QQ").then("GEZCZ").is_settled());
  BOOST_TEST(ReplyPlayer().sent("PBEPS").then("12GEZ").is_settled());
}

BOOST_AUTO_TEST_CASE(after_a_failed_copy_with_a_sync_inside_the_server_is_in_doubt_until_it_answers_more) {
  for (const bool did_count : {false, true}) {
    ReplyPlayer server;
    server.sent("PBES").then("12G").sent("cS").then("EZ");
    BOOST_TEST(server.owed.is_doubtful());
    BOOST_TEST(!server.is_settled());
    if (did_count) server.then("Z");
    BOOST_TEST(!server.sent("Q").is_settled());
    server.then("TDC");
    BOOST_TEST(!server.owed.is_doubtful());
    BOOST_TEST(server.then("Z").is_settled());
  }
}

BOOST_AUTO_TEST_CASE(a_sync_that_counts_after_all_may_be_answered_behind_the_next_request) {
  ReplyPlayer server;
  server.sent("PBE").then("12G").sent("S").then("E");
  BOOST_TEST(server.owed.is_doubtful());
  BOOST_TEST(server.then("Z").sent("PBES").then("12CZ").is_settled());

  ReplyPlayer query;
  query.sent("Q").then("G").sent("S").then("EZ").sent("Q");
  BOOST_TEST(query.then("ZTCZ").is_settled());
}

BOOST_AUTO_TEST_CASE(a_copy_that_ends_well_leaves_no_doubt) {
  BOOST_TEST(ReplyPlayer().sent("QScc").then("GCGEZ").is_settled());
}

// Whether the server answers them or drops them depends on what it did with the Sync.
BOOST_AUTO_TEST_CASE(requests_sent_in_doubt_keep_the_server_in_doubt_for_ever) {
  ReplyPlayer server;
  server.sent("PBE").then("12G").sent("S").then("E").sent("PBES").then("ZZ").sent("Q").then("CZ");
  BOOST_TEST(server.owed.is_doubtful());
  BOOST_TEST(!server.is_settled());
}

// The Sync may have had a body: then the error is its own, and the request behind it is still to be answered.
BOOST_AUTO_TEST_CASE(an_error_in_doubt_keeps_the_server_in_doubt_for_ever) {
  ReplyPlayer server;
  server.sent("Q").then("G").sent("S").then("EZ").sent("QQ").then("EZCZ");
  BOOST_TEST(server.owed.is_doubtful());
  BOOST_TEST(!server.is_settled());
}

BOOST_AUTO_TEST_CASE(a_lost_client_in_copy_in_is_ended_by_our_own_messages) {
  ReplyPlayer server;
  server.sent("PBE").then("12G").sent_own("fS");
  BOOST_TEST(server.got("EZ") == "E-");
  BOOST_TEST(server.is_settled());
}

BOOST_AUTO_TEST_CASE(the_two_ways_of_replication_end_with_their_query) {
  ReplyPlayer server;
  server.sent("Q").then("Wdd");
  BOOST_TEST(!server.owed.is_copy_in());
  BOOST_TEST(server.sent("c").then("dcCZ").is_settled());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
