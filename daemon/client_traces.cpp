#include "daemon/client_traces.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "daemon/commons.h"
#include "daemon/serving_worker.h"
#include "protocol/sqlstate.h"

namespace howdah {

namespace sqlstate = protocol::sqlstate;

namespace {

std::unexpected<protocol::ErrorFields> refusal(std::string_view state, std::string message, std::string hint = {}) {
  auto error = protocol::make_error(protocol::Severity::Error, state, std::move(message));
  error.hint = std::move(hint);
  return std::unexpected(std::move(error));
}

protocol::ErrorFields notice(std::string message) {
  return protocol::make_error(protocol::Severity::Notice, "00000", std::move(message));
}

// "client-7-20260131T120000.123Z.trace"
std::string file_name(const trace::TraceHeader& header) {
  auto time = header.started_at;
  std::erase_if(time, [](char letter) { return letter == '-' || letter == ':'; });
  return fmt::format("client-{}-{}.trace", header.client, time);
}

}  // namespace

struct ClientTraces::Request {
  admin::TraceOrder order;
  std::string by;
  worker::Mailbox& asker;
  Done done;
  std::atomic<std::size_t> workers_left;
  std::atomic<bool> is_found = false;
};

void ClientTraces::answer(Request& request, Outcome outcome) {
  request.asker.post(
      [done = std::move(request.done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
}

void ClientTraces::carry_out(const admin::TraceOrder& order, const std::string& by, worker::Mailbox& asker, Done done) {
  auto request = std::make_shared<Request>(order, by, asker, std::move(done), serving_.size());
  if (!order.is_off && commons_.live.current()->admin.trace_directory.empty()) {
    return answer(*request, refusal(sqlstate::kFeatureNotSupported, "there is no folder for traces",
                                    "Set admin.trace_directory in the configuration."));
  }
  for (const auto& serving : serving_) {
    serving->worker().post([this, &worker = *serving, request] { look_for_client(worker, request); });
  }
}

void ClientTraces::look_for_client(ServingWorker& worker, const RequestPointer& request) {
  const auto id = request->order.client;
  if (worker.find_client(id) != nullptr) {
    request->is_found = true;
    request->order.is_off ? end(worker, *request) : prepare(worker, request);
  }
  if (--request->workers_left > 0 || request->is_found) return;
  answer(*request, refusal(sqlstate::kUndefinedObject, fmt::format("no such client: {}", id)));
}

void ClientTraces::prepare(ServingWorker& worker, const RequestPointer& request) {
  auto& session = *worker.find_client(request->order.client);
  if (auto why = session.why_not_traceable()) return answer(*request, std::unexpected(*std::move(why)));
  auto slot = slots_.take();
  if (slot == nullptr) {
    return answer(*request, refusal(sqlstate::kConfigurationLimitExceeded, "too many clients are traced already"));
  }
  auto header = session.trace_header();
  header.by = request->by;
  header.has_values = request->order.with_values;
  auto& mailbox = worker.worker();
  const auto work = [this, &worker, &mailbox, request, header, slot = std::move(slot)] {
    const auto settings = commons_.live.current();
    const auto& admin = settings->admin;
    const trace::TraceFile::Place place{
        .folder = admin.trace_directory, .name = file_name(header), .most_bytes = admin.trace_size};
    const auto file = trace::TraceFile::create(place, trace::header_line(header), slot, threads_.traces);
    if (!file) return answer(*request, refusal(sqlstate::kIoError, file.error()));
    mailbox.post([this, &worker, request, header, file = *file] { begin(worker, *request, header, file); });
  };
  if (threads_.traces.submit(work)) return;
  answer(*request, refusal(sqlstate::kConfigurationLimitExceeded, "too much waits to be written: try again"));
}

void ClientTraces::begin(ServingWorker& worker, Request& request, const trace::TraceHeader& header,
                         const std::shared_ptr<trace::TraceFile>& file) {
  auto* session = worker.find_client(request.order.client);
  auto why = session == nullptr ? std::optional(protocol::make_error(protocol::Severity::Error,
                                                                     sqlstate::kUndefinedObject, "the client has gone"))
                                : session->why_not_traceable();
  if (why) {
    std::ignore = threads_.traces.submit([file] { file->remove(); });
    return answer(request, std::unexpected(*std::move(why)));
  }
  session->begin_trace(file, header, request.order.time);
  commons_.log.info("trace begun", {{"client", request.order.client},
                                    {"by", request.by},
                                    {"values", header.has_values ? "yes" : "no"},
                                    {"file", file->path()}});
  answer(request, notice(fmt::format("the frames of client {} go to {}", request.order.client, file->path())));
}

void ClientTraces::end(ServingWorker& worker, Request& request) {
  const auto id = request.order.client;
  if (!worker.find_client(id)->end_trace("TRACE OFF")) {
    return answer(request, refusal(sqlstate::kUndefinedObject, fmt::format("client {} is not traced", id)));
  }
  commons_.log.info("trace ended", {{"client", id}, {"by", request.by}});
  answer(request, notice(fmt::format("client {} is traced no more", id)));
}

}  // namespace howdah
