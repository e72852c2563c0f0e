/// What a command answers: for a program and for a person.
#pragma once

#include "apps/shell/text_table.hpp"

#include <nlohmann/json.hpp>

namespace troupe::apps::shell {

/// Keeps the fields of objects in the order in which they were written.
using json = nlohmann::ordered_json;

struct answer {
  json value;
  text_table text;
};

} // namespace troupe::apps::shell
