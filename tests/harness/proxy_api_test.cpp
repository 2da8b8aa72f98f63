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

TEST_CASE("the API refuses what it cannot do") {
  boost::asio::io_context loop;
  proxy_api api(loop, 1);
  const auto error = [&](const char* path, const char* body) {
    const auto told = api.handle("POST", path, body);
    CHECK(told.status == 400);
    return told.body;
  };
  const auto says = [](const std::string& told, const char* text) {
    return told.find(text) != std::string::npos;
  };
  CHECK(says(error("/proxies", "name"), "bad request body"));
  CHECK(says(error("/proxies", R"({"name": "a/b", "upstream": "127.0.0.1:9"})"), "name"));
  CHECK(says(error("/proxies", R"({"name": "a", "upstream": "nonsense"})"), "upstream"));
  CHECK(says(error("/proxies", R"({"name": "a", "upstream": "127.0.0.1:99999"})"), "upstream"));
  CHECK(says(error("/proxies", R"({"name": "a", "listen": "127.0.0.1:99999",
                                   "upstream": "127.0.0.1:9"})"),
             "listen"));
  CHECK(api.handle("GET", "/proxies", {}).body == "{}");

  CHECK(api.handle("POST", "/proxies", R"({"name": "a", "listen": "127.0.0.1:0",
                                           "upstream": "127.0.0.1:9"})")
            .status == 201);
  const char* toxics = "/proxies/a/toxics";
  CHECK(says(error(toxics, R"({"type": "heal"})"), "invalid toxic type"));
  CHECK(says(error(toxics, R"({"type": "latency", "stream": "sideways"})"), "stream was invalid"));
  CHECK(says(error(toxics, R"({"type": "latency", "toxicity": 7})"), "toxicity"));
  CHECK(says(error(toxics, R"({"type": "latency", "attributes": {"latncy": 5}})"), "latncy"));
  CHECK(says(error(toxics, R"({"type": "bandwidth", "attributes": {"rate": -1}})"), "rate"));
  CHECK(says(error("/proxies/a", R"({"upstream": "nonsense"})"), "upstream"));
  CHECK(api.handle("GET", toxics, {}).body == "[]");
}

TEST_CASE("the API serves programs, and no web page unless told") {
  boost::asio::io_context loop;
  const proxy_api api(loop, 1);
  const auto status = [&](const proxy_api::sender& who) {
    const auto refused = api.refusal(who);
    return refused ? refused->status : 200;
  };
  const char* browser = "Mozilla/5.0 (X11; Linux x86_64)";
  CHECK(status({"Go-http-client/1.1", "localhost:8474"}) == 200);
  CHECK(status({"node", "127.0.0.1:8474"}) == 200);
  CHECK(status({"node", "[::1]:8474"}) == 200);
  CHECK(status({"node", "[::1]"}) == 200);
  CHECK(status({"", ""}) == 200);
  CHECK(status({browser, "127.0.0.1:8474"}) == 403);
  CHECK(status({"node", "127.0.0.1:8474", true}) == 403);
  CHECK(status({"node", "evil.example:8474"}) == 403);
  CHECK_FALSE(proxy_api(loop, 1, true).refusal({browser, "evil.example", true}));
}
