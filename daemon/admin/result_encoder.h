// Puts results into messages. Each function appends whole messages to `out`.
// (PostgreSQL documentation: "Message Formats")
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/admin/result.h"

namespace howdah::admin {

// `formats` has one entry per column; none means text for all, here and below.
void append_row_description(std::string& out, std::span<const Column> columns, std::span<const Format> formats = {});
// `row` has one value per column. A number that its type cannot hold goes out as the nearest that it can.
void append_data_row(std::string& out, std::span<const Column> columns, const Row& row,
                     std::span<const Format> formats = {});
void append_command_complete(std::string& out, std::string_view tag);
// A message without a body, such as ParseComplete.
void append_bare(std::string& out, char type);

}  // namespace howdah::admin
