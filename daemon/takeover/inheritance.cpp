#include "daemon/takeover/inheritance.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/io/packets.h"
#include "daemon/io/socket_address.h"
#include "daemon/takeover/control_socket.h"
#include "daemon/takeover/messages.h"

namespace howdah::takeover {

namespace {

using Failure = std::unexpected<std::string>;

constexpr timeval kLongestAnswer{.tv_sec = 10, .tv_usec = 0};

// Outcome::WouldBlock stands for an answer that does not come.
std::expected<io::PacketReader::Packet, std::string> read_packet(int socket) {
  io::PacketReader reader;
  while (true) {
    switch (reader.read(socket)) {
      case io::PacketReader::Outcome::Whole:
        return reader.take();
      case io::PacketReader::Outcome::Part:
        break;
      case io::PacketReader::Outcome::WouldBlock:
        return Failure("the running howdah does not answer");
      case io::PacketReader::Outcome::End:
        return Failure("the running howdah has ended the conversation");
    }
  }
}

std::expected<void, std::string> read_offer(Inheritance& inheritance) {
  while (true) {
    auto packet = read_packet(inheritance.socket.get());
    if (!packet) return Failure(packet.error());
    const auto message = Message::read(packet->message);
    if (!message) return Failure("the running howdah says something that this one does not understand");
    switch (message->kind) {
      case MessageKind::Hello:
        if (const auto why = why_not_understood(*message, "the running howdah")) return Failure(*why);
        break;
      case MessageKind::Refusal:
        return Failure(std::string(message->record.text(Tag::Text).value_or("refused")));
      case MessageKind::Listener:
        (message->record.flag(Tag::IsLent) ? inheritance.lent : inheritance.given).push_back(std::move(packet->fd));
        break;
      case MessageKind::Offer:
        inheritance.last_client = message->record.number(Tag::LastClient).value_or(0);
        return {};
      case MessageKind::Ready:
      case MessageKind::Connections:
      case MessageKind::Secret:
      case MessageKind::Go:
      case MessageKind::Client:
      case MessageKind::Taken:
      case MessageKind::Declined:
      case MessageKind::Cancel:
      case MessageKind::CancelDone:
      case MessageKind::End:
        return Failure("the running howdah says something out of turn");
    }
  }
}

}  // namespace

std::expected<std::optional<Inheritance>, std::string> ask_for_inheritance(const std::string& path,
                                                                           std::optional<uid_t> user) {
  if (path.size() > io::kMostPathBytes) return Failure(path + ": the path is too long");
  const auto address = io::SocketAddress::of_path(path);
  Inheritance inheritance;
  inheritance.socket = io::UniqueFd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  const int socket = inheritance.socket.get();
  if (connect(socket, &address.get(), address.size()) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) return std::nullopt;
    return Failure(path + ": " + std::strerror(errno));
  }
  if (!is_trusted(socket, user)) return Failure(path + ": another user listens there");
  if (const auto end = io::other_end(socket)) inheritance.process_id = end->process;
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kLongestAnswer, sizeof kLongestAnswer);
  if (!io::send_part(socket, hello().encoded(), 0, -1)) return Failure(path + ": " + std::strerror(errno));
  if (const auto read = read_offer(inheritance); !read) return Failure(read.error());
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
  return inheritance;
}

}  // namespace howdah::takeover
