#include "daemon/trace/client_trace.h"

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/trace/trace_text.h"
#include "protocol/messages.h"

namespace howdah::trace {

namespace {

// A folder that is there as long as the object.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "howdah-trace-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Files may be no larger as long as it is there.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : signal_before_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, signal_before_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*signal_before_)(int);
};

std::string query(std::string_view text) {
  std::string bytes;
  protocol::append_query(bytes, text);
  return bytes;
}

std::string ready() {
  std::string bytes;
  protocol::append_ready_for_query(bytes, protocol::TransactionStatus::Idle);
  return bytes;
}

TraceHeader header_of(std::string_view user) {
  TraceHeader header;
  header.client = 7;
  header.user = user;
  return header;
}

// One trace, from its begin to what is printed of it.
class Traced {
 public:
  explicit Traced(std::int64_t most_bytes = 1 << 20, const UnderWay& under_way = {})
      : threads_(std::make_unique<worker::Offload>(1, 100, std::chrono::seconds(10))),
        file_(*TraceFile::create({.folder = folder_.path(), .name = "one", .most_bytes = most_bytes},
                                 header_line(header_of("ann")), nullptr, *threads_)),
        trace_(file_, false, agenda_, under_way) {}

  [[nodiscard]] ClientTrace& trace() { return trace_; }
  // Ends it; what stands in the file.
  std::string text() {
    trace_.end("over");
    threads_.reset();  // all is written
    std::ifstream file(file_->path());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string printed() {
    std::istringstream file(text());
    std::ostringstream out;
    BOOST_TEST(print_trace(file, out).has_value());
    return out.str();
  }

 private:
  Folder folder_;
  worker::Agenda agenda_{worker::TimePoint()};
  std::unique_ptr<worker::Offload> threads_;
  std::shared_ptr<TraceFile> file_;
  ClientTrace trace_;
};

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_trace)

BOOST_AUTO_TEST_CASE(what_is_sent_stands_behind_what_it_was_sent_for) {
  Traced one;
  one.trace().hold();
  one.trace().note(Way::ToServer, query("select 1"));
  one.trace().let_go(Way::FromClient, query("select 1"));
  one.trace().note(Way::ToClient, ready());
  const auto text = one.printed();
  BOOST_TEST(text.find("client ->") < text.find("-> server"));
  BOOST_TEST(text.find("-> server") < text.find("client <-"));
  BOOST_TEST(text.contains("end: over; 3 frames, 0 left out"));
}

BOOST_AUTO_TEST_CASE(frames_are_found_however_their_bytes_come) {
  Traced one;
  const auto bytes = query("select 1") + query("select 2") + ready();
  for (const char byte : bytes) one.trace().note(Way::FromClient, std::string_view(&byte, 1));
  BOOST_TEST(count_of(one.text(), "\"Query\"") == 2);
}

BOOST_AUTO_TEST_CASE(a_trace_may_begin_in_the_middle_of_a_frame) {
  Traced one(1 << 20, {.from_client_bytes = 3});
  one.trace().note(Way::FromClient, "QQQ" + query("select 1"));
  BOOST_TEST(count_of(one.text(), "\"client>\"") == 1);
}

BOOST_AUTO_TEST_CASE(a_large_frame_is_told_once_with_its_size) {
  Traced one;
  one.trace().note(Way::FromClient, query(std::string(1'000'000, 'x')) + query("select 1"));
  const auto text = one.text();
  BOOST_TEST(count_of(text, "\"Query\"") == 2);
  BOOST_TEST(text.contains("\"bytes\":1000006"));
}

BOOST_AUTO_TEST_CASE(a_length_that_cannot_be_ends_what_is_told_of_that_way) {
  Traced one;
  one.trace().note(Way::FromClient, std::string("Q\0\0\0\1", 5) + query("select 1"));
  one.trace().note(Way::ToClient, ready());
  const auto text = one.text();
  BOOST_TEST(text.contains("no frame can be told any more in client>"));
  BOOST_TEST(count_of(text, "\"client>\"") == 0);
  BOOST_TEST(count_of(text, "\">client\"") == 1);
}

BOOST_AUTO_TEST_CASE(the_size_of_the_file_ends_it) {
  Traced one(4096);
  for (auto left = 1000; left > 0; --left) one.trace().note(Way::ToClient, ready());
  BOOST_TEST(one.trace().is_over());
  const auto text = one.text();
  BOOST_TEST(text.size() <= 4096U);
  BOOST_TEST(text.contains("the file is as large as admin.trace_size allows"));
}

BOOST_AUTO_TEST_CASE(an_end_in_the_middle_of_a_turn_comes_behind_what_caused_it) {
  Traced one;
  one.trace().hold();
  one.trace().end("closed by the client");
  one.trace().let_go(Way::FromClient, std::string("X\0\0\0\4", 5));
  BOOST_TEST(one.trace().is_over());
  const auto text = one.text();
  BOOST_TEST(text.find("Terminate") < text.find("closed by the client"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_there_already_or_cannot_be_made_is_refused) {
  const Folder folder;
  worker::Offload threads(1, 10);
  const TraceFile::Place place{.folder = folder.path(), .name = "one", .most_bytes = 1 << 20};
  BOOST_TEST(TraceFile::create(place, "{}\n", nullptr, threads).has_value());
  BOOST_TEST(!TraceFile::create(place, "{}\n", nullptr, threads).has_value());
  std::filesystem::create_symlink(folder.path() + "/elsewhere", folder.path() + "/two");
  BOOST_TEST(!TraceFile::create({.folder = folder.path(), .name = "two"}, "{}\n", nullptr, threads).has_value());
  BOOST_TEST(!std::filesystem::exists(folder.path() + "/elsewhere"));
  BOOST_TEST(!TraceFile::create({.folder = "/dev", .name = "full"}, "{}\n", nullptr, threads).has_value());
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_is_an_error_before_and_an_end_later) {
  const Folder folder;
  {
    const FileSizeLimit limit(4);
    worker::Offload threads(1, 10);
    const auto file = TraceFile::create({.folder = folder.path(), .name = "one", .most_bytes = 1 << 20}, "{\"a\": 1}\n",
                                        nullptr, threads);
    BOOST_REQUIRE(!file.has_value());
    BOOST_TEST(file.error().contains("cannot write"));
    BOOST_TEST(std::filesystem::is_empty(folder.path()));
  }
  Traced one;
  const FileSizeLimit limit(200);
  while (!one.trace().is_over()) one.trace().note(Way::ToClient, ready());
  BOOST_TEST(one.text().size() == 200U);
}

BOOST_AUTO_TEST_CASE(ten_slots_and_no_more) {
  Slots slots;
  std::vector<Slot> taken;
  for (auto left = 10; left > 0; --left) taken.push_back(slots.take());
  BOOST_TEST(taken.back() != nullptr);
  BOOST_TEST(slots.take() == nullptr);
  taken.pop_back();
  BOOST_TEST(slots.take() != nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_printed_is_text_whatever_the_file_holds) {
  std::istringstream file(header_line(header_of("a\x1b[2J")) +
                          "{\"us\":-1,\"way\":\"client>\",\"name\":\"\\u001b[2J\",\"bytes\":\"x\",\"detail\":7}\n" +
                          "{\"us\":1e99,\"event\":\"\\n\"}\n{}\n");
  std::ostringstream out;
  BOOST_TEST(print_trace(file, out).has_value());
  BOOST_TEST(!out.str().contains('\x1b'));
  BOOST_TEST(count_of(out.str(), "\n") == 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::trace
