// The non-template parts of Boost.Beast, compiled once for all of the program.
#include <boost/beast/src.hpp>
