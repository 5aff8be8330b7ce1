// Carries out TRACE: finds the client on its worker, has the file made where that may block, and begins or ends the
// trace there. From any thread; it keeps nothing but the count of traces.
#pragma once

#include <memory>
#include <vector>

#include "daemon/admin/trace_command.h"
#include "daemon/trace/trace_file.h"
#include "daemon/trace/trace_lines.h"

namespace howdah {

struct Commons;
struct OffloadThreads;
class ServingWorker;

class ClientTraces final : public admin::TraceActions {
 public:
  // It outlives the threads that it has work done on, and these the workers' parts: then nobody calls any more.
  ClientTraces(Commons& commons, OffloadThreads& threads, const std::vector<std::unique_ptr<ServingWorker>>& serving)
      : commons_(commons), threads_(threads), serving_(serving) {}

  void carry_out(const admin::TraceOrder& order, const std::string& by, worker::Mailbox& asker, Done done) override;

 private:
  struct Request;
  using RequestPointer = std::shared_ptr<Request>;

  static void answer(Request& request, Outcome outcome);
  // These on the worker's own thread.
  void look_for_client(ServingWorker& worker, const RequestPointer& request);
  void prepare(ServingWorker& worker, const RequestPointer& request);
  void begin(ServingWorker& worker, Request& request, const trace::TraceHeader& header,
             const std::shared_ptr<trace::TraceFile>& file);
  void end(ServingWorker& worker, Request& request);

  Commons& commons_;
  OffloadThreads& threads_;
  const std::vector<std::unique_ptr<ServingWorker>>& serving_;
  trace::Slots slots_;
};

}  // namespace howdah
