// A session's channels between its own server and the listener, who read one list of notifications at their own pace:
// whatever the order of all that happens, the client hears each once.
#include "daemon/client/listening.h"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <random>

#include "tests/support/play/fake_backend.h"

namespace howdah::tests {

namespace {

// Letters to the host are not read: the test plays it.
class DeafMailbox final : public worker::Mailbox {
 public:
  void post(Letter letter) override { letters_.push_back(std::move(letter)); }

 private:
  std::vector<Letter> letters_;
};

struct Entry {
  std::string channel;
  std::string payload;
};

std::string frame_of(const Entry& entry) {
  std::string frame;
  protocol::append_notification(frame, {.process_id = 1, .channel = entry.channel, .payload = entry.payload});
  return frame;
}

class World final : private client::ListeningOwner {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {}

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      switch (random_() % 6) {
        case 0:
          log_.push_back({"news", std::to_string(++last_)});
          break;
        case 1:
          own_reads();
          break;
        case 2:
          listener_reads();
          break;
        case 3:
          listener_commits();
          break;
        default:
          act();
      }
    }
    finish();
  }

  [[nodiscard]] const std::vector<std::string>& heard() const { return heard_; }
  [[nodiscard]] int last() const { return last_; }
  [[nodiscard]] int switches() const { return switches_; }

 private:
  void act() {
    if (listening_.is_switching() || is_leaving_) return;
    if (in_transaction_) return end_transaction();
    if (listening_.is_away() && random_() % 3 == 0) {  // a LISTEN to what the listener hears already
      own_at_ = log_.size();
      own_channels_.insert("news");
    }
    if (!listening_.is_away() || !own_channels_.empty()) {
      own_channels_.insert(desk_.switch_channel());
      listening_.hand_over({"news"});
      pending_marker_ = next_marker();
    } else {
      fetch(random_() % 2 == 0);
    }
  }

  // What a server that begins to listen reads first may be older than that.
  void fetch(bool is_certain) {
    own_at_ = log_.size() - std::min<std::size_t>(log_.size() - listened_from_, random_() % 4);
    (void)listening_.fetch(is_certain);
    fetched_ = next_marker();
    is_certain ? begin_to_hear() : void(in_transaction_ = true);
  }

  void begin_to_hear() {
    own_channels_ = {"news", desk_.switch_channel()};
    log_.push_back({desk_.switch_channel(), fetched_});
  }

  void end_transaction() {
    in_transaction_ = false;
    if (random_() % 2 == 0) return listening_.end_transaction();  // rolled back
    begin_to_hear();
    while (own_at_ < log_.size()) own_reads();  // before the end of the answer
    listening_.end_transaction();
  }

  void own_reads() {
    if (own_channels_.empty() || own_at_ >= log_.size()) return;
    const auto entry = log_[own_at_++];
    if (own_channels_.contains(entry.channel)) {
      listening_.take_own({.process_id = 1, .channel = entry.channel, .payload = entry.payload}, frame_of(entry));
    }
  }

  void listener_reads() {
    if (listener_at_ >= log_.size()) return;
    const auto entry = log_[listener_at_++];
    if (entry.channel == desk_.switch_channel()) {
      desk_.take(pool::ChannelHub::News::Marker, nullptr, entry.payload);
    } else if (listens_) {
      const auto heard = std::make_shared<const pool::HeardNotification>(entry.channel, frame_of(entry));
      desk_.take(pool::ChannelHub::News::Heard, heard, "");
    }
  }

  // LISTEN and NOTIFY of the marker, in one transaction.
  void listener_commits() {
    if (!pending_marker_) return;
    listens_ = true;
    log_.push_back({desk_.switch_channel(), *std::exchange(pending_marker_, std::nullopt)});
  }

  void finish() {
    is_leaving_ = true;
    while (true) {
      if (in_transaction_) end_transaction();
      if (pending_marker_) listener_commits();
      if (own_at_ >= log_.size() && listener_at_ >= log_.size()) break;
      if (own_channels_.empty()) own_at_ = log_.size();
      own_reads();
      listener_reads();
    }
  }

  std::string next_marker() { return "0." + std::to_string(++markers_); }

  void hear(protocol::Bytes frame) override {
    heard_.emplace_back(protocol::read_notification(frame.substr(protocol::kFrameHeaderBytes))->payload);
  }
  void on_switched() override {
    ++switches_;
    if (!listening_.is_away()) return;
    own_channels_.clear();  // UNLISTEN *, and the server goes to others
    listened_from_ = log_.size();
  }
  void on_handed_back() override {}
  void on_listener_lost() override {}
  void on_listening_again() override {}

  std::mt19937 random_;
  ManualLoop loop_;
  FakeBackend backend_{loop_};
  DeafMailbox mailbox_;
  os::Log log_lines_{config::LogLevel::Error, config::LogFormat::Text, [](std::string_view) {}};
  std::atomic<server::ServerId> last_server_ = 0;
  const std::string database_ = "app";
  const server::BackendTarget target_;
  const config::PoolSettings settings_;
  pool::ChannelHub hub_;
  pool::ChannelDesk desk_{{.agenda = loop_.agenda(),
                           .connector = backend_,
                           .log = log_lines_,
                           .last_server_id = last_server_,
                           .database = database_,
                           .target = target_,
                           .settings = settings_},
                          mailbox_,
                          hub_};
  client::Listening listening_{desk_, static_cast<client::ListeningOwner&>(*this)};

  std::vector<Entry> log_;
  int last_ = 0;
  protocol::Channels own_channels_{"news"};
  std::size_t own_at_ = 0;
  std::size_t listener_at_ = 0;
  std::size_t listened_from_ = 0;
  bool listens_ = false;
  bool in_transaction_ = false;
  bool is_leaving_ = false;
  std::optional<std::string> pending_marker_;
  std::string fetched_;
  int markers_ = 0;
  int switches_ = 0;
  std::vector<std::string> heard_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(listening)

BOOST_AUTO_TEST_CASE(each_notification_is_heard_once_and_in_order) {
  int switches = 0;
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    World world(seed);
    world.run(120);
    std::vector<std::string> expected;
    for (int number = 1; number <= world.last(); ++number) expected.push_back(std::to_string(number));
    BOOST_REQUIRE_MESSAGE(world.heard() == expected,
                          "seed " << seed << ": " << world.heard().size() << " heard of " << expected.size());
    switches += world.switches();
  }
  BOOST_TEST(switches > 5'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
