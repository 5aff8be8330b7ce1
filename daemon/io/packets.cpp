#include "daemon/io/packets.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "protocol/crypto.h"

namespace howdah::io {

namespace {

// In front of each part.
constexpr char kMoreFollows = 0;
constexpr char kLast = 1;

}  // namespace

std::optional<std::size_t> send_part(int socket, std::string_view message, std::size_t done, int descriptor) {
  const auto part = message.substr(done, kMostPartBytes);
  char front = done + part.size() == message.size() ? kLast : kMoreFollows;
  std::array<iovec, 2> ranges{{{&front, 1}, {const_cast<char*>(part.data()), part.size()}}};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = ranges.data();
  header.msg_iovlen = ranges.size();
  if (descriptor >= 0 && done == 0) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    auto* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  }
  if (sendmsg(socket, &header, MSG_NOSIGNAL) < 0) return std::nullopt;
  return done + part.size();
}

PacketReader::Outcome PacketReader::read(int socket) {
  std::array<char, 1 + kMostPartBytes> bytes{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec range{bytes.data(), bytes.size()};
  msghdr header{};
  header.msg_iov = &range;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const auto count = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? Outcome::WouldBlock : Outcome::End;
  for (auto* rights = CMSG_FIRSTHDR(&header); rights != nullptr; rights = CMSG_NXTHDR(&header, rights)) {
    if (rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS) continue;
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(rights), sizeof descriptor);
    packet_.fd.reset(descriptor);
  }
  if (count == 0 || (header.msg_flags & MSG_TRUNC) != 0) return Outcome::End;
  const std::string_view part(bytes.data(), static_cast<std::size_t>(count));
  if (packet_.message.size() + part.size() > kMostMessageBytes) return Outcome::End;
  packet_.message += part.substr(1);
  const bool is_last = part.front() == kLast;
  protocol::cleanse(bytes.data(), part.size());  // there may be secrets among them
  return is_last ? Outcome::Whole : Outcome::Part;
}

PacketReader::Packet PacketReader::take() {
  return std::exchange(packet_, {});
}

std::optional<OtherEnd> other_end(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return OtherEnd{.process = credentials.pid, .user = credentials.uid};
}

}  // namespace howdah::io
