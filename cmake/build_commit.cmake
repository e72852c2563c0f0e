# Writes OUTPUT, a header with TROUPE_COMMIT: the commit of SOURCE_DIR. Run at each build;
# the file changes, and with it one object, when the commit does.
#
#   cmake -D SOURCE_DIR=... -D OUTPUT=... -P build_commit.cmake
execute_process(
  COMMAND git -C "${SOURCE_DIR}" describe --always --dirty --abbrev=12 --exclude "*"
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
  RESULT_VARIABLE failed)
if(failed)
  set(commit "unknown")
endif()
set(text "#define TROUPE_COMMIT \"${commit}\"\n")
set(known "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" known)
endif()
if(NOT known STREQUAL text)
  file(WRITE "${OUTPUT}" "${text}")
endif()
