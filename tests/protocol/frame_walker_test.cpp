#include "protocol/frame_walker.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

std::string frame(char type, std::string_view body = {}) {
  std::string out;
  MessageWriter(out, type).bytes(body);
  return out;
}

std::string header(char type, std::int32_t length) {
  std::string out(1, type);
  append_int32(out, length);
  return out;
}

// What came out of a walker, each frame put together again from its pieces.
struct Walk {
  std::vector<std::string> frames;
  std::string unfinished;  // the pieces of the last frame, if its end has not come
  std::optional<FrameError> error;

  friend bool operator==(const Walk&, const Walk&) = default;
};

// A stream that comes in chunks; bytes that are not taken are shown again with those that follow.
class Stream {
 public:
  explicit Stream(const FrameRules& rules) : walker_(rules) {}

  void receive(std::string_view chunk) {
    unread_ += chunk;
    while (!walk_.error && take_piece()) continue;
  }

  [[nodiscard]] const Walk& walk() const { return walk_; }
  [[nodiscard]] const FrameWalker& walker() const { return walker_; }
  [[nodiscard]] const std::string& unread() const { return unread_; }

 private:
  bool take_piece() {
    const auto next = walker_.peek(unread_);
    if (!next) walk_.error = next.error();
    if (!next || !*next) return false;
    const auto& piece = **next;
    BOOST_TEST(!piece.bytes.empty());
    BOOST_TEST(piece.is_start == walk_.unfinished.empty());
    BOOST_TEST(piece.bytes.data() == unread_.data());
    BOOST_TEST(piece.body().size() == piece.bytes.size() - (piece.is_start ? kFrameHeaderBytes : 0));
    walk_.unfinished += piece.bytes;
    BOOST_TEST(piece.type == walk_.unfinished.front());
    walker_.advance(piece);
    BOOST_TEST(walker_.type_under_way() == piece.type);
    BOOST_TEST((walker_.missing_bytes() == 0) == piece.is_end);
    if (piece.is_end) walk_.frames.push_back(std::exchange(walk_.unfinished, {}));
    unread_.erase(0, piece.bytes.size());
    return true;
  }

  FrameWalker walker_;
  std::string unread_;
  Walk walk_;
};

Walk walked(const FrameRules& rules, std::string_view bytes, std::size_t chunk_bytes) {
  Stream stream(rules);
  for (std::size_t at = 0; at < bytes.size(); at += chunk_bytes) stream.receive(bytes.substr(at, chunk_bytes));
  return stream.walk();
}

Walk walked_in_two(const FrameRules& rules, std::string_view bytes, std::size_t cut) {
  Stream stream(rules);
  stream.receive(bytes.substr(0, cut));
  stream.receive(bytes.substr(cut));
  return stream.walk();
}

// The walk of `bytes`, which must be the same whole, byte by byte and cut anywhere.
Walk walked(const FrameRules& rules, std::string_view bytes) {
  auto whole = walked(rules, bytes, bytes.size());
  BOOST_TEST((walked(rules, bytes, 1) == whole));
  BOOST_TEST((walked(rules, bytes, 7) == whole));
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
    BOOST_TEST((walked_in_two(rules, bytes, cut) == whole), "cut at " << cut);
  return whole;
}

void check_frames(const FrameRules& rules, const std::vector<std::string>& frames) {
  std::string bytes;
  for (const auto& one : frames) bytes += one;
  const auto walk = walked(rules, bytes);
  BOOST_TEST(walk.frames == frames);
  BOOST_TEST(walk.unfinished.empty());
  BOOST_TEST(!walk.error.has_value());
}

// Whether a frame may have this length word.
bool is_length_allowed(const FrameRules& rules, char type, std::int32_t length) {
  const auto walk = walked(rules, header(type, length));
  BOOST_TEST((!walk.error || *walk.error == FrameError::InvalidLength));
  return !walk.error;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frame_walker)

BOOST_AUTO_TEST_CASE(frames_of_a_client_come_out_as_they_went_in_however_they_are_cut) {
  check_frames(client_frame_rules(),
               {frame('Q', "select 1\0"s), frame('P', "s\0select $1 from a_table_with_a_long_name where true\0\0\0"s),
                frame('B', std::string(300, 'b')), frame('D', "Ss\0"s), frame('E', "\0\0\0\0\0"s), frame('S'),
                frame('H'), frame('F', "\0\0"s), frame('C', "Sx\0"s), frame('d'), frame('d', std::string(500, 'x')),
                frame('c'), frame('f', "why\0"s), frame('Q'), frame('X')});
}

BOOST_AUTO_TEST_CASE(frames_of_a_server_come_out_as_they_went_in_however_they_are_cut) {
  check_frames(server_frame_rules(), {frame('1'),
                                      frame('2'),
                                      frame('t', "\0\0"s),
                                      frame('T', "\0\0"s),
                                      frame('D', std::string(700, 'v')),
                                      frame('C', "SELECT 1\0"s),
                                      frame('S', "TimeZone\0UTC\0"s),
                                      frame('E', std::string(1500, 'e')),
                                      frame('N', "SNOTICE\0\0"s),
                                      frame('A', "\0\0\0\1n\0\0"s),
                                      frame('Z', "I"),
                                      frame('G', "\0\0\0"s),
                                      frame('3'),
                                      frame('s'),
                                      frame('n'),
                                      frame('I'),
                                      frame('V', "\xff\xff\xff\xff"),
                                      frame('H'),
                                      frame('d', "x"),
                                      frame('c'),
                                      frame('W'),
                                      frame('K', std::string(36, 'k')),
                                      frame('R', "\0\0\0\0"s),
                                      frame('v')});
}

BOOST_AUTO_TEST_CASE(nothing_comes_out_of_nothing) {
  const FrameWalker walker(client_frame_rules());
  const auto next = walker.peek({});
  BOOST_REQUIRE(next.has_value());
  BOOST_TEST(!next->has_value());
  BOOST_TEST(walker.missing_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(large_bodies_flow_through_in_pieces) {
  Stream stream(client_frame_rules());
  stream.receive(header('d', 1000));
  BOOST_TEST(stream.unread().empty());
  BOOST_TEST(stream.walker().missing_bytes() == 996u);
  BOOST_TEST(stream.walker().type_under_way() == 'd');
  stream.receive(std::string(900, 'x'));
  BOOST_TEST(stream.walker().missing_bytes() == 96u);
  stream.receive(std::string(96, 'x') + frame('c'));
  BOOST_TEST(stream.walker().missing_bytes() == 0u);
  BOOST_TEST(stream.walk().frames.size() == 2u);
}

BOOST_AUTO_TEST_CASE(looking_changes_nothing) {
  const FrameWalker walker(client_frame_rules());
  const auto bytes = frame('S');
  for (int i = 0; i < 2; ++i) {
    const auto next = walker.peek(bytes);
    BOOST_REQUIRE((next && *next));
    BOOST_TEST((*next)->bytes == bytes);
  }
}

BOOST_AUTO_TEST_CASE(the_front_of_what_is_inspected_comes_in_one_piece) {
  struct Case {
    const FrameRules& rules;
    char type;
    std::size_t body_bytes;
    std::size_t front_bytes;  // of the whole frame
  };
  for (const auto& [rules, type, body_bytes, front_bytes] : std::initializer_list<Case>{
           {client_frame_rules(), 'Q', 10, 15},
           {client_frame_rules(), 'Q', 500, 505},
           {client_frame_rules(), 'Q', 100'000, 16 * 1024},
           {client_frame_rules(), 'P', 100'000, 100'005},
           {client_frame_rules(), 'P', 500'000, 256 * 1024},
           {client_frame_rules(), 'S', 100, 105},
           {client_frame_rules(), 'H', 9996, 10001},
           {client_frame_rules(), 'f', 9996, 10001},
           {client_frame_rules(), 'd', 500, 5},
           {client_frame_rules(), 'B', 500, 505},
           {client_frame_rules(), 'B', 5000, 1024},
           {client_frame_rules(), 'C', 500, 505},
           {server_frame_rules(), 'Z', 1, 6},
           {server_frame_rules(), 'S', 16380, 16385},
           {server_frame_rules(), 'E', 5000, 1024},
           {server_frame_rules(), 'C', 20, 25},
           {server_frame_rules(), 'D', 500, 5},
       }) {
    const FrameWalker walker(rules);
    const auto bytes = frame(type, std::string(body_bytes, 'x'));
    const auto too_few = walker.peek(std::string_view(bytes).substr(0, front_bytes - 1));
    BOOST_TEST((too_few && !*too_few), type << " of " << body_bytes);
    const auto enough = walker.peek(std::string_view(bytes).substr(0, front_bytes));
    BOOST_TEST((enough && *enough && (*enough)->bytes.size() == front_bytes), type << " of " << body_bytes);
  }
}

// PostgreSQL 15 closes the connection at each of these, or goes on to read.
BOOST_AUTO_TEST_CASE(lengths_of_a_client_are_limited_as_postgresql_does) {
  const auto& rules = client_frame_rules();
  for (const char type : "QPBFdCDEHSXcf"s) {
    for (const std::int32_t length : {-2147483647 - 1, -1, 0, 1, 3, 0x3fffffff, 0x7fffffff})
      BOOST_TEST(!is_length_allowed(rules, type, length), type << ' ' << length);
    BOOST_TEST(is_length_allowed(rules, type, 4), type);
    BOOST_TEST(is_length_allowed(rules, type, 10000), type);
    const bool is_large = "QPBFd"s.contains(type);
    BOOST_TEST(is_length_allowed(rules, type, 10001) == is_large, type);
    BOOST_TEST(is_length_allowed(rules, type, 0x3ffffffe) == is_large, type);
  }
}

BOOST_AUTO_TEST_CASE(lengths_of_a_server_are_not_negative_and_else_its_own_affair) {
  const auto& rules = server_frame_rules();
  for (const char type : "123ACDEGHIKNRSTVWZcdnstv"s) {
    for (const std::int32_t length : {-2147483647 - 1, -1, 0, 3})
      BOOST_TEST(!is_length_allowed(rules, type, length), type << ' ' << length);
    BOOST_TEST(is_length_allowed(rules, type, 4), type);
    BOOST_TEST(is_length_allowed(rules, type, 0x7fffffff) == (type != 'Z' && type != 'S'), type);
  }
  BOOST_TEST(!is_length_allowed(rules, 'Z', 6));
  BOOST_TEST(!is_length_allowed(rules, 'S', 16385));
}

BOOST_AUTO_TEST_CASE(the_largest_frame_is_counted_to_its_end) {
  Stream stream(server_frame_rules());
  stream.receive(header('D', 0x7fffffff));
  BOOST_TEST(stream.walker().missing_bytes() == 0x7ffffffbu);
}

BOOST_AUTO_TEST_CASE(types_that_do_not_exist_are_told_at_their_first_byte) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto type = static_cast<char>(byte);
    const std::string bytes(1, type);
    BOOST_TEST(walked(client_frame_rules(), bytes).error.has_value() != "QPBFdCDEHSXcf"s.contains(type), byte);
    BOOST_TEST(walked(server_frame_rules(), bytes).error.has_value() != "123ACDEGHIKNRSTVWZcdnstv"s.contains(type),
               byte);
  }
  BOOST_TEST((walked(client_frame_rules(), "p").error == FrameError::UnknownType));
}

BOOST_AUTO_TEST_CASE(frames_before_an_error_still_come_out) {
  const auto walk = walked(client_frame_rules(), frame('S') + frame('Q', "x\0"s) + "\x01 and more");
  BOOST_TEST(walk.frames.size() == 2u);
  BOOST_TEST((walk.error == FrameError::UnknownType));
  BOOST_TEST((walked(client_frame_rules(), frame('S') + header('C', 3)).error == FrameError::InvalidLength));
}

BOOST_AUTO_TEST_CASE(a_body_is_never_taken_for_frames) {
  check_frames(client_frame_rules(), {frame('d', frame('X') + '\0' + frame('Q', "drop\0"s)), frame('S')});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
