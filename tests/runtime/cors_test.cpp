#include <tests/catch.hpp>

#include <string>

#include <troupe/runtime/cors.hpp>

using troupe::cors_options;
using troupe::origin_pattern;
using troupe::origin_rule;
using troupe::runtime::apply_cors;
using troupe::transport::header_fields;
using troupe::transport::http_request;

namespace {

constexpr const char* allow_origin = "Access-Control-Allow-Origin";

http_request from(std::string origin, std::string method = "GET") {
  http_request request;
  request.method = std::move(method);
  if (!origin.empty()) request.fields.add("Origin", std::move(origin));
  return request;
}

header_fields headers(const cors_options& options, const http_request& request) {
  header_fields fields;
  CHECK(apply_cors(options, request, fields) == (request.method == "OPTIONS"));
  return fields;
}

}  // namespace

TEST_CASE("a star names every origin and does not vary") {
  const header_fields fields = headers({}, from("https://a.example"));
  CHECK(fields.find(allow_origin) == "*");
  CHECK_FALSE(fields.has("Vary"));
  CHECK_FALSE(fields.has("Access-Control-Allow-Credentials"));
}

TEST_CASE("one origin is named to everybody and varies") {
  cors_options options;
  options.origin = "https://a.example";
  for (const char* asking : {"https://a.example", "https://b.example", ""}) {
    const header_fields fields = headers(options, from(asking));
    CHECK(fields.find(allow_origin) == "https://a.example");
    CHECK(fields.find("Vary") == "Origin");
  }
}

TEST_CASE("a listed origin is repeated, another is not, and both vary") {
  cors_options options;
  options.origin = {"https://a.example", origin_pattern{"^https://[a-z]+\\.b\\.example$"}};
  options.credentials = true;
  options.exposed_headers = "X-Mine";
  const header_fields listed = headers(options, from("https://www.b.example"));
  CHECK(listed.find(allow_origin) == "https://www.b.example");
  CHECK(listed.find("Vary") == "Origin");
  CHECK(listed.find("Access-Control-Allow-Credentials") == "true");
  CHECK(listed.find("Access-Control-Expose-Headers") == "X-Mine");
  const header_fields other = headers(options, from("https://c.example"));
  CHECK_FALSE(other.has(allow_origin));
  CHECK(other.find("Vary") == "Origin");
}

TEST_CASE("a request without an origin matches no listed one") {
  cors_options options;
  options.origin = {"https://a.example"};
  CHECK_FALSE(headers(options, from("")).has(allow_origin));
}

TEST_CASE("true repeats any origin, but nothing else that stands there") {
  cors_options options;
  options.origin = true;
  CHECK(headers(options, from("https://a.example")).find(allow_origin) == "https://a.example");
  CHECK_FALSE(headers(options, from("https://a.example\r\nX: y")).has(allow_origin));
}

TEST_CASE("false says nothing and leaves the preflight to others") {
  cors_options options;
  options.origin = false;
  header_fields fields;
  CHECK_FALSE(apply_cors(options, from("https://a.example", "OPTIONS"), fields));
  CHECK(fields.all().empty());
}

TEST_CASE("an origin rule is what it was made from") {
  CHECK(origin_rule(true).allows("https://a.example"));
  CHECK_FALSE(origin_rule(true).allows(""));
  CHECK_FALSE(origin_rule(false).allows("https://a.example"));
  CHECK(origin_rule("*").allows(""));
  CHECK(origin_rule([](std::string_view origin) { return origin.size() == 3; }).allows("abc"));
  CHECK_FALSE(origin_rule(origin_pattern{"a\\.example$"}).allows("https://a.example.org"));
  CHECK_FALSE(origin_rule(true).allows(std::string(513, 'a')));
  const std::vector<std::string> listed{"https://a.example", "https://b.example"};
  CHECK(origin_rule(listed).allows("https://b.example"));
  CHECK_FALSE(origin_rule(listed).allows("https://c.example"));
}

TEST_CASE("a preflight is answered with what it asks for") {
  http_request request = from("https://a.example", "OPTIONS");
  request.fields.add("Access-Control-Request-Headers", "X-One, x-two");
  cors_options options;
  options.max_age = std::chrono::seconds(60);
  const header_fields fields = headers(options, request);
  CHECK(fields.find("Access-Control-Allow-Methods") == "GET,HEAD,PUT,PATCH,POST,DELETE");
  CHECK(fields.find("Access-Control-Allow-Headers") == "X-One, x-two");
  CHECK(fields.find("Access-Control-Max-Age") == "60");
}

TEST_CASE("a preflight that goes on has its headers all the same") {
  cors_options options;
  options.preflight_continue = true;
  header_fields fields;
  CHECK_FALSE(apply_cors(options, from("https://a.example", "OPTIONS"), fields));
  CHECK(fields.has("Access-Control-Allow-Methods"));
}

TEST_CASE("a preflight that asks for what is no header name gets no such line") {
  http_request request = from("https://a.example", "OPTIONS");
  request.fields.add("Access-Control-Request-Headers", "X\r\nSet-Cookie: a=b");
  CHECK_FALSE(headers({}, request).has("Access-Control-Allow-Headers"));
}

TEST_CASE("allowed headers that are configured are named, whatever is asked for") {
  http_request request = from("https://a.example", "OPTIONS");
  request.fields.add("Access-Control-Request-Headers", "X-One");
  cors_options options;
  options.allowed_headers = "X-Mine";
  CHECK(headers(options, request).find("Access-Control-Allow-Headers") == "X-Mine");
}
