# troupe_test(NAME x_unit RING unit SOURCES a_test.cpp ... [DEPS troupe::x ...])
#
# Adds one test executable. Each of its TEST_CASEs is a ctest case whose label is the ring:
# unit, actor, simulation or integration. Tests run in the build directory, so that bin/troupe
# is the program under test. These integration tests run alone: they measure time-outs on a
# machine that must not be busy with other tests.
#
# Tests are compiled with -O1: it builds them in two thirds of the time of -O2, and what they
# test is compiled as it is shipped. There g++ 12 takes the destructor of a variant for a use of
# what it does not hold.

include(doctest)

# Simulations use whole cores for minutes; what waits for real time beside them goes first.
set(TROUPE_LAST nice -n 10)

set(TROUPE_TIMEOUT_unit 60)
set(TROUPE_TIMEOUT_actor 120)
set(TROUPE_TIMEOUT_simulation 1200)
set(TROUPE_TIMEOUT_integration 600)

function(troupe_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;RING" "SOURCES;DEPS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR
      "troupe_test: NAME or SOURCES missing, or unknown: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT DEFINED TROUPE_TIMEOUT_${arg_RING})
    message(FATAL_ERROR "troupe_test(${arg_NAME}): no such ring: '${arg_RING}'")
  endif()

  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE troupe_test_main ${arg_DEPS} troupe_warnings)
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_options(${arg_NAME} PRIVATE
    $<$<NOT:$<CONFIG:Debug>>:-O1> -Wno-maybe-uninitialized)
  set_target_properties(${arg_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests-bin")

  set(serial OFF)
  if(arg_RING STREQUAL "integration")
    set(serial ON)
  endif()
  # A case that was renamed after discovery would run nothing and pass: "+0 " fails it.
  doctest_discover_tests(${arg_NAME}
    WORKING_DIRECTORY "${PROJECT_BINARY_DIR}"
    PROPERTIES
      LABELS ${arg_RING}
      TIMEOUT ${TROUPE_TIMEOUT_${arg_RING}}
      RUN_SERIAL ${serial}
      FAIL_REGULAR_EXPRESSION "test cases: +0 [|]")
endfunction()
