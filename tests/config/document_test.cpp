#include "config/document.h"

#include <boost/test/unit_test.hpp>

namespace howdah::config {

namespace {

DocumentError error_of(std::string_view text, const DocumentLimits& limits = {}) {
  const auto root = read_document(text, limits);
  BOOST_REQUIRE(!root.has_value());
  return root.error();
}

std::string repeated(std::string_view text, int count) {
  std::string all;
  for (int at = 0; at < count; ++at) all += text;
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(document)

BOOST_AUTO_TEST_CASE(a_document_becomes_a_tree_with_lines_from_one) {
  const auto root = read_document("# first\na: 1\nb:\n  - x\n  - {c: y}\n").value();
  BOOST_REQUIRE(root.items.size() == 2U);
  BOOST_TEST(root.items[0].key == "a");
  BOOST_TEST(root.items[0].key_line == 2);
  BOOST_TEST(root.items[0].text == "1");
  const auto& list = root.items[1];
  BOOST_REQUIRE(list.items.size() == 2U);
  BOOST_TEST(list.items[0].line == 4);
  BOOST_TEST(list.items[1].items[0].text == "y");
  BOOST_TEST(list.items[1].items[0].key_line == 5);
}

BOOST_AUTO_TEST_CASE(an_empty_text_is_nothing) {
  for (const std::string_view text : {"", "\n", "# only a comment\n", "---\n", "~", "\xef\xbb\xbf"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST((read_document(text).value().kind == TreeNode::Kind::Nothing));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_twice_is_kept_twice) {
  BOOST_TEST(read_document("{a: 1, a: 2}").value().items.size() == 2U);
}

BOOST_AUTO_TEST_CASE(quoted_texts_are_texts) {
  const auto root = read_document("{a: '~', b: \"\", c: null, d: 'it''s'}").value();
  BOOST_TEST(root.items[0].text == "~");
  BOOST_TEST((root.items[1].kind == TreeNode::Kind::Scalar));
  BOOST_TEST((root.items[2].kind == TreeNode::Kind::Nothing));
  BOOST_TEST(root.items[3].text == "it's");
}

BOOST_AUTO_TEST_CASE(an_alias_repeats_what_it_names) {
  const auto root = read_document("{a: &p {mode: session}, b: *p}").value();
  BOOST_TEST(root.items[1].items[0].text == "session");
}

BOOST_AUTO_TEST_CASE(what_is_not_yaml_is_an_error_with_its_line_and_place) {
  const auto error = error_of("a:\n  b: [1\nc: 2\n");
  BOOST_TEST(error.line == 3);
  BOOST_TEST(error.path == "a.b");
  BOOST_TEST(error.expected == "YAML");
  for (const std::string_view text :
       {"[", "{", "a: b: c", "\ta: b", "a: 'x", "a: \"\\q\"", "a: *nowhere", "a: @x", "- a\nb: c", "]", "a: |x"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!read_document(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(more_than_one_document_is_an_error) {
  BOOST_TEST(error_of("a: 1\n---\nb: 2\n").found == "a second document");
}

BOOST_AUTO_TEST_CASE(keys_are_texts) {
  for (const std::string_view text : {"{[a]: b}", "{{a: b}: c}", "{~: b}", "? [a]\n: b"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(error_of(text).found == "a key that is not a text");
    }
  }
}

BOOST_AUTO_TEST_CASE(tags_are_refused_where_they_would_change_a_value) {
  BOOST_TEST(error_of("a: !secret word").found == "a tag");
  BOOST_TEST(error_of("a: !secret").found == "a tag");
  BOOST_TEST(read_document("a: !!str 12").value().items[0].text == "12");
}

BOOST_AUTO_TEST_CASE(deep_nesting_ends_at_the_limit) {
  BOOST_TEST(read_document(repeated("[", 16) + repeated("]", 16)).has_value());
  BOOST_TEST(!read_document(repeated("[", 17) + repeated("]", 17)).has_value());
  for (const auto& text : {repeated("[", 1'000'000), repeated("{a: ", 1'000'000), repeated("- ", 1'000'000),
                           repeated("? ", 100'000), repeated("[{", 100'000)}) {
    BOOST_TEST_CONTEXT(text.substr(0, 8)) {
      BOOST_TEST(!read_document(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(aliases_do_not_laugh_a_billion_times) {
  std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int at = 1; at < 10; ++at) {
    const auto before = "*a" + std::to_string(at - 1);
    text += "a" + std::to_string(at) + ": &a" + std::to_string(at) + " [" + repeated(before + ", ", 9) + before + "]\n";
  }
  BOOST_TEST(error_of(text).found == "aliases that repeat too much");
  BOOST_TEST(error_of("a: &a [*a]").found == "an alias inside of what it names");
}

BOOST_AUTO_TEST_CASE(long_texts_end_at_the_limit) {
  const auto error = error_of("a:\n  " + std::string(10'000'000, 'x'));
  BOOST_TEST(error.line == 2);
  BOOST_TEST(error.found == "a text of 10000000 bytes");
  BOOST_TEST(!read_document("a: \"" + std::string(10'000'000, 'x') + "\"").has_value());
  BOOST_TEST(!read_document(std::string(10'000'000, 'x') + ": b").has_value());
  BOOST_TEST(read_document("a: " + std::string(65536, 'x')).has_value());
}

BOOST_AUTO_TEST_CASE(a_text_or_a_count_beyond_the_limit_is_refused) {
  BOOST_TEST(error_of("[a, b, c]", {.text_bytes = 8}).found == "9 bytes");
  BOOST_TEST(error_of("[a, b, c]", {.nodes = 3}).found == "more values than a configuration has");
}

BOOST_AUTO_TEST_CASE(bytes_that_no_text_has_are_refused_before_the_parser) {
  BOOST_TEST(error_of(std::string_view("a: 1\nb\0: 2", 10)).line == 2);
  BOOST_TEST(error_of("a: \xff").found == "bytes that are not UTF-8");
  BOOST_TEST(error_of(std::string_view("\xff\xfe"
                                       "a\0:\0",
                                       6))
                 .found == "bytes that are not UTF-8");
  BOOST_TEST(error_of("a: 1\n\x04"
                      "b: 2")
                 .found == "a control character");
}

BOOST_AUTO_TEST_CASE(a_zero_byte_that_yaml_spells_out_is_refused) {
  BOOST_TEST(error_of(R"(a: "x\0y")").found == "a text with a zero byte");
}

BOOST_AUTO_TEST_CASE(an_error_quotes_no_value) {
  for (const std::string_view text :
       {"p: *hunter2", "p: !hunter2 x", "p: !hunter2", "p: @hunter2", "p: hunter2: x", "p: 'hunter2", "p: [hunter2",
        "p: \"hunter2\\q\"", "p: {hunter2", "p: %hunter2", "p: |hunter2"}) {
    const auto root = read_document(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_REQUIRE(!root.has_value());
      BOOST_TEST((root.error().path + root.error().found + root.error().expected).find("hunter2") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
