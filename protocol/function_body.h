// What the body of a function may leave on a server by itself, told from its text. What the functions leave that it
// calls is not in it. It errs on the side of "may". (PostgreSQL documentation: "PL/pgSQL", "Query Language (SQL)
// Functions")
#pragma once

#include <string_view>

#include "protocol/telling_names.h"

namespace howdah::protocol {

// `language` as pg_language has it; "expression": a view's text and the like, which is read as that of "sql".
[[nodiscard]] StateTraces traces_of_body(std::string_view language, std::string_view body);

}  // namespace howdah::protocol
