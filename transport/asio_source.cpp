// The non-template parts of Boost.Asio, compiled once for all of the program.
#include <boost/asio/impl/src.hpp>
