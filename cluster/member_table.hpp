/// All members that a node knows, its own row included, and what changed when one claim
/// was taken in.
///
/// A value without time. Members stay, dead ones too, until they are reclaimed, of which
/// nothing remains, or forgotten, of which the id does: such an identity is never listed
/// again.
/// Cost: O(log n) per claim.
#pragma once

#include "cluster/member.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <string_view>
#include <vector>

namespace troupe::cluster {

/// What became of a member. Each transition is told once.
enum class member_event : std::uint8_t {
  /// Present from now on: heard of for the first time, or back from dead or left.
  joined = 1,
  /// Present before and after, under a higher incarnation.
  restarted,
  /// Endpoints, versions, name or meta changed.
  updated,
  suspected,
  /// No longer suspected.
  refuted,
  died,
  left,
  /// Off the list for ever.
  forgotten,
  /// Off the list, as it was dead or left for `reclaim_after`. It may come back, and then
  /// has `joined`.
  reclaimed,
  /// Two present members bear one name: `about` and `rival`. Both stay listed.
  name_conflict,

  // Of the node itself:

  /// It contradicted a claim that it is suspect or dead. `about` is what it says itself.
  accused,
  /// The cluster knows a later incarnation of it (`about`): its data directory is an old
  /// copy. Nobody will hear it before its incarnation is higher.
  outlived,
  /// Another process speaks under its identity (`about`): a copied data directory runs
  /// twice.
  cloned,
  /// The cluster has forgotten it; it must end, and come back under a new identity.
  expelled,
  /// `leave` is done: enough members were told, or the time for it was up.
  departed,
};

[[nodiscard]] std::string_view to_string(member_event x);
std::ostream& operator<<(std::ostream& out, member_event x);

struct member_news {
  member_event what{};
  member about;
  node_id rival; ///< For name_conflict only; else nil.

  friend bool operator==(const member_news&, const member_news&) = default;
};

class member_table {
public:
  explicit member_table(const member& self);

  /// Takes in `claim` if it supersedes what is known, and appends what changed to `news`.
  /// Returns false when it does not. A claim about somebody unknown always does.
  bool apply(const member& claim, std::vector<member_news>& news);

  /// Takes a member off the list as if it had never been known; it may come back.
  /// @pre it is dead or has left.
  void reclaim(const node_id& id, std::vector<member_news>& news);

  /// The member, or null when it is unknown or forgotten. Valid until the next `apply`.
  [[nodiscard]] const member* find(const node_id& id) const;

  [[nodiscard]] bool forgotten(const node_id& id) const;

  /// All members but the forgotten ones.
  [[nodiscard]] const std::map<node_id, member>& members() const { return members_; }

  /// Everything that is known, tombstones too, as claims.
  [[nodiscard]] std::vector<member> claims() const;

  [[nodiscard]] std::size_t alive_count() const { return alive_count_; }

  /// Alive and suspect.
  [[nodiscard]] std::size_t present_count() const { return present_count_; }

  /// Aborts when the counts or the index of names disagree with the members.
  void check_invariants() const;

private:
  void forget(const node_id& id, std::vector<member_news>& news);
  void store(const member& claim);
  void remove(const node_id& id);
  void tell_conflicts(const member& claim, std::vector<member_news>& news) const;

  std::map<node_id, member> members_;
  std::set<node_id> forgotten_;
  std::map<node_name, std::set<node_id>> present_names_;
  std::size_t alive_count_ = 0;
  std::size_t present_count_ = 0;
};

} // namespace troupe::cluster
