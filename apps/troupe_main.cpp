#include "apps/entry.hpp"

int main(int argc, char** argv) { return troupe::apps::run(argc, argv, {"troupe"}); }
