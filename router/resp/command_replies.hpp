/// What COMMAND and its subcommands tell clients of the table of commands.
///
/// Source: Redis 7.0, server.c (form), each command's page (content).
#pragma once

#include "router/resp/command_table.hpp"

#include <string>

namespace troupe::router {

/// COMMAND, and COMMAND INFO with names: nil for one that there is not.
[[nodiscard]] std::string command_info_reply(request_arguments names);

/// COMMAND DOCS: nothing for a name that there is not.
[[nodiscard]] std::string command_docs_reply(request_arguments names);

/// COMMAND LIST with `FILTERBY PATTERN x`, or nothing.
[[nodiscard]] std::string command_list_reply(request_arguments filter);

/// COMMAND GETKEYS: the keys of the request.
/// @pre `request` is not empty.
[[nodiscard]] std::string command_getkeys_reply(request_arguments request);

} // namespace troupe::router
