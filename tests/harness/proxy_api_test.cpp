#include <tests/catch.hpp>

#include <troupe/harness/proxy_api.hpp>

using namespace troupe::harness;

TEST_CASE("the API makes, changes and removes proxies and toxics as Toxiproxy's does") {
  boost::asio::io_context loop;
  proxy_api api(loop, 1);
  const auto status = [&](const char* method, const char* path, const char* body = "") {
    return api.handle(method, path, body).status;
  };
  const char* proxy = R"({"name": "one", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9"})";
  CHECK(status("POST", "/proxies", proxy) == 201);
  CHECK(status("POST", "/proxies", proxy) == 409);
  CHECK(status("POST", "/proxies", "{}") == 400);
  CHECK(status("GET", "/proxies/one") == 200);
  CHECK(status("GET", "/proxies/other") == 404);
  CHECK(status("POST", "/proxies/one/toxics", R"({"type": "latency"})") == 200);
  CHECK(status("POST", "/proxies/one/toxics", R"({"type": "latency"})") == 409);
  CHECK(status("POST", "/proxies/one/toxics", R"({"type": "rain"})") == 400);
  CHECK(status("POST", "/proxies/one/toxics/latency_downstream",
               R"({"attributes": {"latency": 5}})") == 200);
  CHECK(api.handle("GET", "/proxies/one/toxics", {}).body ==
        R"([{"name":"latency_downstream","type":"latency","stream":"downstream",)"
        R"("toxicity":1E0,"attributes":{"latency":5}}])");
  CHECK(status("DELETE", "/proxies/one/toxics/latency_downstream") == 204);
  CHECK(status("POST", "/proxies/one", R"({"enabled": false})") == 200);
  CHECK(api.handle("GET", "/proxies/one", {}).body.find("\"enabled\":false") != std::string::npos);
  CHECK(status("POST", "/reset") == 204);
  CHECK(api.handle("GET", "/proxies/one", {}).body.find("\"enabled\":true") != std::string::npos);
  CHECK(status("DELETE", "/proxies/one") == 204);
  CHECK(api.handle("GET", "/proxies", {}).body == "{}");
}
