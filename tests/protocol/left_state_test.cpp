#include "protocol/left_state.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

StateKinds kinds(std::initializer_list<StateKind> list) {
  StateKinds set;
  for (const auto kind : list) set.add(kind);
  return set;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(left_state)

BOOST_AUTO_TEST_CASE(what_a_probe_does_not_find_was_never_there) {
  LeftState state;
  state.suspect(StateKind::CodeBlock);
  BOOST_TEST(state.begin_probe().has(StateKind::CodeBlock));
  BOOST_TEST(!state.is_empty());
  state.end_probe({});
  BOOST_TEST(state.is_empty());
}

BOOST_AUTO_TEST_CASE(what_is_ignored_never_was) {
  LeftState state;
  state.ignore({StateKind::Listen, StateKind::LoadedLibrary});
  state.suspect({StateKind::Listen, StateKind::LoadedLibrary});
  state.hold(StateKind::LoadedLibrary);
  BOOST_TEST(state.is_empty());
  state.suspect(StateKind::CodeBlock);
  (void)state.begin_probe();
  state.end_probe({StateKind::Listen, StateKind::AdvisoryLock});
  BOOST_TEST((state.held() == StateKinds{StateKind::AdvisoryLock}));
  state.discard_all();
  state.suspect(StateKind::Listen);
  BOOST_TEST(state.is_empty());
}

BOOST_AUTO_TEST_CASE(what_it_finds_is_held_until_a_later_one_does_not) {
  LeftState state;
  state.suspect(StateKind::TemporaryObject);
  (void)state.begin_probe();
  state.end_probe(kinds({StateKind::TemporaryObject}));
  BOOST_TEST(state.held().has(StateKind::TemporaryObject));
  BOOST_TEST(state.suspected().is_empty());
  BOOST_TEST(state.first_name() == "temporary object");
  BOOST_TEST(state.begin_probe().has(StateKind::TemporaryObject));
  state.end_probe({});
  BOOST_TEST(state.is_empty());
}

BOOST_AUTO_TEST_CASE(what_is_suspected_after_it_was_sent_is_not_cleared_up_by_it) {
  LeftState state;
  state.suspect(StateKind::Settings);
  (void)state.begin_probe();
  state.suspect(StateKind::Settings);
  state.end_probe({});
  BOOST_TEST(state.suspected().has(StateKind::Settings));
}

BOOST_AUTO_TEST_CASE(one_that_fails_finds_all_that_it_asked_for) {
  LeftState state;
  state.suspect(kinds({StateKind::Listen, StateKind::CodeBlock}));
  (void)state.begin_probe();
  state.fail_probe();
  BOOST_TEST(state.held().has(StateKind::Listen));
  BOOST_TEST(state.held().has(StateKind::CodeBlock));
}

BOOST_AUTO_TEST_CASE(discard_all_leaves_what_only_the_end_of_the_connection_undoes) {
  LeftState state;
  state.suspect(kinds({StateKind::Settings, StateKind::ReplicationOrigin}));
  state.hold(StateKind::LargeStatement);
  BOOST_TEST(!state.begin_probe().has(StateKind::ReplicationOrigin));
  state.discard_all();
  BOOST_TEST(state.first_name() == "replication origin");
  state.remove(StateKind::ReplicationOrigin);
  BOOST_TEST(state.is_empty());
}

BOOST_AUTO_TEST_CASE(what_no_server_can_be_asked_for_stays) {
  LeftState state;
  state.hold(StateKind::LoadedLibrary);
  state.suspect(StateKind::Settings);
  const auto asked = state.begin_probe();
  BOOST_TEST(!asked.has(StateKind::LoadedLibrary));
  state.end_probe({});
  BOOST_TEST(state.has(StateKind::LoadedLibrary));
  state.remove(StateKind::LoadedLibrary);
  BOOST_TEST(state.is_empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
