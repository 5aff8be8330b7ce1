#include "daemon/takeover/departures.h"

#include <fcntl.h>

#include <utility>

#include "daemon/takeover/client_record.h"
#include "daemon/takeover/messages.h"

namespace howdah::takeover {

void Departures::depart(client::HandedClient client, int descriptor) {
  const Message message{.kind = MessageKind::Client, .record = to_record(client)};
  Client departing{.worker = worker_,
                   .id = client.id,
                   .message = message.encoded(),
                   .fd = io::UniqueFd(fcntl(descriptor, F_DUPFD_CLOEXEC, 0))};
  home_.post([deliver = deliver_, departing = std::move(departing)]() mutable { deliver(std::move(departing)); });
}

}  // namespace howdah::takeover
