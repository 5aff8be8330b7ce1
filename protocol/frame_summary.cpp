#include "protocol/frame_summary.h"

#include <algorithm>
#include <array>
#include <optional>

#include "protocol/error_fields.h"
#include "protocol/fingerprint.h"

namespace howdah::protocol {

namespace {

struct Name {
  char type;
  std::string_view text;
};

constexpr auto kClientNames = std::to_array<Name>({
    {'B', "Bind"},
    {'C', "Close"},
    {'D', "Describe"},
    {'E', "Execute"},
    {'F', "FunctionCall"},
    {'H', "Flush"},
    {'P', "Parse"},
    {'Q', "Query"},
    {'S', "Sync"},
    {'X', "Terminate"},
    {'c', "CopyDone"},
    {'d', "CopyData"},
    {'f', "CopyFail"},
    {'p', "password message"},
});

constexpr auto kServerNames = std::to_array<Name>({
    {'1', "ParseComplete"},
    {'2', "BindComplete"},
    {'3', "CloseComplete"},
    {'A', "NotificationResponse"},
    {'C', "CommandComplete"},
    {'D', "DataRow"},
    {'E', "ErrorResponse"},
    {'G', "CopyInResponse"},
    {'H', "CopyOutResponse"},
    {'I', "EmptyQueryResponse"},
    {'K', "BackendKeyData"},
    {'N', "NoticeResponse"},
    {'R', "Authentication"},
    {'S', "ParameterStatus"},
    {'T', "RowDescription"},
    {'V', "FunctionCallResponse"},
    {'W', "CopyBothResponse"},
    {'Z', "ReadyForQuery"},
    {'c', "CopyDone"},
    {'d', "CopyData"},
    {'n', "NoData"},
    {'s', "PortalSuspended"},
    {'t', "ParameterDescription"},
    {'v', "NegotiateProtocolVersion"},
});

constexpr std::string_view kUnknown = "unknown message";

template <typename Table>
std::string_view name_in(const Table& table, char type) {
  const auto found = std::ranges::find(table, type, &Name::type);
  return found == table.end() ? kUnknown : found->text;
}

// As many bytes as the UTF-8 character at the front has, if it shows; else 0.
std::size_t shown_bytes(Bytes bytes) {
  const auto first = static_cast<std::uint8_t>(bytes.front());
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc3 || first > 0xf4 || bytes.size() < size) return 0;
  const auto rest = bytes.substr(1, size - 1);
  const bool is_whole =
      std::ranges::all_of(rest, [](char byte) { return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80; });
  return is_whole ? size : 0;
}

void append_printable(std::string& out, Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  while (!bytes.empty()) {
    const auto size = shown_bytes(bytes);
    if (size > 0) {
      out += bytes.substr(0, size);
    } else {
      const auto value = static_cast<std::uint8_t>(bytes.front());
      out.append("\\x").append(1, kDigits[value >> 4]).append(1, kDigits[value & 0x0f]);
    }
    bytes.remove_prefix(std::max<std::size_t>(size, 1));
  }
}

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

// The fields of one frame, read one after the other. What cannot be read ends the summary.
class Summary {
 public:
  Summary(Bytes front, SummaryOptions options, std::string& out) : reader_(front), options_(options), out_(out) {}

  void client(char type);
  void server(char type);

 private:
  void word(std::string_view text) {
    if (!out_.empty()) out_ += ' ';
    out_ += text;
  }
  void number(std::string_view label, std::int64_t value) {
    word(label);
    out_ += std::to_string(value);
  }
  // A name of a statement, portal, channel or setting.
  [[nodiscard]] bool name(std::string_view label, std::string_view if_empty);
  void text();
  void values(std::string_view label);
  void value(Bytes bytes, std::size_t size);
  void formats(std::string_view label);
  void parse();
  void bind();
  void target();
  void execute();
  void function_call();
  void content();
  void row_description();
  void error();
  void notification();
  void parameter();
  void copy_response();
  void command_tag();

  ByteReader reader_;
  const SummaryOptions options_;
  std::string& out_;
};

void Summary::client(char type) {
  switch (type) {
    case 'Q':
      return text();
    case 'P':
      return parse();
    case 'B':
      return bind();
    case 'C':
    case 'D':
      return target();
    case 'E':
      return execute();
    case 'F':
      return function_call();
    case 'd':
    case 'f':
      return content();
    default:  // the size is told with each frame, and is all that may be told of a password
      return;
  }
}

void Summary::server(char type) {
  switch (type) {
    case 'A':
      return notification();
    case 'C':
      return command_tag();
    case 'D':
      return values("columns=");
    case 'E':
    case 'N':
      return error();
    case 'G':
    case 'H':
    case 'W':
      return copy_response();
    case 'K':
      if (const auto id = reader_.int32()) number("process_id=", *id);
      return;
    case 'R':
      if (const auto kind = reader_.int32()) number("kind=", *kind);
      return;
    case 'S':
      return parameter();
    case 'T':
      return row_description();
    case 't':
      if (const auto count = reader_.int16()) number("parameters=", *count);
      return;
    case 'Z':
      if (const auto status = reader_.take(1)) append_printable(out_, *status);
      return;
    case 'V':
    case 'd':
      return content();
    default:
      return;
  }
}

bool Summary::name(std::string_view label, std::string_view if_empty) {
  const auto text = reader_.c_string();
  if (!text) return false;
  word(label);
  if (text->empty()) {
    out_ += if_empty;
  } else {
    append_printable(out_, text->substr(0, kMostShownBytes));
  }
  return true;
}

// Cut off where the frame is larger than its front.
void Summary::text() {
  const auto whole = reader_.c_string();
  const auto text = whole.value_or(reader_.rest());
  if (!whole) (void)reader_.take(reader_.rest().size());
  if (options_.with_values && !may_hold_password(text)) {
    word("");
    return append_quoted(out_, text);
  }
  word("");
  if (text.contains("\\'")) {  // who knows what ends a constant here: standard_conforming_strings may be off
    out_ += "(not shown)";
    return;
  }
  std::string folded;
  fold_statement(text, folded);
  append_quoted(out_, folded);
}

void Summary::parse() {
  if (!name("statement=", "(unnamed)")) return;
  text();
  if (const auto count = reader_.int16()) number("types=", *count);
}

void Summary::formats(std::string_view label) {
  const auto count = reader_.int16();
  if (!count || *count < 0) return;
  bool is_binary = false;
  for (int i = 0; i < *count; ++i) {
    const auto code = reader_.int16();
    if (!code) return;
    is_binary = is_binary || *code != 0;
  }
  if (is_binary) word(label);
}

void Summary::bind() {
  if (!name("portal=", "(unnamed)") || !name("statement=", "(unnamed)")) return;
  formats("binary_parameters");
  values("parameters=");
}

// A count, and as many values with their sizes.
void Summary::values(std::string_view label) {
  const auto count = reader_.int16();
  if (!count || *count < 0) return;
  number(label, *count);
  for (int i = 0; i < *count; ++i) {
    out_ += i == 0 ? " (" : ", ";
    const auto length = reader_.int32();
    if (!length || static_cast<std::size_t>(i) == kMostShownValues) {
      out_ += "...";
      break;
    }
    if (*length < 0) {
      out_ += "null";
      continue;
    }
    const auto wanted = static_cast<std::size_t>(*length);
    value(reader_.rest().substr(0, wanted), wanted);
    if (!reader_.take(wanted)) (void)reader_.take(reader_.rest().size());
  }
  if (*count > 0) out_ += ')';
}

// `bytes`: as far as they are there.
void Summary::value(Bytes bytes, std::size_t size) {
  if (!options_.with_values) {
    out_ += std::to_string(size);
    out_ += 'B';
    return;
  }
  append_quoted(out_, bytes);
  if (bytes.size() < size && bytes.size() <= kMostShownBytes) out_ += "...";
}

void Summary::target() {
  const auto kind = reader_.byte();
  if (!kind) return;
  (void)name(*kind == 'S' ? "statement=" : "portal=", "(unnamed)");
}

void Summary::execute() {
  if (!name("portal=", "(unnamed)")) return;
  const auto limit = reader_.int32();
  if (limit && *limit > 0) number("limit=", *limit);
}

void Summary::function_call() {
  if (const auto oid = reader_.int32()) number("function=", static_cast<std::uint32_t>(*oid));
  formats("binary_parameters");
  values("parameters=");
}

// Of a COPY, of its failure, of a function's result.
void Summary::content() {
  if (!options_.with_values) return;
  word("");
  append_quoted(out_, reader_.rest());
}

void Summary::row_description() {
  constexpr std::size_t kFieldBytes = 18;  // behind the name
  const auto count = reader_.int16();
  if (!count || *count < 0) return;
  number("columns=", *count);
  if (!options_.with_values) return;
  for (int i = 0; i < std::min<int>(*count, kMostShownValues); ++i) {
    const auto column = reader_.c_string();
    if (!column || !reader_.take(kFieldBytes)) return;
    out_ += i == 0 ? " " : ", ";
    append_printable(out_, column->substr(0, kMostShownBytes));
  }
}

void Summary::error() {
  const auto fields = read_error(reader_.rest());
  word(severity_name(fields.severity));
  word("");
  append_printable(out_, std::string_view(fields.sqlstate).substr(0, 5));
  if (!options_.with_values || options_.without_messages) return;
  word("");
  append_quoted(out_, fields.message);
}

void Summary::notification() {
  const auto process_id = reader_.int32();
  if (!process_id) return;
  number("process_id=", *process_id);
  if (!name("channel=", "")) return;
  const auto payload = reader_.c_string();
  if (!payload) return;
  word("payload=");
  value(*payload, payload->size());
}

void Summary::parameter() {
  if (!name("name=", "")) return;
  const auto text = reader_.c_string();
  if (!text) return;
  word("value=");
  value(*text, text->size());
}

void Summary::copy_response() {
  const auto format = reader_.byte();
  if (!format) return;
  word(*format == 0 ? "text" : "binary");
  if (const auto count = reader_.int16()) number("columns=", *count);
}

void Summary::command_tag() {
  const auto tag = reader_.c_string();
  if (tag) append_printable(out_, tag->substr(0, kMostShownBytes));
}

}  // namespace

std::string_view frame_name(Speaker speaker, char type) {
  return speaker == Speaker::Client ? name_in(kClientNames, type) : name_in(kServerNames, type);
}

void summarize_frame(Speaker speaker, char type, Bytes front, SummaryOptions options, std::string& out) {
  std::string detail;
  Summary summary(front, options, detail);
  speaker == Speaker::Client ? summary.client(type) : summary.server(type);
  out += detail;
}

bool may_hold_password(std::string_view text) {
  constexpr std::string_view kWord = "passw";  // password, PASSWORD, passwd
  const auto found = std::ranges::search(text, kWord, {}, lower);
  return !found.empty();
}

bool may_hold_password(char type, Bytes front, bool is_cut) {
  return (type == 'Q' || type == 'P') && (is_cut || may_hold_password(front));
}

void append_quoted(std::string& out, Bytes bytes, std::size_t most) {
  out += '\'';
  append_printable(out, bytes.substr(0, most));
  out += bytes.size() > most ? "'..." : "'";
}

}  // namespace howdah::protocol
