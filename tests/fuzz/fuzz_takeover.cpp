// What one process tells another of a client: read, told again and read again, it is the same.
#include <cstdint>
#include <string>

#include "daemon/takeover/client_record.h"
#include "daemon/takeover/messages.h"
#include "tests/fuzz/promise.h"

namespace howdah::fuzz {

namespace {

void check_client(const takeover::Record& record) {
  takeover::KnownSettings settings;
  const auto client = takeover::read_client(record, -1, settings);
  if (!client) return;
  promise(!record.is_beyond_us(), "what is not known is not acted on");
  const auto told = takeover::to_record(*client).encoded();
  const auto again = takeover::Record::read_known(told);
  promise(again.has_value(), "what is told can be read");
  const auto same = takeover::read_client(*again, -1, settings);
  promise(same.has_value(), "and is a client");
  promise(takeover::to_record(*same).encoded() == told, "the same one");
}

}  // namespace

}  // namespace howdah::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah;
  const auto message = takeover::Message::read(fuzz::view_of(data, size));
  if (!message) return 0;
  (void)takeover::why_not_understood(*message, "it");
  fuzz::check_client(message->record);
  return 0;
}
