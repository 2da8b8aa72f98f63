#include <troupe/harness/command.hpp>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include <troupe/harness/command/commands.hpp>
#include <troupe/harness/fault.hpp>
#include <troupe/harness/revision.hpp>
#include <troupe/harness/scenario_members.hpp>

namespace troupe::harness {

namespace {

int list() {
  for (const fault_description& one : all_faults()) {
    const std::string name(one.name), group(name_of(one.group)), text(one.text),
        attributes = attributes_text(one);
    std::printf("%-18s %-9s %s  %s%s%s%s\n", name.c_str(), group.c_str(),
                one.in_proxy ? "proxy" : "     ", text.c_str(), attributes.empty() ? "" : " (",
                attributes.c_str(), attributes.empty() ? "" : ")");
  }
  return 0;
}

}  // namespace

int run_command(int argc, char** argv, const run_options& how) {
  CLI::App app{"Faults for Socket.IO servers: simulated under a seed, or between real peers"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "troupe-fault " + std::string(revision()));
  CLI::App* listing = app.add_subcommand("list", "every fault, with its attributes");
  CLI::App* schema = app.add_subcommand("schema", "JSON Schema of scenarios");
  CLI::App* running = app.add_subcommand("run", "run a scenario under one seed or many");
  CLI::App* passing = app.add_subcommand("proxy", "stand between clients and a server");
  const command run = add_run(*running, how);
  const command proxy = add_proxy(*passing);
  try {
    app.parse(argc, argv);
    if (listing->parsed()) return list();
    if (schema->parsed()) return std::fputs(scenario_schema().c_str(), stdout) < 0 ? 2 : 0;
    return running->parsed() ? run() : proxy();
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  } catch (const std::exception& thrown) {
    std::fprintf(stderr, "troupe-fault: %s\n", thrown.what());
    return 2;
  }
}

}  // namespace troupe::harness
