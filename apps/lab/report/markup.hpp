/// Words for pages of HTML with pictures of SVG in them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::lab {

/// `text` with what would be markup made harmless.
[[nodiscard]] std::string escape(std::string_view text);

/// An attribute's number, without needless digits.
[[nodiscard]] std::string number(double x);

struct box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

/// A rectangle; a browser shows `title` under the pointer.
[[nodiscard]] std::string
rectangle(const box& where, std::string_view css_class, std::string_view title = {});

/// The same in a colour of its own.
[[nodiscard]] std::string
painted(const box& where, std::string_view colour, std::string_view title);

[[nodiscard]] std::string
line(double x1, double y1, double x2, double y2, std::string_view css_class);

[[nodiscard]] std::string
label(double x, double y, std::string_view css_class, std::string_view text);

} // namespace troupe::lab
