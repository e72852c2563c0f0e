#include "apps/lab/chaos/packet_switch.hpp"

#include "apps/system_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto frame_bytes_max = std::size_t{2'048}; // An MTU of 1500, and headers.
constexpr auto look_again_after = duration{50ms};    // For the end, and for new rules.

duration now() { return std::chrono::steady_clock::now().time_since_epoch(); }

/// Closes a descriptor, of which nothing was written.
class descriptor {
public:
  explicit descriptor(int number) : number_{number} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0)
      static_cast<void>(::close(number_));
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

private:
  int number_;
};

error enter(int space, const std::string& name) {
  if (::setns(space, CLONE_NEWNET) == 0)
    return {};
  return apps::system_error("setns " + name, errno);
}

/// Opens a device in the namespace that this thread is in.
expected<int> open_tap(const std::string& name, std::size_t port) {
  auto result = descriptor{::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)};
  if (result.get() < 0)
    return apps::system_error("open /dev/net/tun", errno);
  auto request = ifreq{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  if (::ioctl(result.get(), TUNSETIFF, &request) != 0)
    return apps::system_error("TUNSETIFF " + name, errno);
  const auto address = mac_of_port(port);
  request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
  std::memcpy(request.ifr_hwaddr.sa_data, address.data(), address.size());
  if (::ioctl(result.get(), SIOCSIFHWADDR, &request) != 0)
    return apps::system_error("SIOCSIFHWADDR " + name, errno);
  return result.release();
}

} // namespace

packet_switch::packet_switch(std::vector<int> taps, std::uint64_t seed)
    : taps_{std::move(taps)}, queue_{taps_.size(), seed}, thread_{[this] { run(); }} {}

packet_switch::~packet_switch() {
  stopping_ = true;
  thread_.join();
  for (const auto x : taps_)
    static_cast<void>(::close(x));
}

void packet_switch::set_rule(std::size_t from, std::size_t to, const link_rule& rule) {
  const auto lock = std::lock_guard{mutex_};
  queue_.set_rule(from, to, rule);
}

void packet_switch::run() {
  auto ready = std::vector<pollfd>{};
  for (const auto x : taps_)
    ready.push_back({x, POLLIN, 0});
  while (!stopping_) {
    // A device that fails is seen as one that has nothing to say.
    static_cast<void>(::poll(ready.data(), ready.size(), milliseconds_to_wait()));
    for (std::size_t port = 0; port < ready.size(); ++port)
      if ((ready[port].revents & POLLIN) != 0)
        read_frames(port);
    write_due();
  }
}

void packet_switch::read_frames(std::size_t port) {
  auto frame = std::array<char, frame_bytes_max>{};
  const auto lock = std::lock_guard{mutex_};
  for (;;) {
    const auto size = ::read(taps_[port], frame.data(), frame.size());
    if (size <= 0)
      return;
    queue_.arrived(port, {frame.data(), static_cast<std::size_t>(size)}, now());
  }
}

void packet_switch::write_due() {
  auto due = std::vector<frame_queue::delivery>{};
  {
    const auto lock = std::lock_guard{mutex_};
    due = queue_.take_due(now());
  }
  for (const auto& x : due) // A frame that a device does not take is lost.
    static_cast<void>(::write(taps_[x.port], x.frame.data(), x.frame.size()) > 0);
}

int packet_switch::milliseconds_to_wait() {
  const auto lock = std::lock_guard{mutex_};
  const auto due = queue_.next_due();
  const auto left
    = due ? std::clamp<duration>(*due - now(), duration::zero(), look_again_after)
          : look_again_after;
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

expected<int>
make_tap(const std::string& space, const std::string& name, std::size_t port) {
  const auto home = descriptor{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
  if (home.get() < 0)
    return apps::system_error("open /proc/thread-self/ns/net", errno);
  if (auto trouble = enter_namespace(space))
    return trouble;
  auto result = open_tap(name, port);
  if (auto trouble = enter(home.get(), "home"))
    return trouble;
  return result;
}

error enter_namespace(const std::string& space) {
  const auto path = "/run/netns/" + space;
  const auto there = descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (there.get() < 0)
    return apps::system_error("open " + path, errno);
  return enter(there.get(), path);
}

} // namespace troupe::lab
