#include "pages.hpp"

#include <string_view>

#include "files.hpp"

namespace troupe_node {

namespace {

std::string_view type_of(std::string_view name) {
  return name.ends_with(".html") ? "text/html; charset=utf-8"
                                 : "application/javascript; charset=utf-8";
}

}  // namespace

std::optional<troupe::transport::http_response> serve_page(
    const troupe::transport::http_request& request, const std::string& path) {
  if (request.method != "GET" && request.method != "HEAD") return {};
  std::string_view wanted;
  if (request.path == "/")
    wanted = "index.html";
  else if (request.path.starts_with(path + "/"))
    wanted = std::string_view(request.path).substr(path.size() + 1);
  for (const files::file& file : files::all()) {
    if (file.name != wanted || (wanted == "index.html" && request.path != "/")) continue;
    troupe::transport::http_response response;
    response.fields.add("Content-Type", std::string(type_of(file.name)));
    response.fields.add("Cache-Control", "public, max-age=0");
    response.fields.add("ETag", "\"" TROUPE_VERSION "\"");
    if (request.fields.find("If-None-Match") == "\"" TROUPE_VERSION "\"")
      response.status = 304;
    else
      response.body = file.content;
    return response;
  }
  return {};
}

}  // namespace troupe_node
