#include "daemon/auth/pam_check.h"

#include <security/pam_appl.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

#include "daemon/auth/child_signals.h"

namespace howdah::auth {

namespace {

using protocol::SecretText;

// What the modules say, for the log.
constexpr std::size_t kMostWords = 500;

// The longest that a module can have who guesses wait.
constexpr auto kMostDelay = std::chrono::seconds(10);

// Answers each question that hides what is typed with the password, and no other.
class Conversation {
 public:
  explicit Conversation(const SecretText& password) : password_(password) {}

  [[nodiscard]] pam_conv callback() { return {.conv = answer, .appdata_ptr = this}; }
  [[nodiscard]] const std::string& words() const { return words_; }
  // What the modules want a failure to take.
  [[nodiscard]] std::chrono::milliseconds delay() const { return delay_; }

  // PAM calls it where it would sleep itself, which would keep the thread from those who know their password.
  static void note_delay(int status, unsigned microseconds, void* self) noexcept {
    if (status == PAM_SUCCESS || self == nullptr) return;
    const auto asked = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(microseconds));
    static_cast<Conversation*>(self)->delay_ = std::min<std::chrono::milliseconds>(asked, kMostDelay);
  }

 private:
  using Messages = std::span<const pam_message*>;
  using Responses = std::span<pam_response>;

  static int answer(int count, const pam_message** messages, pam_response** responses, void* self) noexcept {
    return static_cast<Conversation*>(self)->answer_all(count, messages, responses);
  }

  // The answers are the module's to free.
  int answer_all(int count, const pam_message** messages, pam_response** responses) {
    if (count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
    const auto size = static_cast<std::size_t>(count);
    auto* const memory = static_cast<pam_response*>(std::calloc(size, sizeof(pam_response)));
    if (memory == nullptr) return PAM_BUF_ERR;
    const Responses made(memory, size);
    for (std::size_t i = 0; i < size; ++i) {
      if (answer_one(*Messages(messages, size)[i], made[i])) continue;
      forget(made);
      return PAM_CONV_ERR;
    }
    *responses = memory;
    return PAM_SUCCESS;
  }

  bool answer_one(const pam_message& message, pam_response& response) {
    switch (message.msg_style) {
      case PAM_PROMPT_ECHO_OFF:
        response.resp = strndup(password_.view().data(), password_.view().size());
        return response.resp != nullptr;
      case PAM_ERROR_MSG:
      case PAM_TEXT_INFO:
        note(message.msg);
        return true;
      default:
        note("a question to which a password is no answer");
        return false;
    }
  }

  void note(const char* text) {
    if (text == nullptr || words_.size() >= kMostWords) return;
    words_.append("; ").append(std::string_view(text).substr(0, kMostWords - words_.size()));
  }

  static void forget(Responses responses) {
    for (auto& one : responses) {
      if (one.resp == nullptr) continue;
      protocol::cleanse(one.resp, std::strlen(one.resp));
      std::free(one.resp);
    }
    std::free(responses.data());
  }

  const SecretText& password_;
  std::string words_;
  std::chrono::milliseconds delay_ = {};
};

// Ended with what became of it, as PAM wants it.
class Transaction {
 public:
  Transaction(const std::string& service, const std::string& user, Conversation& conversation)
      : callback_(conversation.callback()), status_(pam_start(service.c_str(), user.c_str(), &callback_, &handle_)) {}
  ~Transaction() {
    if (handle_ != nullptr) pam_end(handle_, status_);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Does the next step, unless one has failed.
  void step(const char* name, auto&& act) {
    if (status_ != PAM_SUCCESS) return;
    status_ = act(handle_);
    step_ = name;
  }

  [[nodiscard]] bool is_good() const { return status_ == PAM_SUCCESS; }
  [[nodiscard]] std::string failure() const { return std::string(step_) + ": " + pam_strerror(handle_, status_); }

 private:
  const pam_conv callback_;
  pam_handle_t* handle_ = nullptr;
  const char* step_ = "pam_start";
  int status_;
};

Answer judge(const std::string& service, const std::string& user, const SecretText& password,
             const std::string& remote_host) {
  const ChildSignals of_children;
  Conversation conversation(password);
  Transaction transaction(service, user, conversation);
  transaction.step("PAM_FAIL_DELAY", [](auto* handle) {
    return pam_set_item(handle, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&Conversation::note_delay));
  });
  if (!remote_host.empty()) {
    transaction.step("PAM_RHOST", [&](auto* handle) { return pam_set_item(handle, PAM_RHOST, remote_host.c_str()); });
  }
  transaction.step("pam_authenticate", [](auto* handle) { return pam_authenticate(handle, 0); });
  transaction.step("pam_acct_mgmt", [](auto* handle) { return pam_acct_mgmt(handle, 0); });
  if (transaction.is_good()) return {.is_right = true};
  return {.log_detail = transaction.failure() + conversation.words(), .delay = conversation.delay()};
}

}  // namespace

OutsideWork make_pam_check(const config::AuthRule& rule, const std::string& user, SecretText password,
                           const io::PeerAddress& peer) {
  return {[service = rule.pam_service, user, password = std::move(password), host = peer.host()] {
    return judge(service, user, password, host);
  }};
}

}  // namespace howdah::auth
