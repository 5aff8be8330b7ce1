#include "tests/support/play/fake_stream.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace howdah::tests {

using io::StreamEnd;

namespace {

constexpr std::size_t kScratchBytes = 64 * 1024;  // a worker reads no more at a time

}  // namespace

std::string FakeSocket::receive(std::size_t most) {
  const auto size = std::min(most, outbound_.size());
  auto taken = outbound_.substr(0, size);
  outbound_.erase(0, size);
  return taken;
}

std::size_t FakeSocket::room() const {
  return capacity_ > outbound_.size() ? capacity_ - outbound_.size() : 0;
}

std::size_t FakeSocket::pending_bytes() const {
  return stream_ == nullptr ? 0 : stream_->pending_.size();
}

std::size_t FakeSocket::kept_bytes() const {
  return stream_ == nullptr ? 0 : stream_->kept_.size();
}

bool FakeSocket::is_reading() const {
  return stream_ != nullptr && stream_->is_reading_;
}

bool FakeSocket::is_readable() const {
  return is_reading() && stream_->agenda_ != nullptr && (!inbound_.empty() || has_end_of_file_ || is_reset_);
}

void FakeSocket::read(std::size_t most) {
  if (stream_ != nullptr) stream_->read(most);
}

bool FakeSocket::is_writable() const {
  return pending_bytes() > 0 && stream_->agenda_ != nullptr && (room() > 0 || is_reset_ || is_deaf_);
}

void FakeSocket::write_on() {
  if (stream_ == nullptr || stream_->pending_.empty()) return;
  auto& stream = *stream_;
  stream.flush();
  if (stream.has_failed_ || !stream.pending_.empty()) return;
  if (stream.handler_ == nullptr) return stream.die();
  stream.handler_->on_drained();
}

FakeStream::FakeStream(std::shared_ptr<FakeSocket> socket, worker::Agenda& agenda)
    : socket_(std::move(socket)), agenda_(&agenda) {
  socket_->stream_ = this;
}

void FakeStream::leave_loop() {
  deferred_.cancel_deferred();
  agenda_ = nullptr;
}

void FakeStream::enter_loop(worker::Agenda& agenda) {
  agenda_ = &agenda;
  agenda_->defer(deferred_);
}

FakeStream::~FakeStream() {
  if (socket_->stream_ == this) socket_->stream_ = nullptr;  // another process may have it
}

std::optional<io::Stream::Handle> FakeStream::handle() const {
  if (tls_ || has_ended_ || has_failed_ || !pending_.empty()) return std::nullopt;
  return Handle{.descriptor = -1, .unread = kept_};
}

void FakeStream::set_handler(io::StreamHandler& handler) {
  if (handler_ == nullptr) is_reading_ = true;
  handler_ = &handler;
}

void FakeStream::set_reading(bool on) {
  if (has_ended_ || has_failed_) return;
  is_reading_ = on;
}

void FakeStream::start_tls(io::TlsContextPointer /*context*/, bool /*must_name_protocol*/) {
  tls_.emplace();
}

void FakeStream::redeliver() {
  is_redelivery_due_ = true;
  agenda_->defer(deferred_);
}

bool FakeStream::has_unread_input() const {
  return !socket_->inbound_.empty() || socket_->has_end_of_file_ || socket_->is_reset_;
}

void FakeStream::read(std::size_t most) {
  auto& inbound = socket_->inbound_;
  if (handler_ == nullptr) {  // lingering: nobody listens
    inbound.clear();
    is_reading_ = !socket_->has_end_of_file_ && !socket_->is_reset_;
    return;
  }
  if (socket_->is_reset_) return fail(StreamEnd::Error);
  if (inbound.empty()) return socket_->has_end_of_file_ ? fail(StreamEnd::EndOfFile) : void();
  const auto size = std::min({most, inbound.size(), kScratchBytes});
  auto bytes = std::exchange(kept_, {}) + inbound.substr(0, size);
  inbound.erase(0, size);
  delivery_count_ = 0;
  deliver(std::move(bytes));
}

// The bytes lie in memory of their own that is spoilt and freed behind the call, so that a view kept too long
// shows.
void FakeStream::deliver(std::string bytes) {
  if (++delivery_count_ > kMostDeliveries) {
    std::fputs("a stream is asked to deliver the same bytes for ever\n", stderr);
    std::abort();
  }
  const auto socket = socket_;
  const auto taken = handler_->on_bytes(bytes);
  if (socket->stream_ == this && handler_ != nullptr) kept_ = bytes.substr(taken);
  std::ranges::fill(bytes, '!');
}

void FakeStream::on_deferred() {
  if (handler_ == nullptr) return;
  const auto socket = socket_;
  if (std::exchange(is_redelivery_due_, false) && !kept_.empty()) deliver(std::exchange(kept_, {}));
  if (socket->stream_ != this || handler_ == nullptr) return;
  if (is_end_told_ || !(has_ended_ || has_failed_)) return;
  is_end_told_ = true;
  handler_->on_end(has_failed_ ? StreamEnd::Error : StreamEnd::EndOfFile);
}

void FakeStream::write(io::OutputBatch& batch) {
  if (!has_failed_) {
    const bool is_waiting = !pending_.empty();  // then on_drained tells when all has gone
    for (const auto& range : batch.ranges()) pending_.append(static_cast<const char*>(range.iov_base), range.iov_len);
    if (!is_waiting) flush();
  }
  batch.clear();
}

void FakeStream::flush() {
  if (pending_.empty()) return;
  if (socket_->is_reset_) return fail(StreamEnd::Error);
  if (socket_->is_deaf_) {
    socket_->is_reset_ = true;
    return pending_.clear();
  }
  const auto size = std::min(pending_.size(), socket_->room());
  socket_->outbound_.append(pending_, 0, size);
  pending_.erase(0, size);
}

void FakeStream::fail(StreamEnd end) {
  is_reading_ = false;
  has_ended_ = true;
  if (end == StreamEnd::Error) {
    has_failed_ = true;
    is_end_told_ = false;
    pending_.clear();
  }
  if (handler_ == nullptr) return has_failed_ ? die() : void();
  agenda_->defer(deferred_);
}

void FakeStream::linger(std::unique_ptr<io::Stream> self) {
  self_ = std::move(self);
  handler_ = nullptr;
  deferred_.cancel_deferred();
  if (pending_.empty() || has_failed_) return die();
  is_reading_ = true;
  agenda_->arm_in(linger_timer_, std::chrono::seconds(5));
}

void FakeStream::die() {
  linger_timer_.disarm();
  is_reading_ = false;
  if (self_) agenda_->bury(std::shared_ptr<io::Stream>(std::move(self_)));
}

}  // namespace howdah::tests
