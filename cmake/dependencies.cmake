# What troupe is built from, all of it packaged by Debian 12 (tools/setup.sh installs it).
# Targets: CAF::core protobuf::libprotobuf RocksDB::rocksdb spdlog::spdlog Boost::headers
# Boost::context LibEdit::libedit CLI11::CLI11 tomlplusplus::tomlplusplus OpenSSL::Crypto
# ISAL::isal
# nlohmann_json::nlohmann_json doctest::doctest Threads::Threads

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(CAF 0.17.6 REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS context)
find_package(CLI11 2.1 REQUIRED)
find_package(tomlplusplus 3.3 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(doctest 2.4 REQUIRED)

# Makes an imported target NAME of the pkg-config module MODULE. RocksDB has a CMake package
# too, but Debian's names find modules that only its own build tree has.
function(troupe_pkg_config NAME MODULE)
  string(MAKE_C_IDENTIFIER "${MODULE}" prefix)
  pkg_check_modules(${prefix} REQUIRED QUIET IMPORTED_TARGET GLOBAL ${MODULE})
  add_library(${NAME} ALIAS PkgConfig::${prefix})
endfunction()

troupe_pkg_config(RocksDB::rocksdb rocksdb)
troupe_pkg_config(LibEdit::libedit libedit)
troupe_pkg_config(ISAL::isal libisal)
