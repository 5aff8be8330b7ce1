// What a session may have left on its server, and what a probe has found there. What is suspected is cleared up by
// asking the server (state_probe.h); what is held, by such an answer or because nothing else can be, keeps the server
// with its session. One server's; one thread.
#pragma once

#include "protocol/state_hints.h"

namespace howdah::protocol {

class LeftState {
 public:
  // Asking the server will tell; what it cannot be asked for is held.
  void suspect(StateKinds kinds);
  void suspect(StateKind kind) {
    StateKinds kinds;
    kinds.add(kind);
    suspect(kinds);
  }
  // It is there, and stays until it is removed or a probe that asks for it finds it gone.
  void hold(StateKind kind) { hold(StateKinds{kind}); }
  // Of these kinds nothing is known from now on, whatever is said of them.
  void ignore(StateKinds kinds) { ignored_ = kinds; }
  void remove(StateKind kind);
  // All is gone but what lasts as long as the connection.
  void discard_all();

  [[nodiscard]] bool is_empty() const { return suspected_.is_empty() && held_.is_empty() && asked_.is_empty(); }
  [[nodiscard]] bool has(StateKind kind) const { return suspected_.has(kind) || held_.has(kind) || asked_.has(kind); }
  [[nodiscard]] StateKinds suspected() const { return suspected_; }
  [[nodiscard]] StateKinds held() const { return held_; }
  [[nodiscard]] StateKinds kinds() const;
  // Of those that are held, the first one's name; else that of the first suspected one; empty where there is none.
  [[nodiscard]] std::string_view first_name() const;

  // A probe is sent: what it asks for, which is all that is suspected or held and can be asked for. What is suspected
  // from now on comes after it.
  [[nodiscard]] StateKinds begin_probe();
  // It has found these of what it asked for.
  void end_probe(StateKinds found);
  // It was refused or is given up: all that it asked for is taken to be there.
  void fail_probe();

 private:
  void hold(StateKinds kinds) {
    kinds.remove(ignored_);
    held_.add(kinds);
  }

  StateKinds suspected_;
  StateKinds asked_;
  StateKinds held_;
  StateKinds ignored_;
};

}  // namespace howdah::protocol
