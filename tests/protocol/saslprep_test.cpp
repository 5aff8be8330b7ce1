#include "protocol/saslprep.h"

#include <boost/test/unit_test.hpp>

#include "protocol/scram_verifier.h"

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(saslprep)

BOOST_AUTO_TEST_CASE(ascii_stays_as_it_is) {
  for (const auto& text : {""s, "secret"s, "a b"s, "a\x07\x7f"s}) BOOST_TEST(prepare_password(text).view() == text);
}

BOOST_AUTO_TEST_CASE(characters_that_look_alike_become_one) {
  BOOST_TEST(prepare_password("p\u00e4ss").view() == "p\u00e4ss");
  BOOST_TEST(prepare_password("pa\u0308ss").view() == "p\u00e4ss");
  BOOST_TEST(prepare_password("\ufb01x").view() == "fix");
  BOOST_TEST(prepare_password("I\u00adX").view() == "IX");
  BOOST_TEST(prepare_password("a\u00a0b").view() == "a b");
  BOOST_TEST(prepare_password("\u2168").view() == "IX");
  BOOST_TEST(prepare_password("a\u2135b").view() == "a\u05d0b");
}

BOOST_AUTO_TEST_CASE(the_longest_decomposition_fits) {
  std::string ligatures;
  for (int i = 0; i < 100; ++i) ligatures += "\ufdfa";
  BOOST_TEST(prepare_password(ligatures).view().size() == 3300u);
}

BOOST_AUTO_TEST_CASE(what_saslprep_refuses_is_taken_raw) {
  for (const auto& text : {"\u00e9\u0007"s, "\u00ad"s, "\u0627\u0031"s, "a\u0340b"s, "x\U0001F600\ufb01"s})
    BOOST_TEST(prepare_password(text).view() == text);
}

BOOST_AUTO_TEST_CASE(invalid_utf_8_is_taken_raw) {
  for (const auto& text : {"\xc3\x28\xef\xac\x81"s, "\xff\xfe"s, "\xc3"s, "\xed\xa0\x80"s, "\xc0\x80"s,
                           "\xf4\x90\x80\x80"s, "\xe9"s, "a\x80"s})
    BOOST_TEST(prepare_password(text).view() == text);
}

// Verifiers that PostgreSQL 15 stored for these passwords (`ALTER ROLE ... PASSWORD`).
BOOST_AUTO_TEST_CASE(postgresql_prepares_passwords_in_the_same_way) {
  struct Case {
    std::string password;
    std::string verifier;
  };
  const std::vector<Case> cases{
      {"p\u00e4ssw\u00f6rd",
       "SCRAM-SHA-256$4096:Yi9ngEuoi1HKuhg1ET2n7Q==$kQ+ZJhldj6eFs/CQNNy7YL5+ZZZvjVWEqcYqyc5DTZA=:"
       "q5QgesEEMWQFwRtiLtAfoWANaDiYEph8rwWT631U9Kw="},
      {"pa\u0308sswo\u0308rd",
       "SCRAM-SHA-256$4096:HWIqcJR1Vr9ELd1BUuMh1Q==$/pADkeBhTAIWb8aHfO1SSmM9mbYVW9LKTMD9e3dNOcI=:"
       "eI9y/f+6OYiLJzhxjxi5G8sZDcAJgN7xCOHV49wzCKk="},
      {"\ufb01x",
       "SCRAM-SHA-256$4096:xNFJlpQkGNnIN9bIvt3h2g==$8tUD6wYhw45KOcuzpraEEo8ecgwRWUcnka/YGXrd2kM=:"
       "gusUxehkFuSKD2vgVSbiq/InXQWvszmqtpQE4SXcqww="},
      {"I\u00adX",
       "SCRAM-SHA-256$4096:oUekCHOyBgloygxeSIc4Og==$20ohbPj1FctILYjAqjZ95pS8nXQs1trfstH1fTskxfg=:"
       "WrUh0rhQdhmhWfLYQbgM3T8Xjz2f9sD8fGwArEEYjEs="},
      {"a\u00a0b",
       "SCRAM-SHA-256$4096:3D+ONKC2GOSmPulsxzL+6Q==$UFb0dmKOiBE8o7W6r1NWI7N+wE/xxqW0EraXyzQh168=:"
       "kL24Ffk5c0LexlfNaSg3d3O9ar1XFUb4nVoGZNzLnSo="},
      {"\u0627\u0031",
       "SCRAM-SHA-256$4096:bJsFt29Ks6ByhXoeT8HulA==$Szf/gHFxE5p2ijafTLG5UA+x6Wh/RWRbOxwKhEEIJAM=:"
       "4hHwnrTTSTvLl768+0+5D2B5QpkLcwFzPOyV/lcThmM="},
      {"a\u0340b",
       "SCRAM-SHA-256$4096:qB5TF20wSaUfebtAXb4Qtw==$9r9Fv2jWFuNlhR7SdEv6WgPtXPYaO6D6Bwjxbjext/s=:"
       "QSqiE+H+Ws7xvbG8lFvWefjSei7YhWMqMMNz7dnvj/w="},
      {"x\U0001F600\ufb01",
       "SCRAM-SHA-256$4096:gw+hRM5qeSjPL8Tt83FfYg==$O5hTfeRhyKfHhgOgXr8cR9/RhcEE0vNu1THxI/4gmlk=:"
       "TMkcA9gGfKbBJaB+Risqi94dgviyQfdrtzG6EdFZ6m0="},
      {"a\x07\x62",
       "SCRAM-SHA-256$4096:9+LCmlAfN9VHQKfxY7EVPw==$pREo5wkZBv6S7OOVU/7+qVuCgLW3+fapBmU/PwCi2QY=:"
       "A9ii8NZS5UK8LZfG38hgoIcIgq2+m1/9SHmBJ/+KJI4="},
      {"\u00e9\x07",
       "SCRAM-SHA-256$4096:KYS10FRwqtGGwYwo/iWN1A==$OG4gRmaHUHBuYQN615lHf+WTjSm0bUB5cuZRY+0l8og=:"
       "bKY7htk5mnk4vwSeV+hDlePgHyGaxeGmSllHepCVh6M="},
      {"\u00ad",
       "SCRAM-SHA-256$4096:GSw2w5lGBsTfgLMo6nG1gw==$XhxwoNAhFm5k1tKvfqW41EiAThMG9GE6tEfCF0NzisY=:"
       "RyeWZ62rssUXauXb3RE5kmvNQeoBdYasyNuMUZ1JUNA="},
      {"\xc3\x28\xef\xac\x81",
       "SCRAM-SHA-256$4096:WiD2vF46evViI6nkIqRTNw==$KhAPaCXRRoYrPO12OEEDaLMk8EAHWbuibzkQZ0MGu8w=:"
       "wtqbAtQM2iOzVZyWEmxcFmzqVdpyvlb8dTy2miMp9UY="},
  };
  for (const auto& [password, text] : cases) {
    BOOST_TEST_CONTEXT(text) {
      const auto verifier = parse_scram_verifier(text);
      BOOST_REQUIRE(verifier.has_value());
      BOOST_TEST((derive_scram_keys(password, verifier->challenge) == verifier->keys));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
