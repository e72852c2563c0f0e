#include "monitor/http_door.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace troupe::monitor {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

// What a client may still send after a refusal, without being heard: closing at once
// would reset the connection, and the client might never see why.
constexpr auto goodbye = std::chrono::milliseconds{2'000};
constexpr auto goodbye_bytes = std::size_t{16} << 10; // At one time.

constexpr auto accept_backoff = std::chrono::milliseconds{100};

using request_parser = http::request_parser<http::empty_body>;
using response = http::response<http::string_body>;

response make_response(http_answer made, unsigned version) {
  auto result = response{static_cast<http::status>(made.status), version};
  result.set(http::field::content_type, made.content_type);
  result.set(http::field::cache_control, "no-store");
  result.content_length(made.body.size());
  result.body() = std::move(made.body);
  return result;
}

response refusal(http::status why, std::string sentence, unsigned version = 11) {
  auto result = make_response(
    {static_cast<unsigned>(why), "text/plain", std::move(sentence) + '\n'}, version);
  result.keep_alive(false);
  return result;
}

/// What a header that cannot be taken in is answered with; nothing when the connection is
/// at its end, or broke.
std::optional<response>
refusal_of(const beast::error_code& trouble, byte_size header_max) {
  if (trouble == http::error::end_of_stream)
    return std::nullopt;
  if (trouble == http::error::header_limit)
    return refusal(
      http::status::request_header_fields_too_large,
      "a request's header ends at " + to_text(header_max) + " (http.header_max)");
  if (trouble.category() == make_error_code(http::error::bad_method).category())
    return refusal(http::status::bad_request, "malformed request: " + trouble.message());
  return std::nullopt;
}

/// Why a whole header is not answered, if so. The method comes first: a POST has a body.
std::optional<response> refusal_of(const request_parser& parser) {
  const auto& x = parser.get();
  if (x.version() >= 11 && x.count(http::field::host) != 1)
    return refusal(http::status::bad_request, "malformed request: one Host is needed");
  if (x.method() != http::verb::get && x.method() != http::verb::head) {
    auto result
      = refusal(http::status::method_not_allowed, "only GET and HEAD", x.version());
    result.set(http::field::allow, "GET, HEAD");
    return result;
  }
  if (!parser.is_done())
    return refusal(
      http::status::payload_too_large, "a request has no body here", x.version());
  return std::nullopt;
}

response respond(const request_parser& parser, const http_door::handler& answer) {
  if (auto refused = refusal_of(parser))
    return std::move(*refused);
  const auto& x = parser.get();
  auto result = make_response(
    answer(std::string{x.target().substr(0, x.target().find('?'))}), x.version());
  result.keep_alive(x.keep_alive());
  return result;
}

/// One client, from its first request to its last.
class session : public std::enable_shared_from_this<session> {
public:
  session(
    tcp::socket socket, const http_door_config& config, const http_door::handler& answer,
    std::function<void()> ended)
      : stream_{std::move(socket)}, config_{config}, answer_{answer}, ended_{std::move(
                                                                        ended)} {}
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session() { ended_(); }

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(config_.header_max.bytes));
    // No body is read, whatever its length. Not boost::none: Boost 1.74 takes every
    // length for more than that.
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    stream_.expires_after(config_.client_deadline);
    http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](beast::error_code trouble, std::size_t) {
        if (!trouble)
          self->write(respond(*self->parser_, self->answer_));
        else if (auto refused = refusal_of(trouble, self->config_.header_max))
          self->write(std::move(*refused));
      });
  }

private:
  void write(response x) {
    response_ = std::move(x);
    // Its length is told all the same. A header without an end has no method yet.
    if (parser_->get().method() == http::verb::head)
      response_.body().clear();
    stream_.expires_after(config_.client_deadline);
    http::async_write(
      stream_, response_,
      [self = shared_from_this()](beast::error_code trouble, std::size_t) {
        if (trouble)
          return;
        if (self->response_.keep_alive())
          self->read();
        else
          self->say_goodbye();
      });
  }

  void say_goodbye() {
    auto trouble = beast::error_code{};
    stream_.socket().shutdown(tcp::socket::shutdown_send, trouble);
    stream_.expires_after(goodbye);
    if (!trouble)
      drop_input();
  }

  void drop_input() {
    buffer_.clear();
    stream_.async_read_some(
      buffer_.prepare(goodbye_bytes),
      [self = shared_from_this()](beast::error_code trouble, std::size_t) {
        if (!trouble)
          self->drop_input();
      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  const http_door_config& config_;
  const http_door::handler& answer_;
  std::function<void()> ended_;
  std::optional<request_parser> parser_;
  response response_;
};

class beast_door final : public http_door {
public:
  beast_door(http_door_config config, handler answer)
      : config_{config}, answer_{std::move(answer)} {}

  ~beast_door() override {
    ending_ = true;
    loop_.stop();
    if (thread_.joinable())
      thread_.join();
  }

  [[nodiscard]] const actors::address& where() const override { return where_; }

  error start(const actors::address& where) {
    auto trouble = beast::error_code{};
    auto host = asio::ip::make_address(where.host, trouble);
    if (trouble)
      return fail(
        ec::invalid_argument, "http.listen: '" + where.host + "' is not an IP address");
    auto endpoint = tcp::endpoint{host, where.port};
    listener_.open(endpoint.protocol(), trouble);
    if (!trouble)
      listener_.set_option(asio::socket_base::reuse_address{true}, trouble);
    if (!trouble)
      listener_.bind(endpoint, trouble);
    if (!trouble)
      listener_.listen(asio::socket_base::max_listen_connections, trouble);
    if (trouble)
      return fail(
        trouble == asio::error::address_in_use ? ec::in_use : ec::system,
        "cannot listen on " + to_string(where) + ": " + trouble.message()
          + "; stop the other process, or choose another http.listen");
    where_ = {where.host, listener_.local_endpoint().port()};
    accept();
    thread_ = std::thread{[this] { loop_.run(); }};
    return {};
  }

private:
  void accept() {
    accepting_ = true;
    listener_.async_accept([this](beast::error_code trouble, tcp::socket socket) {
      accepting_ = false;
      if (trouble == asio::error::operation_aborted)
        return;
      if (trouble)
        accept_later();
      else
        serve(std::move(socket));
    });
  }

  // Descriptors have run out, most likely: asking again at once would burn a core.
  void accept_later() {
    pause_.expires_after(accept_backoff);
    pause_.async_wait([this](beast::error_code) { accept_if_room(); });
  }

  void accept_if_room() {
    if (!accepting_ && !ending_ && sessions_ < config_.connections_max)
      accept();
  }

  void serve(tcp::socket socket) {
    ++sessions_;
    auto ended = [this] {
      --sessions_;
      accept_if_room();
    };
    std::make_shared<session>(std::move(socket), config_, answer_, ended)->read();
    accept_if_room();
  }

  http_door_config config_;
  handler answer_;
  actors::address where_;
  std::size_t sessions_ = 0; // This and the next: the door's thread alone.
  bool accepting_ = false;
  std::atomic<bool> ending_ = false;
  asio::io_context loop_{1};
  tcp::acceptor listener_{loop_};
  asio::steady_timer pause_{loop_};
  std::thread thread_;
};

} // namespace

expected<std::unique_ptr<http_door>>
http_door::open(const actors::address& where, http_door_config config, handler answer) {
  auto door = std::make_unique<beast_door>(config, std::move(answer));
  if (auto why = door->start(where))
    return why;
  return std::unique_ptr<http_door>{std::move(door)};
}

} // namespace troupe::monitor
