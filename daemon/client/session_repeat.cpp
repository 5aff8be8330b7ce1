// A request that the server has refused because its prepared statement is outdated, and that has done nothing yet, is
// sent again with the statement prepared anew.
#include "daemon/client/session.h"

namespace howdah::client {

// Its error is the first answer, so that not even its Bind was done.
bool Session::can_repeat() const {
  return repeat_ == Repeat::None && !is_ending_ && server_->repeatable().is_whole() && server_->owed().size() == 1;
}

void Session::repeat_batch() {
  const auto batch = server_->repeatable().take();
  repeat_ = Repeat::UnderWay;
  if (!is_ending_ && take_requests(batch) < batch.size()) {
    end_after_replies("a request could not be sent again");
  }
  repeat_ = Repeat::None;
  if (state_ == State::Ended) return;
  end_if_all_is_answered();
  if (state_ != State::Ended) stream_->redeliver();
}

}  // namespace howdah::client
