#include <troupe/harness/command.hpp>

int main(int argc, char** argv) {
  return troupe::harness::run_command(argc, argv);
}
