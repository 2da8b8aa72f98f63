#include <tests/catch.hpp>

#include <string>

#include <troupe/runtime/cors.hpp>

using troupe::cors_options;
using troupe::runtime::add_cors_headers;
using troupe::runtime::answer_preflight;
using troupe::transport::header_fields;
using troupe::transport::http_request;

namespace {

http_request from(std::string origin) {
  http_request request;
  request.fields.add("Origin", std::move(origin));
  return request;
}

header_fields headers(const cors_options& options, const http_request& request) {
  header_fields fields;
  add_cors_headers(options, request, fields);
  return fields;
}

}  // namespace

TEST_CASE("any origin is allowed by a star, which does not vary") {
  const header_fields fields = headers({}, from("https://a.example"));
  CHECK(fields.find("Access-Control-Allow-Origin") == "*");
  CHECK_FALSE(fields.has("Vary"));
  CHECK_FALSE(fields.has("Access-Control-Allow-Credentials"));
}

TEST_CASE("a listed origin is repeated, another is not, and both vary") {
  cors_options options;
  options.origins = {"https://a.example", "https://b.example"};
  options.credentials = true;
  options.exposed_headers = "X-Mine";
  const header_fields listed = headers(options, from("https://b.example"));
  CHECK(listed.find("Access-Control-Allow-Origin") == "https://b.example");
  CHECK(listed.find("Vary") == "Origin");
  CHECK(listed.find("Access-Control-Allow-Credentials") == "true");
  CHECK(listed.find("Access-Control-Expose-Headers") == "X-Mine");
  const header_fields other = headers(options, from("https://c.example"));
  CHECK_FALSE(other.has("Access-Control-Allow-Origin"));
  CHECK(other.find("Vary") == "Origin");
}

TEST_CASE("a request without an origin matches no listed one") {
  cors_options options;
  options.origins = {"https://a.example"};
  CHECK_FALSE(headers(options, {}).has("Access-Control-Allow-Origin"));
}

TEST_CASE("a preflight is answered with what it asks for") {
  http_request request = from("https://a.example");
  request.fields.add("Access-Control-Request-Headers", "X-One, x-two");
  cors_options options;
  options.max_age = std::chrono::seconds(60);
  const auto response = answer_preflight(options, request);
  CHECK(response.status == 204);
  CHECK(response.body.empty());
  CHECK(response.fields.find("Access-Control-Allow-Methods") == "GET,HEAD,PUT,PATCH,POST,DELETE");
  CHECK(response.fields.find("Access-Control-Allow-Headers") == "X-One, x-two");
  CHECK(response.fields.find("Access-Control-Max-Age") == "60");
}

TEST_CASE("a preflight that asks for what is no header name gets no such line") {
  http_request request = from("https://a.example");
  request.fields.add("Access-Control-Request-Headers", "X\r\nSet-Cookie: a=b");
  CHECK_FALSE(answer_preflight({}, request).fields.has("Access-Control-Allow-Headers"));
}

TEST_CASE("allowed headers that are configured are named, whatever is asked for") {
  http_request request = from("https://a.example");
  request.fields.add("Access-Control-Request-Headers", "X-One");
  cors_options options;
  options.allowed_headers = "X-Mine";
  const auto response = answer_preflight(options, request);
  CHECK(response.fields.find("Access-Control-Allow-Headers") == "X-Mine");
}
