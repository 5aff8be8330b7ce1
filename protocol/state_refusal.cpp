#include "protocol/state_refusal.h"

#include <algorithm>
#include <array>

#include "protocol/sqlstate.h"

namespace howdah::protocol {

namespace {

constexpr std::string_view kMark = "howdah_refuses_";

struct Refusal {
  StateKind kind;
  std::string_view option;  // below pool.state
  std::string_view message;
  std::string_view advice;
};

constexpr std::array<Refusal, 8> kRefusals = {{
    {StateKind::Settings, "settings", "settings that outlast their transaction are not allowed in this pool",
     "Use SET LOCAL, or give the setting when connecting."},
    {StateKind::NamedStatement, "prepare", "PREPARE is not allowed in this pool",
     "Prepare statements by the protocol, as drivers do."},
    {StateKind::Listen, "listen", "LISTEN is not allowed in this pool",
     "Listen in a pool of mode session, or connect to the server itself."},
    {StateKind::HeldCursor, "hold_cursors", "cursors WITH HOLD are not allowed in this pool",
     "Read the cursor inside its transaction."},
    {StateKind::TemporaryObject, "temporary_objects",
     "temporary objects that outlast their transaction are not allowed in this pool",
     "Create them with ON COMMIT DROP."},
    {StateKind::AdvisoryLock, "advisory_locks",
     "advisory locks that outlast their transaction are not allowed in this pool", "Use pg_advisory_xact_lock."},
    {StateKind::LoadedLibrary, "libraries", "LOAD is not allowed in this pool",
     "Load the library by session_preload_libraries."},
    {StateKind::SequenceValue, "sequence_values", "lastval and currval are not allowed in this pool",
     "Use INSERT ... RETURNING, or what nextval returns."},
}};

const Refusal& refusal_of(StateKind kind) {
  const auto* const found = std::ranges::find(kRefusals, kind, &Refusal::kind);
  return found == kRefusals.end() ? kRefusals.front() : *found;
}

ErrorFields error_of(StateKind kind, Severity severity) {
  const auto& refusal = refusal_of(kind);
  auto error = make_error(severity, sqlstate::kFeatureNotSupported, std::string(refusal.message));
  error.hint = std::string(refusal.advice)
                   .append(" The option that decides is databases.<name>.pool.state.")
                   .append(refusal.option)
                   .append(", which is \"reject\".");
  return error;
}

}  // namespace

std::string refused_statement(StateKind kind) {
  return std::string("SELECT \"").append(kMark).append(refusal_of(kind).option).append("\"");
}

std::optional<StateKind> refused_kind(const ErrorFields& error) {
  if (error.sqlstate != sqlstate::kUndefinedColumn) return std::nullopt;
  const auto mark = error.message.find(kMark);
  if (mark == std::string::npos) return std::nullopt;
  const auto rest = std::string_view(error.message).substr(mark + kMark.size());
  for (const auto& refusal : kRefusals) {
    if (rest.starts_with(refusal.option)) return refusal.kind;
  }
  return std::nullopt;
}

ErrorFields state_refusal(StateKind kind) {
  return error_of(kind, Severity::Error);
}

ErrorFields late_state_refusal(StateKind kind) {
  auto error = error_of(kind, Severity::Fatal);
  error.detail =
      "What did it could not be seen in the text of a statement. The transaction is committed; the server connection "
      "is "
      "made clean.";
  return error;
}

}  // namespace howdah::protocol
