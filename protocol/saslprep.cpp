#include "protocol/saslprep.h"

#include <stringprep.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

namespace howdah::protocol {

namespace {

struct FreeDeleter {
  void operator()(void* memory) const { std::free(memory); }
};

// Normalising makes at most 18 characters of one (U+FDFA).
constexpr std::size_t kLongestDecomposition = 18;

// libidn's SASLprep, with the normalisation moved to the end: PostgreSQL looks for prohibited characters
// before it.
std::vector<Stringprep_profile> postgres_profile() {
  std::vector<Stringprep_profile> steps;
  Stringprep_profile normalisation{};
  for (const auto* step = stringprep_saslprep; step->operation != 0; ++step) {
    if (step->operation == STRINGPREP_NFKC) {
      normalisation = *step;
    } else {
      steps.push_back(*step);
    }
  }
  steps.push_back(normalisation);
  steps.emplace_back();
  return steps;
}

void cleanse(std::vector<std::uint32_t>& characters) {
  protocol::cleanse(reinterpret_cast<char*>(characters.data()), characters.size() * sizeof(std::uint32_t));
}

// The characters of a UTF-8 text, with room to grow; nothing where it is none.
std::vector<std::uint32_t> read_utf8(std::string_view text, std::size_t& count) {
  const std::unique_ptr<std::uint32_t, FreeDeleter> read(
      stringprep_utf8_to_ucs4(text.data(), static_cast<ssize_t>(text.size()), &count));
  if (!read) return {};
  std::vector<std::uint32_t> characters(read.get(), read.get() + count);
  protocol::cleanse(reinterpret_cast<char*>(read.get()), count * sizeof(std::uint32_t));
  characters.resize(count * kLongestDecomposition + 1);
  return characters;
}

SecretText write_utf8(const std::vector<std::uint32_t>& characters, std::size_t count) {
  std::size_t size = 0;
  const std::unique_ptr<char, FreeDeleter> text(
      stringprep_ucs4_to_utf8(characters.data(), static_cast<ssize_t>(count), nullptr, &size));
  if (!text) return {};
  SecretText result{std::string_view(text.get(), size)};
  protocol::cleanse(text.get(), size);
  return result;
}

// Empty where SASLprep refuses the text.
SecretText run_saslprep(std::string_view text) {
  std::size_t count = 0;
  auto characters = read_utf8(text, count);
  if (characters.empty()) return {};
  const auto profile = postgres_profile();
  const auto result =
      stringprep_4i(characters.data(), &count, characters.size(), STRINGPREP_NO_UNASSIGNED, profile.data());
  SecretText prepared;
  if (result == STRINGPREP_OK) prepared = write_utf8(characters, count);
  cleanse(characters);
  return prepared;
}

}  // namespace

SecretText prepare_password(std::string_view password) {
  const bool is_ascii = std::ranges::none_of(password, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (is_ascii) return SecretText(password);
  auto prepared = run_saslprep(password);
  if (prepared.view().empty()) return SecretText(password);
  return prepared;
}

}  // namespace howdah::protocol
