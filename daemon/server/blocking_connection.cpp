#include "daemon/server/blocking_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>

#include "daemon/server/scram_bound.h"

namespace howdah::server {

namespace {

using ResultPointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

// So often it is looked whether the thread is wanted back.
constexpr auto kGlance = std::chrono::milliseconds(100);

std::vector<BlockingConnection::Row> rows_of(const PGresult* result, int most) {
  std::vector<BlockingConnection::Row> rows;
  for (int row = 0; row < std::min(PQntuples(result), most); ++row) {
    auto& values = rows.emplace_back();
    for (int column = 0; column < PQnfields(result); ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        values.emplace_back(std::nullopt);
      } else {
        values.emplace_back(
            std::string(PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))));
      }
    }
  }
  return rows;
}

}  // namespace

std::expected<void, BlockingConnection::Failure> BlockingConnection::open(const ConnectionKeywords& keywords,
                                                                          Clock::time_point deadline) {
  connection_ = start_connection(keywords);
  if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD) return std::unexpected(failure("out of memory"));
  ScramBound bound;
  auto next = PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED) return std::unexpected(failure("the log-in failed"));
    if (!wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) {
      close();
      return std::unexpected(Failure{.sqlstate = {}, .message = "log-in timed out"});
    }
    if (next == PGRES_POLLING_READING && bound.look(connection_.get())) {
      close();
      return std::unexpected(Failure{.sqlstate = {}, .message = "the backend asks for too many SCRAM iterations"});
    }
    next = PQconnectPoll(connection_.get());
  }
  PQsetnonblocking(connection_.get(), 1);  // its end must never wait for a peer
  return {};
}

bool BlockingConnection::pause(std::chrono::milliseconds time, Clock::time_point deadline) const {
  const auto until = Clock::now() + time;
  if (until >= deadline) return false;
  while (!is_ending_ && Clock::now() < until) poll(nullptr, 0, static_cast<int>(kGlance.count()));
  return !is_ending_;
}

BlockingConnection::Answer BlockingConnection::query(const std::string& text, const std::string& parameter, int most,
                                                     Clock::time_point deadline) {
  const char* value = parameter.c_str();
  if (PQsendQueryParams(connection_.get(), text.c_str(), 1, nullptr, &value, nullptr, nullptr, 0) == 0) {
    return std::unexpected(failure("the query could not be sent"));
  }
  Answer answer;
  while (wait_for_result(deadline)) {
    const ResultPointer result(PQgetResult(connection_.get()), &PQclear);
    if (!result) return answer;
    answer = read(result.get(), most);
    if (!is_open()) return answer;
  }
  return std::unexpected(failure("no answer in time"));
}

// False: time is up, or the connection is lost.
bool BlockingConnection::wait_for_result(Clock::time_point deadline) {
  while (true) {
    const int left = PQflush(connection_.get());
    if (left < 0) return false;
    if (left == 0 && PQisBusy(connection_.get()) == 0) return true;
    if (!wait(left > 0 ? POLLIN | POLLOUT : POLLIN, deadline)) return false;
    if (PQconsumeInput(connection_.get()) == 0) return false;
  }
}

BlockingConnection::Answer BlockingConnection::read(const pg_result* result, int most) {
  const auto status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK) return rows_of(result, most);
  if (status != PGRES_FATAL_ERROR) {  // a COPY, say, from which nobody would read
    close();
    return std::unexpected(Failure{.sqlstate = {}, .message = "the query gives no rows"});
  }
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  Failure failure{.sqlstate = sqlstate != nullptr ? sqlstate : "", .message = one_line(PQresultErrorMessage(result))};
  if (PQstatus(connection_.get()) == CONNECTION_BAD) close();
  return std::unexpected(std::move(failure));
}

// False: time is up.
bool BlockingConnection::wait(short events, Clock::time_point deadline) const {
  while (!is_ending_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd entry{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
    if (poll(&entry, 1, static_cast<int>(std::min(left, kGlance).count())) > 0) return true;
  }
  return false;
}

BlockingConnection::Failure BlockingConnection::failure(const char* otherwise) {
  auto message = one_line(PQerrorMessage(connection_.get()));
  close();
  return {.sqlstate = {}, .message = message.empty() ? otherwise : message};
}

}  // namespace howdah::server
