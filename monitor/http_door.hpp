/// The node's HTTP port: `GET /metrics` and `GET /health`.
///
/// A thread of its own waits for sockets. What it tells comes from functions that it
/// calls on that thread. Bounded: connections, header size, and the time that a client
/// may take, for a request and between two.
///
/// What it cannot answer is told so, and its connection closed: 400 for what is not HTTP,
/// 405 (with Allow) for methods other than GET and HEAD, 413 for a body, 431 for a header
/// above `header_max`. Who takes too long is closed without a word.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "monitor/http_door_config.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe::monitor {

struct http_answer {
  unsigned status = 200;
  std::string content_type;
  std::string body;
};

class http_door {
public:
  /// Answers a GET of `path`; called on the door's thread, must not block. Status 404 for
  /// what there is not.
  using handler = std::function<http_answer(const std::string& path)>;

  /// Listens at `where` until it is destroyed. Fails with ec::in_use or ec::system,
  /// naming address and remedy.
  [[nodiscard]] static expected<std::unique_ptr<http_door>>
  open(const actors::address& where, http_door_config config, handler answer);

  http_door() = default;
  http_door(const http_door&) = delete;
  http_door& operator=(const http_door&) = delete;
  virtual ~http_door() = default;

  /// Where it listens, with the real port if 0 was asked for.
  [[nodiscard]] virtual const actors::address& where() const = 0;
};

} // namespace troupe::monitor
