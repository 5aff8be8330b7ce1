#include "daemon/takeover/record.h"

#include <boost/test/unit_test.hpp>

#include "daemon/takeover/messages.h"

namespace howdah::takeover {

BOOST_AUTO_TEST_SUITE(takeover_record)

BOOST_AUTO_TEST_CASE(values_come_out_as_they_went_in) {
  Record record;
  record.add(Tag::User, "ann").add(Tag::Number, std::uint64_t{1} << 40U).add_flag(Tag::IsLent, false);
  record.add(Tag::SqlName, "one").add(Tag::SqlName, std::string_view("t\0o", 3)).add(Tag::Text, "");
  const auto read = Record::read_known(record.encoded());
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->text(Tag::User).value() == "ann");
  BOOST_TEST(read->number(Tag::Number).value() == std::uint64_t{1} << 40U);
  BOOST_TEST(!read->flag(Tag::IsLent));
  BOOST_TEST(read->all(Tag::SqlName).size() == 2U);
  BOOST_TEST(read->all(Tag::SqlName)[1] == std::string_view("t\0o", 3));
  BOOST_TEST(read->text(Tag::Text).value() == "");
  BOOST_TEST(!read->text(Tag::Database).has_value());
  BOOST_TEST(!read->number(Tag::User).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_or_lies_about_its_length_is_no_record) {
  Record record;
  record.add(Tag::User, "ann").add(Tag::Database, "shop");
  const auto whole = record.encoded();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const bool is_whole_value = size == whole.size() / 2 || size == 9;
    if (!is_whole_value) BOOST_TEST(!Record::read(whole.substr(0, size)).has_value());
  }
  BOOST_TEST(!Record::read(std::string("\0\x14\xff\xff\xff\xff", 6)).has_value());
  BOOST_TEST(!Record::read(std::string("\0\x14\x7f\xff\xff\xff", 6)).has_value());
}

BOOST_AUTO_TEST_CASE(a_tag_that_must_be_known_and_is_not_puts_it_beyond_us) {
  const auto with_tag = [](std::uint16_t tag) {
    std::string bytes = Record().add(Tag::Number, std::uint64_t{7}).encoded();
    protocol::append_integer(bytes, tag);
    protocol::append_int32(bytes, 0);
    return bytes;
  };
  const auto unknown = Record::read(with_tag(static_cast<std::uint16_t>(kLastTag) + 1));
  BOOST_REQUIRE(unknown.has_value());
  BOOST_TEST(unknown->is_beyond_us());
  BOOST_TEST(unknown->number(Tag::Number).value() == 7U);
  BOOST_TEST(!Record::read_known(with_tag(static_cast<std::uint16_t>(kLastTag) + 1)).has_value());
  BOOST_TEST(Record::read_known(with_tag(kFirstOptionalTag)).has_value());
}

BOOST_AUTO_TEST_CASE(two_versions_understand_each_other_where_their_ranges_meet) {
  const auto said = [](std::uint64_t oldest, std::uint64_t newest) {
    Message message{.kind = MessageKind::Hello};
    message.record.add(Tag::OldestVersion, oldest).add(Tag::NewestVersion, newest).add(Tag::Program, "9.1");
    return why_not_understood(message, "the running howdah").value_or("");
  };
  BOOST_TEST(said(1, 1) == "");
  BOOST_TEST(said(1, 7) == "");
  BOOST_TEST(
      said(2, 7) ==
      "the running howdah (version 9.1) speaks the versions 2 to 7 of takeover, this one 1: stop it, and start anew");
  BOOST_TEST(!why_not_understood(hello(), "it").has_value());
  BOOST_TEST(why_not_understood({.kind = MessageKind::Offer}, "it").value() == "it says something else than hello");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::takeover
