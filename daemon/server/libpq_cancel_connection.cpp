#include "daemon/server/libpq_cancel_connection.h"

#include <dlfcn.h>

#include <utility>

namespace howdah::server {

namespace {

// libpq's PGcancelConn.
struct CancelConnection;

struct Functions {
  CancelConnection* (*create)(pg_conn*) = nullptr;
  int (*blocking)(CancelConnection*) = nullptr;
  void (*reset)(CancelConnection*) = nullptr;
  void (*finish)(CancelConnection*) = nullptr;

  [[nodiscard]] bool are_there() const {
    return create != nullptr && blocking != nullptr && reset != nullptr && finish != nullptr;
  }
};

template <typename Function>
void find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

Functions find_functions() {
  Functions functions;
  find(functions.create, "PQcancelCreate");
  find(functions.blocking, "PQcancelBlocking");
  find(functions.reset, "PQcancelReset");
  find(functions.finish, "PQcancelFinish");
  return functions;
}

const Functions& functions() {
  static const Functions found = find_functions();
  return found;
}

class EncryptedRequest final : public CancelRequest {
 public:
  explicit EncryptedRequest(pg_conn* connection) : connection_(functions().create(connection)) {}
  ~EncryptedRequest() override { functions().finish(connection_); }
  EncryptedRequest(const EncryptedRequest&) = delete;
  EncryptedRequest& operator=(const EncryptedRequest&) = delete;

  void send() override {
    functions().blocking(connection_);
    functions().reset(connection_);
  }

 private:
  CancelConnection* connection_;
};

}  // namespace

std::shared_ptr<CancelRequest> make_encrypted_request(pg_conn* connection) {
  if (!functions().are_there()) return nullptr;
  return std::make_shared<EncryptedRequest>(connection);
}

}  // namespace howdah::server
