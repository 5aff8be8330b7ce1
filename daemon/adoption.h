// What a reload or SET brings to the workers: the settings that hold from now on, with what is made from them. Any
// thread.
#pragma once

#include <memory>

#include "config/settings.h"
#include "daemon/auth/secret_store.h"

namespace howdah {

struct Adoption {
  std::shared_ptr<const config::Settings> settings;
  std::shared_ptr<const auth::SecretStore> secrets;
  bool has_other_entries = false;  // of databases or users: some have come, are gone, or have other connections
};

}  // namespace howdah
