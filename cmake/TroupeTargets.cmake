# What every target of the project shares: language level, warnings, sanitizers, include root.

include_guard(GLOBAL)
include(GNUInstallDirs)

# Consumers and sources alike write <troupe/LAYER/file.hpp>; the build tree's include root links
# the layers under that name, so no source folder is called `include`.
set(TROUPE_INCLUDE_ROOT "${CMAKE_CURRENT_BINARY_DIR}/include")
file(MAKE_DIRECTORY "${TROUPE_INCLUDE_ROOT}/troupe")
foreach(layer protocol transport actors runtime harness)
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${layer}")
    file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}/${layer}"
         "${TROUPE_INCLUDE_ROOT}/troupe/${layer}" SYMBOLIC)
  endif()
endforeach()

# The public headers, <troupe/NAME.hpp>, each forwarding to where its layer keeps it.
foreach(header
    ack=actors/ack
    actors=actors/client_messages
    asio=runtime/asio
    beast=runtime/beast
    broadcast_ack=actors/broadcast_ack
    broadcast_operator=actors/broadcast_operator
    connection_state_recovery=actors/connection_state_recovery
    cors=runtime/cors
    deflate_options=transport/deflate_options
    describe=protocol/socketio/described_conversion
    disconnect_reason=actors/disconnect_reason
    engine=runtime/engine
    engine_session=actors/engine_session
    event=actors/event
    foreign_connection=runtime/foreign_connection
    handshake=actors/handshake
    http=transport/http
    json=protocol/socketio/boost_json_conversion
    limits=actors/limits
    listener_options=transport/listener_options
    log_level=actors/log_level
    msgpack=protocol/socketio/msgpack_parser
    nsp=actors/nsp
    options=runtime/options
    parser=protocol/socketio/parser
    remote_socket=actors/remote_socket
    server=runtime/server
    socket=actors/socket
    stream=transport/stream
    tls_options=transport/tls_options
    value=protocol/socketio/container_conversion)
  string(REPLACE "=" ";" header "${header}")
  list(GET header 0 name)
  list(GET header 1 target)
  set(target "${target}.hpp")
  configure_file("${CMAKE_CURRENT_LIST_DIR}/forward.hpp.in"
                 "${TROUPE_INCLUDE_ROOT}/troupe/${name}.hpp" @ONLY)
endforeach()

configure_file("${CMAKE_CURRENT_LIST_DIR}/version.hpp.in"
               "${TROUPE_INCLUDE_ROOT}/troupe/version.hpp" @ONLY)

add_library(troupe_options INTERFACE)
target_compile_options(troupe_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False positives of g++ 12 and 13 inside the standard library at -O2, and of TSan's fences.
  target_compile_options(troupe_options INTERFACE
    -Wno-tsan -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
    -Wno-maybe-uninitialized)
endif()
if(TROUPE_SANITIZE)
  target_compile_options(troupe_options INTERFACE
    -fsanitize=${TROUPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(troupe_options INTERFACE -fsanitize=${TROUPE_SANITIZE})
endif()

# Beast is compiled once, in transport/beast_source.cpp, not in every file of ours. Asio is not: a
# program that uses it too must not have its statics twice (signal sets would not fire), and nobody
# is told how to compile theirs.
add_library(troupe_beast INTERFACE)
target_compile_definitions(troupe_beast INTERFACE BOOST_BEAST_SEPARATE_COMPILATION)

# Headers of others that most files of a target include: parsed once. CAF's alone take as long as a
# usual file of ours; nothing of ours is among them, so that a change there rebuilds no more.
function(troupe_precompile target)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")  # Else no two builds are the same to ccache.
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
  target_precompile_headers(${target} PRIVATE
    <caf/all.hpp> <algorithm> <any> <chrono> <functional> <memory> <mutex> <string> <string_view>
    <unordered_map> <vector> ${ARGN})
endfunction()

# troupe_layer(NAME SOURCES...): a static library troupe::NAME of one layer, installed with its
# headers below troupe/NAME.
function(troupe_layer name)
  add_library(troupe_${name} STATIC ${ARGN})
  add_library(troupe::${name} ALIAS troupe_${name})
  target_compile_features(troupe_${name} PUBLIC cxx_std_20)
  target_include_directories(troupe_${name} PUBLIC
    $<BUILD_INTERFACE:${TROUPE_INCLUDE_ROOT}> $<INSTALL_INTERFACE:include>)
  target_link_libraries(troupe_${name} PRIVATE $<BUILD_INTERFACE:troupe_options>)
  set_target_properties(troupe_${name} PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON EXPORT_NAME ${name})
  if(TROUPE_INSTALL)
    install(TARGETS troupe_${name} EXPORT troupe)
    install(DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/"
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/troupe/${name}"
            FILES_MATCHING PATTERN "*.hpp")
  endif()
endfunction()
