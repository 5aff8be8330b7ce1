// The words of the configuration for the values of an enum.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace howdah::config {

template <typename Enum>
struct Word {
  std::string_view text;
  Enum value;
};

template <typename Enum>
inline constexpr std::array<Word<Enum>, 0> kWords{};
template <>
inline constexpr std::array kWords<PoolMode>{Word{"transaction", PoolMode::Transaction},
                                             Word{"session", PoolMode::Session},
                                             Word{"statement", PoolMode::Statement}};
template <>
inline constexpr std::array kWords<StateProbe>{Word{"triggered", StateProbe::Triggered},
                                               Word{"background", StateProbe::Background},
                                               Word{"always", StateProbe::Always}};
template <>
inline constexpr std::array kWords<ListenerLost>{Word{"disconnect", ListenerLost::Disconnect},
                                                 Word{"relisten", ListenerLost::Relisten}};
template <>
inline constexpr std::array kWords<StatePolicy>{Word{"pin", StatePolicy::Pin}, Word{"reject", StatePolicy::Reject},
                                                Word{"ignore", StatePolicy::Ignore}};
template <>
inline constexpr std::array kWords<SettingsPolicy>{
    Word{"carry", SettingsPolicy::Carry}, Word{"pin", SettingsPolicy::Pin}, Word{"reject", SettingsPolicy::Reject},
    Word{"ignore", SettingsPolicy::Ignore}};
template <>
inline constexpr std::array kWords<ListenPolicy>{Word{"carry", ListenPolicy::Carry}, Word{"pin", ListenPolicy::Pin},
                                                 Word{"reject", ListenPolicy::Reject},
                                                 Word{"ignore", ListenPolicy::Ignore}};
template <>
inline constexpr std::array kWords<SequencePolicy>{Word{"auto", SequencePolicy::Auto}, Word{"pin", SequencePolicy::Pin},
                                                   Word{"reject", SequencePolicy::Reject},
                                                   Word{"ignore", SequencePolicy::Ignore}};
template <>
inline constexpr std::array kWords<AuthMethod>{Word{"scram-sha-256", AuthMethod::ScramSha256},
                                               Word{"md5", AuthMethod::Md5},
                                               Word{"password", AuthMethod::Password},
                                               Word{"trust", AuthMethod::Trust},
                                               Word{"reject", AuthMethod::Reject},
                                               Word{"cert", AuthMethod::Cert},
                                               Word{"peer", AuthMethod::Peer},
                                               Word{"pam", AuthMethod::Pam},
                                               Word{"ldap", AuthMethod::Ldap},
                                               Word{"backend", AuthMethod::Backend}};
template <>
inline constexpr std::array kWords<TlsMode>{Word{"disable", TlsMode::Disable}, Word{"allow", TlsMode::Allow},
                                            Word{"require", TlsMode::Require}};
template <>
inline constexpr std::array kWords<ClientCertificate>{Word{"none", ClientCertificate::None},
                                                      Word{"request", ClientCertificate::Request},
                                                      Word{"require", ClientCertificate::Require}};
template <>
inline constexpr std::array kWords<TlsVersion>{Word{"1.2", TlsVersion::Tls12}, Word{"1.3", TlsVersion::Tls13}};
template <>
inline constexpr std::array kWords<RuleTls>{Word{"any", RuleTls::Any}, Word{"required", RuleTls::Required},
                                            Word{"refused", RuleTls::Refused}};
template <>
inline constexpr std::array kWords<ClientCertificateCheck>{Word{"none", ClientCertificateCheck::None},
                                                           Word{"verify-ca", ClientCertificateCheck::VerifyCa},
                                                           Word{"verify-full", ClientCertificateCheck::VerifyFull}};
template <>
inline constexpr std::array kWords<CertificateName>{Word{"cn", CertificateName::CommonName},
                                                    Word{"dn", CertificateName::DistinguishedName}};
template <>
inline constexpr std::array kWords<LdapSettings::Scheme>{Word{"ldap", LdapSettings::Scheme::Ldap},
                                                         Word{"ldaps", LdapSettings::Scheme::Ldaps}};
template <>
inline constexpr std::array kWords<LdapSettings::Scope>{Word{"base", LdapSettings::Scope::Base},
                                                        Word{"one", LdapSettings::Scope::One},
                                                        Word{"sub", LdapSettings::Scope::Subtree}};
template <>
inline constexpr std::array kWords<LogLevel>{Word{"debug", LogLevel::Debug}, Word{"info", LogLevel::Info},
                                             Word{"warning", LogLevel::Warning}, Word{"error", LogLevel::Error}};
template <>
inline constexpr std::array kWords<LogFormat>{Word{"text", LogFormat::Text}, Word{"json", LogFormat::Json}};

template <typename Enum>
[[nodiscard]] std::optional<Enum> parse_word(std::string_view text) {
  for (const auto& word : kWords<Enum>) {
    if (word.text == text) return word.value;
  }
  return std::nullopt;
}

template <typename Enum>
[[nodiscard]] std::string_view word_of(Enum value) {
  for (const auto& word : kWords<Enum>) {
    if (word.value == value) return word.text;
  }
  return {};
}

template <typename Enum>
[[nodiscard]] std::vector<std::string_view> all_words() {
  std::vector<std::string_view> words;
  words.reserve(kWords<Enum>.size());
  for (const auto& word : kWords<Enum>) words.push_back(word.text);
  return words;
}

}  // namespace howdah::config
