#include "apps/lab/report/markup.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace troupe::lab {

namespace {

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string{name} + "=\"" + escape(value) + "\"";
}

std::string attribute(std::string_view name, double value) {
  return attribute(name, number(value));
}

std::string shape(const box& where, const std::string& look, std::string_view title) {
  // Too thin to be seen is as good as absent.
  constexpr auto width_min = 1.0;
  return "<rect" + attribute("x", where.x) + attribute("y", where.y)
         + attribute("width", std::max(where.width, width_min))
         + attribute("height", std::max(where.height, 0.0)) + look
         + (title.empty() ? "/>" : "><title>" + escape(title) + "</title></rect>") + "\n";
}

} // namespace

std::string escape(std::string_view text) {
  auto result = std::string{};
  for (const auto x : text) {
    switch (x) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += x;
    }
  }
  return result;
}

std::string number(double x) {
  auto text = std::array<char, 32>{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%.1f", x));
  return text.data();
}

std::string
rectangle(const box& where, std::string_view css_class, std::string_view title) {
  return shape(where, attribute("class", css_class), title);
}

std::string painted(const box& where, std::string_view colour, std::string_view title) {
  return shape(where, attribute("fill", colour), title);
}

std::string line(double x1, double y1, double x2, double y2, std::string_view css_class) {
  return "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2)
         + attribute("y2", y2) + attribute("class", css_class) + "/>\n";
}

std::string label(double x, double y, std::string_view css_class, std::string_view text) {
  return "<text" + attribute("x", x) + attribute("y", y) + attribute("class", css_class)
         + ">" + escape(text) + "</text>\n";
}

} // namespace troupe::lab
