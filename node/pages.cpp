#include "pages.hpp"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "files.hpp"

namespace troupe_node {

namespace {

using troupe::transport::http_request;
using troupe::transport::http_response;

struct page {
  std::string path;
  std::string type;
  std::string etag;
  std::string content;
};

std::vector<page> make_pages(std::string endpoint) {
  while (!endpoint.empty() && endpoint.back() == '/') endpoint.pop_back();
  std::vector<page> made;
  for (const files::file& file : files::all()) {
    page next{endpoint + "/" + std::string(file.name), "application/javascript; charset=utf-8",
              '"' + std::string(file.digest) + '"', std::string(file.content)};
    if (file.name == "index.html") {
      constexpr std::string_view usual = "data-path=\"socket.io/\"";
      next.path = "/";
      next.type = "text/html; charset=utf-8";
      if (const auto at = next.content.find(usual); at != next.content.npos)
        next.content.replace(at, usual.size(), "data-path=\"" + endpoint.substr(1) + "/\"");
      next.etag.insert(1, endpoint.substr(1) + ":");
    }
    made.push_back(std::move(next));
  }
  return made;
}

}  // namespace

std::function<std::optional<http_response>(const http_request&)> chat_page(
    const std::string& endpoint) {
  const auto pages = std::make_shared<const std::vector<page>>(make_pages(endpoint));
  return [pages](const http_request& request) -> std::optional<http_response> {
    if (request.method != "GET" && request.method != "HEAD") return {};
    for (const page& one : *pages) {
      if (one.path != request.path) continue;
      http_response response;
      response.fields.add("Content-Type", one.type);
      response.fields.add("Cache-Control", "public, max-age=0");
      response.fields.add("ETag", one.etag);
      if (request.fields.find("If-None-Match") == one.etag)
        response.status = 304;
      else
        response.body = one.content;
      return response;
    }
    return {};
  };
}

}  // namespace troupe_node
