// What is known of a TLS session with a client.
#pragma once

#include <string>

namespace howdah::io {

struct TlsFacts {
  // The client has one that an authority of ours has signed.
  bool has_certificate = false;
  std::string common_name = {};         // of its subject; empty: none, more than one, or one with a zero byte
  std::string distinguished_name = {};  // of its subject, in the form of RFC 2253
  std::string server_end_point = {};    // see TlsContext::server_end_point
};

}  // namespace howdah::io
