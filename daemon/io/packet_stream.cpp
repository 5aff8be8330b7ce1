#include "daemon/io/packet_stream.h"

#include <event2/event.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "protocol/crypto.h"

namespace howdah::io {

namespace {

constexpr int kMostPartsPerTurn = 256;  // clients wait meanwhile

}  // namespace

PacketStream::PacketStream(worker::Worker& worker, UniqueFd socket, PacketHandler& handler)
    : worker_(worker), socket_(std::move(socket)), handler_(handler) {
  const auto readable = [](int, short, void* self) noexcept {
    auto& stream = *static_cast<PacketStream*>(self);
    const worker::Turn turn(stream.worker_);
    stream.on_readable();
  };
  const auto writable = [](int, short, void* self) noexcept {
    auto& stream = *static_cast<PacketStream*>(self);
    const worker::Turn turn(stream.worker_);
    stream.send_waiting();
  };
  read_event_.reset(event_new(worker_.loop(), socket_.get(), EV_READ | EV_PERSIST, readable, this));
  write_event_.reset(event_new(worker_.loop(), socket_.get(), EV_WRITE, writable, this));
  event_add(read_event_.get(), nullptr);
}

void PacketStream::send(std::string message, UniqueFd fd, Sent sent) {
  if (is_closed_) return;
  waiting_.push_back({.message = std::move(message), .fd = std::move(fd), .sent = std::move(sent)});
  if (waiting_.size() == 1) send_waiting();
}

// A part that does not fit is tried again when there is room. A broken connection is found by reading, behind all that
// the other side has said.
void PacketStream::send_waiting() {
  while (!waiting_.empty()) {
    auto& first = waiting_.front();
    const auto done = send_part(socket_.get(), first.message, first.done, first.fd.get());
    if (!done) {
      if (errno == EAGAIN) event_add(write_event_.get(), nullptr);
      return;
    }
    first.done = *done;
    if (first.done < first.message.size()) continue;
    auto sent = std::move(first.sent);
    protocol::cleanse(first.message);
    waiting_.pop_front();
    if (sent) sent();
  }
}

void PacketStream::on_readable() {
  for (int i = 0; i < kMostPartsPerTurn && !is_closed_; ++i) {
    switch (reader_.read(socket_.get())) {
      case PacketReader::Outcome::Whole: {
        auto packet = reader_.take();
        handler_.on_message(std::move(packet.message), std::move(packet.fd));
        break;
      }
      case PacketReader::Outcome::Part:
        break;
      case PacketReader::Outcome::WouldBlock:
        return;
      case PacketReader::Outcome::End:
        return close();
    }
  }
}

void PacketStream::close() {
  is_closed_ = true;
  event_del(read_event_.get());
  event_del(write_event_.get());
  waiting_.clear();
  shutdown(socket_.get(), SHUT_RDWR);  // the other side hears of it now, behind what was sent
  worker_.agenda().defer(closed_work_);
}

void PacketStream::tell_closed() {
  handler_.on_closed();
}

void PacketStream::finish(std::chrono::milliseconds limit) {
  constexpr int kPollMilliseconds = 10;
  if (is_closed_) return;
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!waiting_.empty() && std::chrono::steady_clock::now() < until) {
    pollfd room{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
    poll(&room, 1, kPollMilliseconds);
    if ((room.revents & (POLLERR | POLLHUP)) != 0) break;
    send_waiting();
  }
  close();
}

}  // namespace howdah::io
