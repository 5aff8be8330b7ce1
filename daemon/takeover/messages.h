// What the old process and the new one say to each other, one message after the other, over a Unix socket:
//
//   new: Hello                       old: Hello, Listener..., Offer         or Refusal, and that is all
//   new: Ready, once it could serve  old: Connections..., Secret..., Go     from here on the new one accepts clients
//                                    old: Client..., Connections...         each as soon as it is between transactions
//   new: Taken or Declined, for each client
//   both: Cancel, answered by CancelDone
//                                    old: End, when no client is left
//
// An end of the connection before Go means that all stays as it was; before End, that the other process is gone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "daemon/takeover/record.h"

namespace howdah::takeover {

// The protocol, as a sender speaks it. A change that an older reader would misunderstand makes a new number.
inline constexpr std::uint64_t kVersion = 1;

enum class MessageKind : char {
  Hello = 'H',        // OldestVersion, NewestVersion, Program
  Refusal = 'X',      // Text
  Listener = 'L',     // with its descriptor; IsLent
  Offer = 'O',        // LastClient
  Ready = 'R',        //
  Connections = 'N',  // Database, User of a pool; Connections that it holds
  Secret = 'S',       // Database, User; Password, or ClientKey and ServerKey
  Go = 'G',           // LastClient
  Client = 'C',       // with its descriptor; see client_record.h
  Taken = 'T',        // Number
  Declined = 'D',     // Number, Text
  Cancel = 'K',       // Number, KeyNumber, KeySecret
  CancelDone = 'k',   // Number, IsFound
  End = 'E',          //
};

struct Message {
  MessageKind kind = MessageKind::Hello;
  Record record = {};

  [[nodiscard]] std::string encoded() const {
    const auto front = static_cast<char>(kind);
    return record.encoded({&front, 1});
  }
  // Nothing where it cannot be understood.
  [[nodiscard]] static std::optional<Message> read(protocol::Bytes bytes) {
    if (bytes.empty()) return std::nullopt;
    auto record = Record::read(bytes.substr(1));
    if (!record) return std::nullopt;
    return Message{.kind = static_cast<MessageKind>(bytes.front()), .record = std::move(*record)};
  }
};

[[nodiscard]] Message hello();
// Nothing where both sides have a version in common; else what to tell the user. `whose`: "the running howdah".
[[nodiscard]] std::optional<std::string> why_not_understood(const Message& hello, const std::string& whose);

}  // namespace howdah::takeover
