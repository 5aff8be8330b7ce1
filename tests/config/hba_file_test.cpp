// pg_hba.conf as it is read. What PostgreSQL says to the same records was seen in pg_hba_file_rules of version 15.
#include "config/hba_file.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <regex>
#include <sstream>

#include "config/access_rules.h"
#include "config/origin.h"
#include "config/words.h"
#include "fake_outside.h"

namespace howdah::config {

namespace {

HbaFile read(const std::string& text, FakeOutside world = {}) {
  world.files["/etc/hba"] = text;
  return read_hba_file("/etc/hba", world.outside()).value();
}

std::string said_of_file(const std::string& text, const FakeOutside& world = {}) {
  std::string said;
  for (const auto& problem : read(text, world).problems) said += (said.empty() ? "" : "\n") + problem.message();
  return said;
}

std::string list_text(const std::vector<NamePattern>& list) {
  std::string text;
  for (const auto& pattern : list) {
    text += (text.empty() ? "" : ",") + pattern.text() + (pattern.kind() == NamePattern::Kind::Name ? "" : "!");
  }
  return text.empty() ? "*" : text;
}

// "local * * trust"; kinds of names other than plain ones have a '!'.
std::string shape_of(const AuthRule& rule) {
  return format_origin(rule.origin) + (rule.tls == RuleTls::Any ? "" : " tls " + std::string(word_of(rule.tls))) + " " +
         list_text(rule.databases) + " " + list_text(rule.users) + " " + std::string(word_of(rule.method));
}

std::string shape_of(const std::string& text, const FakeOutside& world = {}) {
  const auto file = read(text, world);
  BOOST_TEST(file.problems.empty());
  std::string shape;
  for (const auto& [rule, name, line] : file.rules) shape += (shape.empty() ? "" : "\n") + shape_of(rule);
  return shape;
}

AuthRule rule_of(const std::string& text) {
  const auto file = read(text);
  for (const auto& problem : file.problems) BOOST_TEST_MESSAGE(problem.message());
  BOOST_REQUIRE(file.rules.size() == 1U);
  return file.rules.front().rule;
}

struct Case {
  std::string text;
  std::string result;
};

void check_shapes(const std::vector<Case>& cases) {
  for (const auto& [text, shape] : cases) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(shape_of(text) == shape);
    }
  }
}

// Of one line each.
void check_refused(const std::vector<Case>& cases) {
  for (const auto& [text, said] : cases) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(said_of_file(text) == "/etc/hba:1: " + said);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hba_file)

BOOST_AUTO_TEST_CASE(each_type_of_record_becomes_a_rule) {
  check_shapes({{"local all all trust", "local * * trust"},
                {"host all all 10.0.0.0/8 md5", "10.0.0.0/8 * * md5"},
                {"hostssl all all ::1/128 cert", "::1/128 tls required * * cert"},
                {"hostnossl all all 10.0.0.1/32 reject", "10.0.0.1/32 tls refused * * reject"},
                {"hostnogssenc all all 10.0.0.1/32 scram-sha-256", "10.0.0.1/32 * * scram-sha-256"},
                {"local all all peer", "local * * peer"},
                {"local all all ident", "local * * peer"},
                {"local all all pam", "local * * pam"},
                {"local all all password", "local * * password"},
                {"host all all 10.0.0.1/32 backend", "10.0.0.1/32 * * backend"},
                {"\"local\" all all \"trust\"", "local * * trust"}});
}

BOOST_AUTO_TEST_CASE(all_addresses_are_those_of_both_kinds_and_no_unix_socket) {
  check_shapes({{"host all all all trust", "0.0.0.0/0 * * trust\n::/0 * * trust"}});
}

BOOST_AUTO_TEST_CASE(a_network_may_have_its_mask_beside_it) {
  check_shapes({{"host all all 10.1.0.0 255.255.0.0 trust", "10.1.0.0/16 * * trust"},
                {"host all all 10.1.0.0 0.0.0.0 trust", "10.1.0.0/0 * * trust"},
                {"host all all 10.1.2.3 255.255.255.255 trust", "10.1.2.3/32 * * trust"},
                {"host all all fe80:: ffc0:: trust", "fe80::/10 * * trust"}});
}

BOOST_AUTO_TEST_CASE(names_are_lists_with_words_that_quotes_make_names) {
  check_shapes({{"local a,b u,v trust", "local a,b u,v trust"},
                {"local a, b u trust", "local a,b u trust"},
                {"local sameuser all trust", "local sameuser! * trust"},
                {"local a,all b,all trust", "local * * trust"},
                {R"(local "all" "all" trust)", "local all all trust"},
                {R"(local "sameuser" "+x" trust)", "local sameuser +x trust"},
                {R"(local "my db" "a""b" trust)", "local my db a\"b trust"},
                {R"(local /^a /x$ trust)", "local /^a! /x$! trust"},
                {R"(local "/^db\d{2,4}$",b all trust)", R"(local /^db\d{2,4}$!,b * trust)"}});
}

BOOST_AUTO_TEST_CASE(records_for_replication_match_no_database) {
  check_shapes({{"local replication all trust\nlocal all all peer", "local * * peer"},
                {"local replication,a all trust", "local a * trust"},
                {"local replication,all all trust", "local * * trust"},
                {R"(local "replication" all trust)", "local replication * trust"}});
}

BOOST_AUTO_TEST_CASE(an_expression_and_sameuser_do_what_they_say) {
  const auto file = read("local sameuser all trust\nlocal /^shop /^a reject\n");
  std::vector<AuthRule> rules;
  for (const auto& rule : file.rules) rules.push_back(rule.rule);
  const auto method = [&](std::string_view database, std::string_view user) {
    const auto* const rule = match_access_rule(rules, {.is_local = true, .database = database, .user = user});
    return rule == nullptr ? "none" : word_of(rule->method);
  };
  BOOST_TEST(method("ann", "ann") == "trust");
  BOOST_TEST(method("shop1", "ann") == "reject");
  BOOST_TEST(method("shop1", "bob") == "none");
  BOOST_TEST(method("ann", "bob") == "none");
}

BOOST_AUTO_TEST_CASE(lines_are_counted_through_comments_and_joined_lines) {
  const auto file = read("# a\n\nlocal all \\\n  all trust\nhost all all all reject\n");
  BOOST_REQUIRE(file.rules.size() == 3U);
  BOOST_TEST(file.rules[0].line == 3);
  BOOST_TEST(file.rules[1].line == 5);
  BOOST_TEST(file.rules[1].file == "/etc/hba");
}

BOOST_AUTO_TEST_CASE(options_of_certificates_and_maps_are_read) {
  const auto cert = rule_of("hostssl all all 10.0.0.0/8 cert map=m clientname=DN clientcert=verify-full");
  BOOST_TEST(cert.map == "m");
  BOOST_TEST((cert.certificate_name == CertificateName::DistinguishedName));
  BOOST_TEST((rule_of("hostssl all all 10.0.0.0/8 md5 clientcert=verify-ca").client_certificate ==
              ClientCertificateCheck::VerifyCa));
  BOOST_TEST(rule_of("local all all peer map=\"my map\"").map == "my map");
  BOOST_TEST(rule_of("local all all pam pamservice=howdah pam_use_hostname=0").pam_service == "howdah");
  BOOST_TEST(rule_of("local all all pam").pam_service == "postgresql");
}

BOOST_AUTO_TEST_CASE(options_of_ldap_are_read) {
  const auto simple = rule_of(
                          "host all all 10.0.0.0/8 ldap ldapserver=\"a b\" ldapport=1389 ldaptls=1 "
                          "ldapprefix=uid= ldapsuffix=\", dc=x\"")
                          .ldap;
  BOOST_TEST((simple.servers == std::vector<std::string>{"a", "b"}));
  BOOST_TEST((simple.port == 1389 && simple.start_tls && simple.prefix == "uid=" && simple.suffix == ", dc=x"));
  const auto search = rule_of(
                          "host all all 10.0.0.0/8 ldap ldapserver=a ldapscheme=ldaps ldapbasedn=\"dc=x, dc=y\" "
                          "ldapbinddn=\"cn=z\" ldapbindpasswd=hunter2 ldapsearchattribute=cn")
                          .ldap;
  BOOST_TEST((search.scheme == LdapSettings::Scheme::Ldaps && search.base_dn == "dc=x, dc=y"));
  BOOST_TEST((search.bind_dn == "cn=z" && search.bind_password == "hunter2" && search.search_attribute == "cn"));
  BOOST_TEST(rule_of("host all all 10.0.0.0/8 ldap ldapserver=a ldapbasedn=x ldapsearchfilter=(uid=$username)")
                 .ldap.search_filter == "(uid=$username)");
}

BOOST_AUTO_TEST_CASE(the_url_of_ldap_is_read) {
  const auto ldap = rule_of("host all all 10.0.0.0/8 ldap ldapurl=\"ldaps://ldap.x:1636/dc=x%2cdc=y?cn?sub\"").ldap;
  BOOST_TEST((ldap.scheme == LdapSettings::Scheme::Ldaps && ldap.port == 1636));
  BOOST_TEST((ldap.servers == std::vector<std::string>{"ldap.x"}));
  BOOST_TEST((ldap.base_dn == "dc=x,dc=y" && ldap.search_attribute == "cn"));
  BOOST_TEST((ldap.scope == LdapSettings::Scope::Subtree));
  const auto filter = rule_of("host all all 10.0.0.0/8 ldap ldapurl=\"ldap://[::1]/dc=x??one?(uid=$username)\"").ldap;
  BOOST_TEST((filter.servers == std::vector<std::string>{"[::1]"}));
  BOOST_TEST((filter.port == 0 && filter.search_filter == "(uid=$username)"));
  BOOST_TEST((filter.scope == LdapSettings::Scope::One));
  BOOST_TEST((rule_of("host all all 10.0.0.0/8 ldap ldapurl=ldap://a/dc=x").ldap.scope == LdapSettings::Scope::Base));
}

BOOST_AUTO_TEST_CASE(a_url_that_is_none_is_refused) {
  for (const std::string url :
       {"http://a/x", "ldap:/a/x", "ldapi://a/x", "ldap://a:0/x", "ldap://a:x/x", "ldap://a/%zz", "ldap://a/%0",
        "ldap://a/%00", "ldap://a/x???uid=a?ext", "ldap://a/x??deep", "ldap:///x", ""}) {
    BOOST_TEST_CONTEXT(url) {
      BOOST_TEST(!said_of_file("host all all 10.0.0.0/8 ldap ldapurl=\"" + url + "\"").empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_record_that_ends_too_early_is_told) {
  check_refused(
      {{"local", "found the end of the line, expected databases"},
       {"local all", "found the end of the line, expected users"},
       {"host all all", "found the end of the line, expected all, an address, or a network such as 10.0.0.0/8"},
       {"host all all 10.0.0.1", "found the end of the line, expected a netmask behind the address, or 10.0.0.1/32"},
       {"local all all",
        "found the end of the line, expected trust, reject, scram-sha-256, md5, password, cert, peer, pam, "
        "ldap or backend as the method"}});
}

BOOST_AUTO_TEST_CASE(what_is_not_supported_is_told_by_its_name) {
  const std::string types = ", expected local, host, hostssl, hostnossl or hostnogssenc";
  const std::string methods =
      ", which is not supported, expected trust, reject, scram-sha-256, md5, password, cert, peer, pam, ldap or "
      "backend "
      "as the method";
  const std::string addresses = ", expected all, an address, or a network such as 10.0.0.0/8";
  const std::string hosts = addresses + "; names of hosts are not supported";
  check_refused(
      {{"hostgssenc all all all gss", "found hostgssenc, which is not supported" + types},
       {"remote all all all md5", "found \"remote\"" + types},
       {"local samerole all md5",
        "found samerole, which is not supported, expected names of databases, sameuser or all"},
       {"local a,samegroup all md5",
        "found samegroup, which is not supported, expected names of databases, sameuser or all"},
       {"local all +staff md5",
        "found \"+staff\", a role by its members, which is not supported, expected names of users or all"},
       {"host all all samehost md5", "found samehost, which is not supported" + addresses},
       {"host all all samenet md5", "found samenet, which is not supported" + addresses},
       {"host all all example.org md5", "found \"example.org\"" + hosts},
       {"host all all .example.org md5", "found \".example.org\"" + hosts},
       {"host all all \"all\" md5", "found \"all\"" + hosts},
       {"host all all 10.0.0.0/33 md5", "found \"10.0.0.0/33\"" + hosts},
       {"host all all local md5", "found \"local\"" + hosts},
       {"host all all any md5", "found \"any\"" + hosts},
       {"host all all 10.0.0.0 md5", "found \"md5\", expected a netmask behind the address, or 10.0.0.0/32"},
       {"host all all 10.0.0.0 ff:: md5", "found \"ff::\", expected a netmask behind the address, or 10.0.0.0/32"},
       {"host all all 10.0.0.0 255.0.255.0 md5", "found \"255.0.255.0\", expected a netmask without holes"},
       {"host all all all gss", "found the method gss" + methods},
       {"host all all all sspi", "found the method sspi" + methods},
       {"host all all all ident", "found the method ident" + methods},
       {"host all all all radius", "found the method radius" + methods},
       {"host all all all bsd", "found the method bsd" + methods},
       {"host all all all oauth", "found the method oauth" + methods},
       {"local /( all trust",
        "found \"/(\" (its parentheses are not balanced), expected a regular expression behind /"},
       {"local all all krb5", "found \"krb5\"" + methods.substr(methods.find(", expected"))}});
}

BOOST_AUTO_TEST_CASE(several_values_where_one_is_due_are_refused) {
  BOOST_TEST(said_of_file("local,host all all trust").find("several values") != std::string::npos);
  BOOST_TEST(said_of_file("host all all all,all trust").find("several values") != std::string::npos);
  BOOST_TEST(said_of_file("host all all 10.0.0.1 255.0.0.0,255.0.0.0 trust").find("several values") !=
             std::string::npos);
  BOOST_TEST(said_of_file("local all all trust,md5").find("several values") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(options_that_do_not_fit_are_refused) {
  check_refused(
      {{"host all all 10.0.0.1/32 peer",
        "method: found peer, expected another one: peer is for Unix sockets only (local)"},
       {"host all all 10.0.0.1/32 cert",
        "method: found cert, expected another one: cert is for TLS only (tls: required, hostssl)"},
       {"local all all md5 map=m", "map: found \"m\", expected none, since only the methods cert and peer have one"},
       {"host all all 10.0.0.1/32 md5 clientcert=verify-ca",
        "clientcert: found verify-ca, expected none: certificates come by TLS only (tls: required, hostssl)"},
       {"hostssl all all 10.0.0.1/32 cert clientcert=verify-ca",
        "clientcert: found verify-ca, expected verify-full, which the method cert does anyway"},
       {"hostssl all all 10.0.0.1/32 md5 clientcert=1", "clientcert: found \"1\", expected verify-ca or verify-full"},
       {"hostssl all all 10.0.0.1/32 cert clientname=cn", "clientname: found \"cn\", expected CN or DN"},
       {"host all all 10.0.0.1/32 md5 clientname=CN", "clientname: found \"CN\", expected none but in hostssl"},
       {"local all all ldap ldapserver=a ldapprefix=a ldaptls=yes", "ldaptls: found \"yes\", expected 0 or 1"},
       {"local all all ldap ldapserver=a ldapprefix=a ldapscheme=ldapx",
        "ldapscheme: found \"ldapx\", expected ldap or ldaps"},
       {"local all all md5 pamservice=x", "pamservice: found \"x\", expected none, since the method is not pam"},
       {"local all all pam pam_use_hostname=1",
        "pam_use_hostname: found \"1\", expected 0, since no names of clients are looked up"},
       {"local all all md5 ldapserver=a", "ldap: found a section, expected none, since the method is not ldap"},
       {"local all all ldap ldapprefix=a",
        "ldapserver: found nothing, expected at least one server, since the method is ldap"},
       {"local all all ldap ldapserver=a",
        "ldap: found no base_dn, prefix or suffix, expected one of them, since the method is ldap"},
       {"local all all ldap ldapserver=a ldapprefix=a ldapport=0",
        "ldapport: found \"0\", expected a whole number from 1 to 65535"},
       {"local all all md5 include_realm=1",
        "found the option include_realm, which is not supported, expected another"},
       {"local all all md5 colour=red",
        "found an unknown option, expected map, clientcert, clientname, pamservice or one of ldap"},
       {"local all all md5 map", "found an option without =, expected name=value"}});
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_told_at_once) {
  BOOST_TEST(said_of_file("local all\nremote\nlocal all all trust\nlocal all all pam a b\n") ==
             "/etc/hba:1: found the end of the line, expected users\n"
             "/etc/hba:2: found \"remote\", expected local, host, hostssl, hostnossl or hostnogssenc\n"
             "/etc/hba:4: found an option without =, expected name=value\n"
             "/etc/hba:4: found an option without =, expected name=value");
}

BOOST_AUTO_TEST_CASE(a_file_without_records_is_refused) {
  BOOST_TEST(said_of_file("# nothing\n") == "/etc/hba: found no record, expected at least one");
}

BOOST_AUTO_TEST_CASE(other_files_are_included_relative_to_the_one_that_names_them) {
  const FakeOutside world{.files = {{"/etc/more/a", "local a all trust\ninclude b\n"},
                                    {"/etc/more/b", "local b all trust\n"},
                                    {"/etc/names", "x, \"y z\"\n# and\n@more/names\n"},
                                    {"/etc/more/names", "v"}}};
  BOOST_TEST(shape_of("include more/a\ninclude_if_exists nowhere\ninclude_if_exists more/b\nlocal @names,w all trust\n",
                      world) == "local a * trust\nlocal b * trust\nlocal b * trust\nlocal x,y z,v,w * trust");
  BOOST_TEST(read("include more/b", world).rules.at(0).file == "/etc/more/b");
  BOOST_TEST(shape_of("local \"@names\" all trust", world) == "local @names * trust");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_included_are_told_with_the_line_that_names_them) {
  const FakeOutside world{
      .files = {{"/etc/empty", "# none\n"}, {"/etc/bad", "ok\nremote x\n"}, {"/etc/zero", std::string("a\0", 2)}}};
  BOOST_TEST(said_of_file("\ninclude nowhere", world) ==
             "/etc/hba:2: found the file \"/etc/nowhere\" (no such file), expected one to read");
  BOOST_TEST(said_of_file("local @nowhere all trust", world) ==
             "/etc/hba:1: found the file \"/etc/nowhere\" (no such file), expected one to read");
  BOOST_TEST(said_of_file("local @empty all trust", world) ==
             "/etc/hba:1: found nothing in the file \"/etc/empty\", expected names");
  BOOST_TEST(said_of_file("local all all trust\ninclude_dir conf.d", world) ==
             "/etc/hba:2: found include_dir, which is not supported, expected include or include_if_exists");
  BOOST_TEST(said_of_file("include zero", world) ==
             "/etc/hba:1: found the file \"/etc/zero\" (line 1 has a zero byte), expected one to read");
  BOOST_TEST(said_of_file("include a,b", world) == "/etc/hba:1: found several files, expected one");
  BOOST_TEST(said_of_file("include bad", world) ==
             "/etc/bad:1: found \"ok\", expected local, host, hostssl, hostnossl or hostnogssenc\n"
             "/etc/bad:2: found \"remote\", expected local, host, hostssl, hostnossl or hostnogssenc");
}

BOOST_AUTO_TEST_CASE(files_inside_of_themselves_end) {
  const FakeOutside world{.files = {{"/etc/loop", "include loop\n"}, {"/etc/names", "a @names"}}};
  BOOST_TEST(said_of_file("include loop", world) ==
             "/etc/loop:1: found files inside of files too deep, expected at most 10 levels");
  BOOST_TEST(said_of_file("include hba\ninclude hba\n").find("too deep") != std::string::npos);
  BOOST_TEST(said_of_file("local @names all trust", world).find("too deep") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_a_file_may_cost_is_bounded) {
  const FakeOutside world{.files = {{"/etc/a", "include b\ninclude b\n" + std::string(100'000, '#')},
                                    {"/etc/b", "include a\ninclude a\n" + std::string(100'000, '#')}}};
  const auto said = said_of_file("include a\n", world);
  BOOST_TEST(said.find("bytes") != std::string::npos);
  std::string many;
  for (int line = 0; line < 20'000; ++line) many += "local all all trust\n";
  BOOST_TEST(said_of_file(many).find("expected at most 10000") != std::string::npos);
  std::string bad;
  for (int line = 0; line < 20'000; ++line) bad += "x\n";
  BOOST_TEST(read(bad).problems.size() == 200U);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_refused) {
  FakeOutside world{.files = {{"/etc/hba", "local all all trust\n\x01"}}};
  BOOST_TEST(read_hba_file("/etc/hba", world.outside()).error() == "line 2 has a control character");
  BOOST_TEST(read_hba_file("/nowhere", world.outside()).error() == "no such file");
  BOOST_TEST(said_of_file("local \"all all trust") ==
             "/etc/hba:1: found a quotation that does not end, expected another \"");
}

BOOST_AUTO_TEST_CASE(no_message_holds_a_password) {
  const std::string ldap = "host all all 10.0.0.0/8 ldap ldapserver=a ldapbasedn=x ";
  for (const auto& line : {
           ldap + "ldapbindpasswd=a,hunter2",
           ldap + "ldapbindpasswd=a,hunter2=b",
           ldap + "ldapbindpasswd=a hunter2",
           ldap + "ldapbindpaswd=hunter2",
           ldap + "ldapprefix=a ldapbindpasswd=hunter2",
           ldap + "ldapbindpasswd=\"hunter2",
           ldap + "ldapurl=http://hunter2",
           std::string("host all all 10.0.0.0 ldapbindpasswd=hunter2"),
           std::string("host all all ldapbindpasswd=hunter2"),
           std::string("local all all ldapbindpasswd=hunter2"),
           std::string("ldapbindpasswd=hunter2"),
           std::string("local all all md5 ldapbindpasswd=hunter2"),
       }) {
    BOOST_TEST_CONTEXT(line) {
      const auto said = said_of_file(line);
      BOOST_TEST(!said.empty());
      BOOST_TEST(said.find("hunter2") == std::string::npos, said);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_file_of_debian_is_read) {
  // What pg_createcluster of PostgreSQL 15 writes, without its comments.
  BOOST_TEST(shape_of("local   all             postgres                                peer\n\n"
                      "# TYPE  DATABASE        USER            ADDRESS                 METHOD\n"
                      "local   all             all                                     peer\n"
                      "host    all             all             127.0.0.1/32            scram-sha-256\n"
                      "host    all             all             ::1/128                 scram-sha-256\n"
                      "local   replication     all                                     peer\n"
                      "host    replication     all             127.0.0.1/32            scram-sha-256\n"
                      "host    replication     all             ::1/128                 scram-sha-256\n") ==
             "local * postgres peer\nlocal * * peer\n127.0.0.1/32 * * scram-sha-256\n::1/128 * * scram-sha-256");
}

BOOST_AUTO_TEST_CASE(the_sample_of_this_machine_is_read) {
  for (const auto* version : {"15", "16", "17", "18"}) {
    std::ifstream file("/usr/share/postgresql/" + std::string(version) + "/pg_hba.conf.sample");
    if (!file) continue;
    std::stringstream sample;
    sample << file.rdbuf();
    // As initdb fills it in.
    auto text = std::regex_replace(sample.str(), std::regex("@authmethod[a-z]*@"), "trust");
    text = std::regex_replace(text, std::regex("@remove-line-for-nolocal@|@authcomment@"), "");
    BOOST_TEST(shape_of(text) == "local * * trust\n127.0.0.1/32 * * trust\n::1/128 * * trust");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
