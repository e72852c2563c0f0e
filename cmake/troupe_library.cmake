# troupe_library(NAME x [SOURCES a.cpp ...] [DEPS troupe::y ...] [PROTOS x.proto ...])
#
# Adds the library troupe_x, alias troupe::x. Headers are included from the source root
# ("x/a.hpp"), generated ones from the same path ("x/x.pb.h"). A folder that has only headers,
# or nothing yet, names no SOURCES and becomes an interface library.

add_library(troupe_warnings INTERFACE)
target_compile_options(troupe_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
if(CMAKE_UNITY_BUILD)
  # A batch includes sources, whose own types look to the compiler as if they were a header's.
  target_compile_options(troupe_warnings INTERFACE -Wno-subobject-linkage)
endif()

# What a mutant breaks (tests/mutants) is compiled alone, so that a mutant costs one object.
set(TROUPE_BROKEN_SOURCES "")
file(GLOB patches CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/mutants/*.patch")
foreach(patch IN LISTS patches)
  file(STRINGS "${patch}" line REGEX "^\\+\\+\\+ b/")
  string(REGEX REPLACE "^\\+\\+\\+ b/" "${PROJECT_SOURCE_DIR}/" source "${line}")
  list(APPEND TROUPE_BROKEN_SOURCES "${source}")
endforeach()

set(TROUPE_GENERATED_DIR "${PROJECT_BINARY_DIR}/generated")

# Compiles .proto files into a library of their own, so that our warnings do not meet
# generated code.
function(troupe_protos TARGET)
  set(sources "")
  foreach(proto IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH proto OUTPUT_VARIABLE path)
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY "${PROJECT_SOURCE_DIR}")
    cmake_path(REMOVE_EXTENSION path OUTPUT_VARIABLE stem)
    set(stem "${TROUPE_GENERATED_DIR}/${stem}")
    add_custom_command(
      OUTPUT "${stem}.pb.cc" "${stem}.pb.h"
      COMMAND protobuf::protoc "--cpp_out=${TROUPE_GENERATED_DIR}"
        "--dependency_out=${stem}.d" -I "${PROJECT_SOURCE_DIR}" "${path}"
      WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
      DEPENDS "${PROJECT_SOURCE_DIR}/${path}"
      DEPFILE "${stem}.d"
      COMMENT "Generating ${path}"
      VERBATIM)
    list(APPEND sources "${stem}.pb.cc")
  endforeach()
  file(MAKE_DIRECTORY "${TROUPE_GENERATED_DIR}")
  add_library(${TARGET} STATIC ${sources})
  target_include_directories(${TARGET} SYSTEM PUBLIC "${TROUPE_GENERATED_DIR}")
  target_link_libraries(${TARGET} PUBLIC protobuf::libprotobuf)
  set_target_properties(${TARGET} PROPERTIES UNITY_BUILD OFF)
endfunction()

function(troupe_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;DEPS;PROTOS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME)
    message(FATAL_ERROR "troupe_library: NAME missing, or unknown: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target troupe_${arg_NAME})

  if(arg_PROTOS)
    troupe_protos(${target}_proto ${arg_PROTOS})
    list(APPEND arg_DEPS ${target}_proto)
  endif()

  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    foreach(source IN LISTS arg_SOURCES)
      if("${CMAKE_CURRENT_SOURCE_DIR}/${source}" IN_LIST TROUPE_BROKEN_SOURCES)
        set_source_files_properties("${source}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
      endif()
    endforeach()
    set(visibility PUBLIC)
    target_link_libraries(${target} PRIVATE troupe_warnings)
  else()
    add_library(${target} INTERFACE)
    set(visibility INTERFACE)
  endif()
  add_library(troupe::${arg_NAME} ALIAS ${target})
  target_include_directories(${target} ${visibility} "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target} ${visibility} ${arg_DEPS})
endfunction()

# All programs, and nothing else: what `make build` makes.
add_custom_target(programs)

# troupe_program(NAME troupe SOURCES troupe_main.cpp [DEPS troupe::apps ...])
#
# Adds the program build/bin/NAME.
function(troupe_program)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;DEPS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR
      "troupe_program: NAME or SOURCES missing, or unknown: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${arg_NAME} PRIVATE ${arg_DEPS} troupe_warnings)
  add_dependencies(programs ${arg_NAME})
endfunction()
