// A connection as bytes: what sessions and servers see of a socket, plain or TLS. Tests put a stream in memory here.
// One worker's thread only. No call here calls the handler back before it returns.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "daemon/io/output_batch.h"
#include "daemon/io/tls_context.h"
#include "daemon/io/tls_facts.h"
#include "protocol/bytes.h"

namespace howdah::io {

enum class StreamEnd {
  EndOfFile,  // the peer sends nothing more, but may still read
  Error,      // reset, time-out, TLS failure: nothing goes either way any more
};

class StreamHandler {
 public:
  // Bytes from the peer, first what was left over before; they die when the call returns. Returns how many were taken
  // from the front: the stream keeps the rest and delivers it again, in front of the next bytes or at `redeliver`.
  [[nodiscard]] virtual std::size_t on_bytes(protocol::Bytes bytes) = 0;
  // All pending output has gone to the kernel.
  virtual void on_drained() = 0;
  // Each end is told once. After EndOfFile (with bytes left over already delivered) an Error may still follow.
  virtual void on_end(StreamEnd end) = 0;

 protected:
  ~StreamHandler() = default;
};

class Stream {
 public:
  virtual ~Stream() = default;

  // Who hears of bytes and ends from now on; must outlive the stream or be replaced.
  virtual void set_handler(StreamHandler& handler) = 0;

  // Sends the batch in as few system calls as may be and clears it. What the kernel does not take is copied and sent
  // when it can be. A failure is told later, by on_end(Error).
  virtual void write(OutputBatch& batch) = 0;
  [[nodiscard]] virtual std::size_t pending_bytes() const = 0;

  // While off, nothing is read from the peer, so that its kernel makes it wait.
  virtual void set_reading(bool on) = 0;
  // Delivers the bytes left over once more, at the end of this turn, whether or not reading is on; also those that the
  // on_bytes under way is about to leave.
  virtual void redeliver() = 0;

  // The bytes from now on are those of a TLS session in which we are the server; first those that the on_bytes under
  // way leaves over. What was written before must have gone. A client that began with it `must_name_protocol` by ALPN.
  virtual void start_tls(TlsContextPointer context, bool must_name_protocol) = 0;
  // Nothing where the bytes are plain; there once bytes have come by TLS.
  [[nodiscard]] virtual std::optional<TlsFacts> tls_facts() const { return std::nullopt; }
  // Behind an end by Error: why, in a few words for the log; empty where nobody knows.
  [[nodiscard]] virtual std::string failure() const { return {}; }

  // Our end of it, as "127.0.0.1:6432", "[::1]:6432" or the path of a Unix socket; empty where there is no such thing.
  // Costs a system call.
  [[nodiscard]] virtual std::string local_name() const { return {}; }
  // "TLSv1.3/TLS_AES_256_GCM_SHA384"; empty where the bytes are plain.
  [[nodiscard]] virtual std::string tls_name() const { return {}; }

  // What the on_bytes under way takes is overwritten when it returns: it may be secret.
  virtual void overwrite_taken() {}

  // Sends nothing more: the peer sees an end of file. What is pending is lost.
  virtual void end_output() = 0;

  // Sends what is pending, then an end of file, and closes when the peer has; after a short while it closes anyway. The
  // old handler hears nothing more. A stream that is destroyed instead is closed at once.
  static void finish(std::unique_ptr<Stream> stream) {
    auto& self = *stream;
    self.linger(std::move(stream));
  }

  // Leaves the loop of its worker, so that another one can take it on (see server::BackendConnector). Nothing may be
  // pending, and no call of the handler under way.
  virtual void leave_loop() = 0;

  // What another process needs to go on with the connection: the socket, which stays ours to close, and what was read
  // from it and not taken yet. Both up to the next call.
  struct Handle {
    int descriptor;
    protocol::Bytes unread;
  };
  // Nothing by TLS, whose state cannot be told, nor while output is pending or an end of it has come.
  [[nodiscard]] virtual std::optional<Handle> handle() const { return std::nullopt; }

  // Whether bytes or an end of file wait to be read right now. Costs a system call; a stream in memory may say no.
  [[nodiscard]] virtual bool has_unread_input() const { return false; }

 private:
  // Takes ownership of itself, hands itself to the worker until the pending output has gone, or dies at once.
  virtual void linger(std::unique_ptr<Stream> self) = 0;
};

}  // namespace howdah::io
