#include "apps/shell/line_editor.hpp"

#include "actors/base/assert.hpp"
#include "apps/shell/text_table.hpp"

#include <array>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <utility>
#include <vector>

#include <histedit.h>

namespace troupe::apps::shell {

namespace {

constexpr auto history_size = 1'000;
constexpr auto listed_max = std::size_t{100};

/// Keys that libedit leaves unbound: the arrows' and editing keys' usual sequences.
struct key_binding {
  const char* keys;
  const char* action;
};

constexpr auto key_bindings = std::array{
  key_binding{"^R", "em-inc-search-prev"}, key_binding{"\\e[1;5C", "em-next-word"},
  key_binding{"\\e[1;5D", "ed-prev-word"}, key_binding{"\\e[3~", "ed-delete-next-char"},
  key_binding{"\\e[1~", "ed-move-to-beg"}, key_binding{"\\e[4~", "ed-move-to-end"},
  key_binding{"^I", "troupe-complete"},    key_binding{"^C", "troupe-take-back"},
  key_binding{"^Z", "troupe-suspend"}};

} // namespace

struct line_editor::parts {
  explicit parts(completer how) : complete{std::move(how)} {
    // Without it libedit takes the bytes of one letter for several.
    std::setlocale(LC_CTYPE, "");
    edit = el_init("troupe", stdin, stdout, stderr);
    past = history_init();
    TROUPE_ASSERT(edit != nullptr && past != nullptr);
    HistEvent event{};
    history(past, &event, H_SETSIZE, history_size);
    history(past, &event, H_SETUNIQUE, 1);
    el_set(edit, EL_HIST, history, past);
    el_set(edit, EL_CLIENTDATA, this);
    el_set(edit, EL_PROMPT, print_prompt);
    el_set(edit, EL_EDITOR, "emacs");
    el_set(edit, EL_SIGNAL, 1);
    bind_keys();
    el_source(edit, nullptr);
  }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;
  ~parts() {
    history_end(past);
    el_end(edit);
  }

  void bind_keys() {
    // While a line is edited, Ctrl-C and Ctrl-Z are keys like any others. A signal for a
    // line that is taken back would have to be told from one that ends the program.
    el_set(edit, EL_SETTY, "-d", "-isig", nullptr);
    el_set(edit, EL_ADDFN, "troupe-complete", "complete the word", complete_word);
    el_set(edit, EL_ADDFN, "troupe-take-back", "take the line back", take_back);
    el_set(edit, EL_ADDFN, "troupe-suspend", "suspend the shell", suspend);
    for (const auto& each : key_bindings)
      el_set(edit, EL_BIND, each.keys, each.action, nullptr);
  }

  static parts& of(EditLine* edit) {
    void* data = nullptr;
    el_get(edit, EL_CLIENTDATA, &data);
    return *static_cast<parts*>(data);
  }

  static char* print_prompt(EditLine* edit) { return of(edit).prompt.data(); }

  static unsigned char take_back(EditLine* edit, int) {
    std::fputs("^C\n", stdout);
    const auto* line = el_line(edit);
    el_cursor(edit, static_cast<int>(line->lastchar - line->cursor));
    el_deletestr(edit, static_cast<int>(line->lastchar - line->buffer));
    of(edit).taken_back = true;
    return CC_NEWLINE;
  }

  static unsigned char suspend(EditLine* edit, int) {
    el_set(edit, EL_PREP_TERM, 0);
    std::raise(SIGTSTP);
    el_set(edit, EL_PREP_TERM, 1);
    return CC_REDISPLAY;
  }

  static unsigned char complete_word(EditLine* edit, int) {
    auto& self = of(edit);
    const auto* line = el_line(edit);
    const auto before = std::string{line->buffer, line->cursor};
    const auto found = self.complete(before);
    if (found.candidates.empty())
      return CC_REFRESH_BEEP;
    const auto only = found.candidates.size() == 1;
    const auto text = common_beginning(found.candidates) + (only ? " " : "");
    const auto typed = before.substr(found.begin);
    if (!only && text.size() <= typed.size()) {
      self.list(found.candidates);
      return CC_REDISPLAY;
    }
    el_deletestr(edit, static_cast<int>(typed.size()));
    return el_insertstr(edit, text.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
  }

  void list(std::vector<std::string> words) const {
    const auto left_out = words.size() > listed_max ? words.size() - listed_max : 0;
    words.resize(words.size() - left_out);
    auto width = 0;
    if (el_get(edit, EL_GETTC, "co", &width, nullptr) != 0 || width < 1)
      width = 80;
    std::fputs("\n", stdout);
    std::fputs(in_columns(words, static_cast<std::size_t>(width)).c_str(), stdout);
    if (left_out > 0)
      std::printf("and %zu more\n", left_out);
  }

  completer complete;
  std::string prompt;
  bool taken_back = false;
  EditLine* edit = nullptr;
  History* past = nullptr;
};

line_editor::line_editor(completer complete)
    : parts_{std::make_unique<parts>(std::move(complete))} {}

line_editor::~line_editor() = default;

std::optional<std::string> line_editor::read(std::string prompt) {
  parts_->prompt = std::move(prompt);
  parts_->taken_back = false;
  // el_gets shows the prompt before the terminal is its own: keys that come in between
  // are still the terminal driver's, and Ctrl-C would take what was typed, and end the
  // shell.
  el_set(parts_->edit, EL_PREP_TERM, 1);
  auto size = 0;
  const auto* line = el_gets(parts_->edit, &size);
  if (parts_->taken_back)
    return std::string{};
  if (line == nullptr || size <= 0)
    return std::nullopt;
  auto result = std::string{line, static_cast<std::size_t>(size)};
  while (result.ends_with('\n') || result.ends_with('\r'))
    result.pop_back();
  return result;
}

void line_editor::remember(const std::string& line) {
  HistEvent event{};
  history(parts_->past, &event, H_ENTER, line.c_str());
}

} // namespace troupe::apps::shell
