// The method pam: the service of the rule is given the user and the password.
// (PostgreSQL documentation: "PAM Authentication"; Linux-PAM Application Developers' Guide)
#pragma once

#include <string>

#include "config/settings.h"
#include "daemon/auth/errand.h"
#include "daemon/io/peer_address.h"
#include "protocol/crypto.h"

namespace howdah::auth {

// A module may take as long as it likes, and nobody can stop it: the thread is held until it answers.
[[nodiscard]] OutsideWork make_pam_check(const config::AuthRule& rule, const std::string& user,
                                         protocol::SecretText password, const io::PeerAddress& peer);

}  // namespace howdah::auth
