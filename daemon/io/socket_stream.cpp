#include "daemon/io/socket_stream.h"

#include <event2/event.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "daemon/io/peer_address.h"
#include "daemon/io/tls_server_transport.h"
#include "protocol/crypto.h"

namespace howdah::io {

using protocol::Bytes;
using Kind = TransportResult::Kind;

namespace {

constexpr auto kLinger = std::chrono::seconds(5);
constexpr auto kLingerForEnd = std::chrono::seconds(1);

// They lie in the scratch buffer or among what was kept, which are ours.
void overwrite(Bytes bytes) {
  protocol::cleanse(const_cast<char*>(bytes.data()), bytes.size());
}

}  // namespace

SocketStream::SocketStream(worker::Worker& worker, AnyTransport transport)
    : worker_(&worker), transport_(std::move(transport)) {
  make_read_event();
}

const Transport& SocketStream::transport() const {
  if (const auto* plain = std::get_if<PlainTransport>(&transport_)) return *plain;
  return *std::get<std::unique_ptr<Transport>>(transport_);
}

Transport& SocketStream::transport() {
  return const_cast<Transport&>(std::as_const(*this).transport());
}

void SocketStream::make_read_event() {
  const auto readable = [](int, short, void* self) noexcept {
    auto& stream = *static_cast<SocketStream*>(self);
    const worker::Turn turn(*stream.worker_);
    stream.on_readable();
  };
  read_event_.reset(event_new(worker_->loop(), transport().fd(), EV_READ | EV_PERSIST, readable, this));
}

void SocketStream::leave_loop() {
  read_event_.reset();
  deferred_.cancel_deferred();
}

void SocketStream::enter_loop(worker::Worker& worker) {
  worker_ = &worker;
  make_read_event();
  if (is_reading_) event_add(read_event_.get(), nullptr);
  worker_->agenda().defer(deferred_);  // what was put off when it left, if anything was
}

SocketStream::~SocketStream() {
  if (is_destroyed_ != nullptr) *is_destroyed_ = true;
}

void SocketStream::set_handler(StreamHandler& handler) {
  const bool is_first = handler_ == nullptr;
  handler_ = &handler;
  if (!is_first) return;
  set_reading(true);
  if (transport().has_buffered_input()) worker_->agenda().defer(deferred_);
}

void SocketStream::set_reading(bool on) {
  if (is_reading_ == on || has_ended_ || has_failed_ || has_write_failed_) return;
  is_reading_ = on;
  if (on) {
    event_add(read_event_.get(), nullptr);
    if (transport().has_buffered_input()) worker_->agenda().defer(deferred_);
  } else {
    event_del(read_event_.get());
    read_size_ = kUsualReadBytes;  // whoever gets the bytes is slow: more of them at a time would only be copied
  }
}

void SocketStream::redeliver() {
  is_redelivery_due_ = true;
  worker_->agenda().defer(deferred_);
}

std::string SocketStream::local_name() const {
  return name_of_own_end(transport().fd());
}

bool SocketStream::has_unread_input() const {
  char byte = 0;
  const auto count = recv(transport().fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

std::optional<Stream::Handle> SocketStream::handle() const {
  const auto* plain = std::get_if<PlainTransport>(&transport_);
  const bool has_come_to_an_end = has_ended_ || has_failed_ || has_write_failed_ || tls_start_;
  if (plain == nullptr || has_come_to_an_end || pending_bytes() > 0) return std::nullopt;
  return Handle{.descriptor = plain->fd(), .unread = kept_ ? Bytes(*kept_) : Bytes()};
}

// What was kept stands in front of the scratch, so that the handler sees one run of bytes; a frame that must
// be seen whole and is larger than the scratch is gathered in the kept bytes themselves.
void SocketStream::on_readable() {
  const auto scratch = worker_->scratch();
  if (handler_ == nullptr) {  // lingering: nobody listens
    const auto kind = transport().read(scratch).kind;
    if (kind == Kind::EndOfFile || kind == Kind::Error)
      fail(kind == Kind::Error ? StreamEnd::Error : StreamEnd::EndOfFile);
    return;
  }
  const auto kept_size = kept_ ? kept_->size() : 0;
  const bool fits = kept_size <= scratch.size() / 2;
  if (fits && kept_) std::memcpy(scratch.data(), kept_->data(), kept_size);
  const auto room = fits ? scratch.subspan(kept_size) : scratch;
  const auto result = transport().read(room.first(std::min<std::size_t>(room.size(), read_size_)));
  switch (result.kind) {
    case Kind::WouldBlock:
      if (transport().wants_to_write()) watch_writable();
      return;
    case Kind::EndOfFile:
      return fail(StreamEnd::EndOfFile);
    case Kind::Error:
      return fail(StreamEnd::Error);
    case Kind::Bytes:
      break;
  }
  adapt_read_size(result.count);
  if (transport().has_buffered_input()) worker_->agenda().defer(deferred_);
  if (fits) {
    deliver(Bytes(scratch.data(), kept_size + result.count));
  } else {
    kept_->append(room.data(), result.count);
    const auto all = std::exchange(kept_, nullptr);
    deliver(*all);
  }
}

void SocketStream::start_tls(TlsContextPointer context, bool must_name_protocol) {
  tls_start_ = std::make_unique<TlsStart>(std::move(context), must_name_protocol);
}

void SocketStream::begin_tls(std::string early) {
  kept_.reset();
  const auto start = std::exchange(tls_start_, nullptr);
  auto fd = std::get<PlainTransport>(transport_).release_fd();
  transport_ =
      std::make_unique<TlsServerTransport>(start->context, std::move(fd), std::move(early), start->must_name_protocol);
  if (transport().has_buffered_input()) worker_->agenda().defer(deferred_);
}

// Bulk comes in large pieces as long as it comes fast and goes on fast: see set_reading.
void SocketStream::adapt_read_size(std::size_t count) {
  if (count == read_size_) {
    read_size_ = std::min(read_size_ * 2, kMostReadBytes);
  } else if (read_size_ > kUsualReadBytes && count < read_size_ / 4) {
    read_size_ = kUsualReadBytes;
  }
}

void SocketStream::deliver(Bytes bytes) {
  bool is_destroyed = false;
  auto* outer = std::exchange(is_destroyed_, &is_destroyed);
  const auto taken = handler_->on_bytes(bytes);
  if (is_destroyed) {
    if (outer != nullptr) *outer = true;
    return;
  }
  is_destroyed_ = outer;
  if (std::exchange(is_taken_secret_, false)) {
    overwrite(bytes.substr(0, taken));
    if (kept_) protocol::cleanse(*kept_);  // what it holds lies in `bytes` too
  }
  if (handler_ == nullptr) return;
  const auto rest = bytes.substr(taken);
  if (tls_start_) return begin_tls(std::string(rest));
  if (!rest.empty()) {
    if (!kept_) kept_ = std::make_unique<std::string>();
    kept_->assign(rest);
  } else {
    kept_.reset();
  }
}

void SocketStream::on_deferred() {
  if (handler_ == nullptr) return;
  bool is_destroyed = false;
  if (std::exchange(is_redelivery_due_, false) && kept_) {
    auto* outer = std::exchange(is_destroyed_, &is_destroyed);
    const auto all = std::exchange(kept_, nullptr);
    deliver(*all);
    if (is_destroyed) {
      if (outer != nullptr) *outer = true;
      return;
    }
    is_destroyed_ = outer;
  }
  if (handler_ == nullptr) return;
  if (is_reading_ && transport().has_buffered_input()) return on_readable();
  if (is_end_told_ || !(has_ended_ || has_failed_)) return;
  is_end_told_ = true;
  handler_->on_end(has_failed_ ? StreamEnd::Error : StreamEnd::EndOfFile);
}

void SocketStream::write(OutputBatch& batch) {
  if (batch.is_empty()) return;
  if (has_failed_ || has_write_failed_) return batch.clear();
  std::size_t sent = 0;
  if (pending_bytes() == 0) {
    auto rest = batch.ranges();
    while (sent < batch.size_bytes()) {
      const auto result = transport().write(rest);
      if (result.kind == Kind::WouldBlock) break;
      if (result.kind != Kind::Bytes) {
        batch.clear();
        return fail_writing();
      }
      sent += result.count;
      if (sent == batch.size_bytes()) break;
      auto done = result.count;
      while (!rest.empty() && done >= rest.front().iov_len) {
        done -= rest.front().iov_len;
        rest = rest.subspan(1);
      }
      rest.front().iov_base = static_cast<char*>(rest.front().iov_base) + done;
      rest.front().iov_len -= done;
    }
  }
  if (sent < batch.size_bytes()) keep_unsent(batch, sent);
  batch.clear();
}

void SocketStream::keep_unsent(OutputBatch& batch, std::size_t sent) {
  std::size_t skip = sent;
  if (!unsent_) unsent_ = std::make_unique<Unsent>();
  // `ranges` is made anew: the loop above has moved the old one forward.
  for (const auto& range : batch.ranges()) {
    const auto size = range.iov_len;
    const auto left_out = std::min(skip, size);
    skip -= left_out;
    unsent_->bytes.append(static_cast<const char*>(range.iov_base) + left_out, size - left_out);
  }
  watch_writable();
}

void SocketStream::watch_writable() {
  if (!unsent_) unsent_ = std::make_unique<Unsent>();
  if (!unsent_->write_event) {
    const auto writable = [](int, short, void* self) noexcept {
      auto& stream = *static_cast<SocketStream*>(self);
      const worker::Turn turn(*stream.worker_);
      stream.on_writable();
    };
    unsent_->write_event.reset(event_new(worker_->loop(), transport().fd(), EV_WRITE | EV_PERSIST, writable, this));
  }
  event_add(unsent_->write_event.get(), nullptr);
}

bool SocketStream::send_unsent() {
  while (pending_bytes() > 0) {
    iovec range{unsent_->bytes.data() + unsent_->sent_bytes, unsent_->size_bytes()};
    const auto result = transport().write(std::span(&range, 1));
    if (result.kind == Kind::WouldBlock) return false;
    if (result.kind != Kind::Bytes) {
      fail_writing();
      return false;
    }
    unsent_->sent_bytes += result.count;
  }
  return true;
}

void SocketStream::on_writable() {
  if (!send_unsent()) return;
  unsent_.reset();
  if (transport().wants_to_write()) return on_readable();  // which may have the socket watched anew
  if (handler_ == nullptr) return has_ended_ ? die() : close_output();
  handler_->on_drained();
}

// A peer that resets the connection may have said why before: that is still to be read, and its end tells of
// the failure.
void SocketStream::fail_writing() {
  if (!is_reading_ || handler_ == nullptr) return fail(StreamEnd::Error);
  has_write_failed_ = true;
  unsent_.reset();
}

void SocketStream::fail(StreamEnd end) {
  set_reading(false);
  has_ended_ = true;
  if (end == StreamEnd::Error || has_write_failed_) {
    has_failed_ = true;
    is_end_told_ = false;
    unsent_.reset();
  }
  if (handler_ == nullptr) return has_failed_ || pending_bytes() == 0 ? die() : void();
  worker_->agenda().defer(deferred_);
}

void SocketStream::linger(std::unique_ptr<Stream> self) {
  worker_->keep(std::shared_ptr<SocketStream>(static_cast<SocketStream*>(self.release())));
  handler_ = nullptr;
  deferred_.cancel_deferred();
  const bool is_peer_gone = has_ended_ && pending_bytes() == 0;
  if (is_peer_gone || has_failed_ || has_write_failed_) return die();
  set_reading(true);  // the peer's end is news, what else comes is dropped
  linger_timer_ = std::make_unique<LingerTimer>(*this);
  if (pending_bytes() == 0) return close_output();
  worker_->agenda().arm_in(*linger_timer_, kLinger);
}

// Closed while bytes of the peer lie unread, the connection would be reset, and the last words with it.
void SocketStream::close_output() {
  end_output();
  worker_->agenda().arm_in(*linger_timer_, kLingerForEnd);
}

void SocketStream::end_output() {
  transport().end_output();
}

void SocketStream::on_linger_over() {
  die();
}

void SocketStream::die() {
  if (linger_timer_) linger_timer_->disarm();
  set_reading(false);
  unsent_.reset();
  worker_->agenda().bury(worker_->let_go(this));
}

}  // namespace howdah::io
