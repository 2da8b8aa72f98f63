# troupe_embed(TARGET NAME FILE...): puts the files into the target, read-only, under their own
# names. Gives it a header NAME.hpp:
#
#   namespace troupe_node::NAME {
#   struct file { std::string_view name; std::string_view content; std::string_view digest; };
#   std::span<const file> all();
#   }

if(CMAKE_SCRIPT_MODE_FILE)  # cmake -DNAME= -DOUTPUT= -DFILES=a|b -P: writes the source, at build time
  string(REPLACE "|" ";" files "${FILES}")
  set(arrays "")
  set(entries "")
  set(index 0)
  foreach(file IN LISTS files)
    file(READ "${file}" content HEX)
    file(MD5 "${file}" digest)
    # One literal a line keeps the compiler quick where a list of numbers would not.
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" content "${content}")
    string(REPEAT "." 256 line)
    string(REGEX REPLACE "(${line})" "\\1\"\n\"" content "${content}")
    get_filename_component(name "${file}" NAME)
    string(APPEND arrays "constexpr char content_${index}[] =\n\"${content}\";\n")
    string(APPEND entries
      "    {\"${name}\", {content_${index}, sizeof(content_${index}) - 1}, \"${digest}\"},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  file(WRITE "${OUTPUT}" "#include \"${NAME}.hpp\"\n\n"
    "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n"
    "namespace troupe_node::${NAME} {\nnamespace {\n\n${arrays}\n"
    "constexpr file every_file[] = {\n${entries}};\n\n}  // namespace\n\n"
    "std::span<const file> all() { return every_file; }\n\n}  // namespace troupe_node::${NAME}\n")
  return()
endif()

include_guard(GLOBAL)
set(TROUPE_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(troupe_embed target name)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  set(files "")
  foreach(file IN LISTS ARGN)
    get_filename_component(file "${file}" ABSOLUTE)
    list(APPEND files "${file}")
  endforeach()
  string(REPLACE ";" "|" joined "${files}")
  file(CONFIGURE OUTPUT "${folder}/${name}.hpp" @ONLY CONTENT [[
#pragma once

#include <span>
#include <string_view>

namespace troupe_node::@name@ {

/// A file put into the program at build time; the views last as long as the program.
struct file {
  std::string_view name;
  std::string_view content;
  std::string_view digest;  ///< Changes with the content.
};

std::span<const file> all();

}  // namespace troupe_node::@name@
]])
  add_custom_command(
    OUTPUT "${folder}/${name}.cpp"
    COMMAND "${CMAKE_COMMAND}" "-DNAME=${name}" "-DOUTPUT=${folder}/${name}.cpp"
            "-DFILES=${joined}" -P "${TROUPE_EMBED_SCRIPT}"
    DEPENDS ${files} "${TROUPE_EMBED_SCRIPT}"
    COMMENT "Embedding ${name}" VERBATIM)
  target_sources(${target} PRIVATE "${folder}/${name}.cpp")
  target_include_directories(${target} PRIVATE "${folder}")
endfunction()

# The official browser client's files, as npm gives them.
set(TROUPE_CLIENT_DIST "${PROJECT_SOURCE_DIR}/node/node_modules/socket.io-client/dist"
    CACHE PATH "Folder of the browser client (socket.io.js and its like), from npm ci in node/")
