// The text of the query that catalog_reading.h tells of.
#include <array>

#include "protocol/catalog_reading.h"

namespace howdah::protocol {

namespace {

// An answer to it has three columns. What it sets lasts as long as the Query message. Where it has to wait for a lock
// all the same we give up long before a deadlock_timeout, so that it is never a client that has to.
constexpr std::string_view kSettings =
    "SELECT pg_catalog.set_config('search_path','pg_catalog',true),pg_catalog.set_config('jit','off',true),"
    "pg_catalog.set_config('lock_timeout','100ms',true);";

// The texts of views, rules and bodies in the SQL standard's form are not asked for: PostgreSQL locks what they name
// for that, and somebody's LOCK ... NOWAIT would fail. Instead of them stand the names in their trees, each as if it
// were called; a NOTIFY; and the calls of set_config (2078), with the name of the setting where that is a constant.
#define NAMES_IN(tree)                                                                                                 \
  "concat(CASE WHEN strpos(" tree                                                                                      \
  ",'{NOTIFY')>0 THEN 'notify;' END,(SELECT string_agg(n||'(x)',' ') FROM (SELECT DISTINCT (regexp_matches(" tree      \
  ",':(?:funcid|opfuncid|aggfnoid|winfnoid|relid|resulttype) ([0-9]+)','g'))[1]::oid o) i, LATERAL (SELECT proname n " \
  "FROM pg_proc p WHERE p.oid=o AND o<>2078 UNION ALL SELECT relname FROM pg_class c WHERE c.oid=o UNION ALL "         \
  "SELECT typname FROM pg_type t WHERE t.oid=o AND typtype='d') named),"                                               \
  "(SELECT string_agg(' set_config('||coalesce(quote_literal(setting),'x')||',x,false)','') FROM "                     \
  "(SELECT (SELECT string_agg(chr(b::int),'' ORDER BY at) FROM unnest(string_to_array(trim(m[2]),' ')) "               \
  "WITH ORDINALITY bytes(b,at) WHERE at>4 AND strpos(m[2],'-')=0) setting FROM regexp_matches(" tree                   \
  ",':funcid 2078 [^{}]*:args [(]([{]CONST [^{}]*:constvalue [0-9]+ [[] ([-0-9 ]+)[]])?','g') m) calls))"

// Rows of a kind, a name, a second one or a language, and a text. Objects below 16384 are PostgreSQL's own.
constexpr std::array<std::string_view, 21> kParts = {
    // functions and procedures; before PostgreSQL 14 there is no prosqlbody
    "SELECT 'f',p.proname::text,CASE WHEN prosrc='' THEN 'expression' ELSE l.lanname::text END,"
    "CASE WHEN prosrc='' THEN concat('insert ',(SELECT " NAMES_IN("b") " FROM (SELECT to_jsonb(p)->>'prosqlbody') "
    "body(b))) ELSE prosrc END FROM pg_proc p JOIN pg_language l ON l.oid=prolang "
    "WHERE p.oid>=16384 AND lanname NOT IN ('internal','c') AND prokind<>'a'",
    "SELECT 'f',proname,'expression',pg_get_expr(proargdefaults,0) FROM pg_proc WHERE oid>=16384 AND proargdefaults IS "
    "NOT NULL",
    // aggregates
    "SELECT 'e',a.proname,f.proname,'' FROM pg_aggregate g JOIN pg_proc a ON a.oid=aggfnoid "
    "JOIN pg_proc f ON f.oid=ANY(ARRAY[aggtransfn,aggfinalfn,aggcombinefn,aggmtransfn,aggminvtransfn,aggmfinalfn]"
    "::oid[]) WHERE f.oid>=16384",
    // triggers, with their conditions
    "SELECT 't',relname,proname,'' FROM pg_trigger t JOIN pg_class c ON c.oid=tgrelid JOIN pg_proc p ON p.oid=tgfoid "
    "WHERE p.oid>=16384",
    "SELECT 'w',relname,'expression',pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid=tgrelid "
    "WHERE tgqual IS NOT NULL",
    // views and rules
    "SELECT 'v',relname,'expression'," NAMES_IN("ev_action::text") " FROM pg_rewrite r JOIN pg_class c ON "
    "c.oid=ev_class WHERE c.oid>=16384 AND rulename='_RETURN'",
    "SELECT 'w',relname,'expression',concat('insert '," NAMES_IN("ev_action::text") ",' '," NAMES_IN("ev_qual::text") ") "
    "FROM pg_rewrite r JOIN pg_class c ON c.oid=ev_class WHERE c.oid>=16384 AND rulename<>'_RETURN'",
    // defaults and generated columns, checks, policies, indexes, partitions
    "SELECT 'w',relname,'expression',pg_get_expr(adbin,adrelid) FROM pg_attrdef JOIN pg_class c ON c.oid=adrelid "
    "WHERE c.oid>=16384",
    "SELECT CASE WHEN conrelid=0 THEN 'f' ELSE 'w' "
    "END,coalesce(relname,typname),'expression',pg_get_expr(conbin,conrelid) FROM pg_constraint n "
    "LEFT JOIN pg_class c ON c.oid=conrelid LEFT JOIN pg_type t ON t.oid=contypid WHERE contype='c' AND n.oid>=16384",
    "SELECT 'f',relname,'expression',concat(pg_get_expr(polqual,polrelid),' ',pg_get_expr(polwithcheck,polrelid)) "
    "FROM pg_policy JOIN pg_class c ON c.oid=polrelid",
    "SELECT 'w',relname,'expression',concat(pg_get_expr(indexprs,indrelid),' ',pg_get_expr(indpred,indrelid)) "
    "FROM pg_index JOIN pg_class c ON c.oid=indrelid "
    "WHERE c.oid>=16384 AND (indexprs IS NOT NULL OR indpred IS NOT NULL)",
    "SELECT 'w',relname,'expression',pg_get_expr(partexprs,partrelid) FROM pg_partitioned_table "
    "JOIN pg_class c ON c.oid=partrelid WHERE partexprs IS NOT NULL",
    // what is done to a table is done to its children, and by foreign keys to others
    "SELECT 'e',p.relname,c.relname,'' FROM pg_inherits JOIN pg_class p ON p.oid=inhparent "
    "JOIN pg_class c ON c.oid=inhrelid WHERE c.relkind IN ('r','p','f')",
    "SELECT 'e',p.relname,c.relname,'' FROM pg_constraint JOIN pg_class p ON p.oid=confrelid "
    "JOIN pg_class c ON c.oid=conrelid WHERE contype='f' AND (confdeltype IN ('c','n','d') OR confupdtype IN "
    "('c','n','d'))",
    // columns and domains whose type has a check or such a column
    "SELECT 't',relname,typname,'' FROM pg_attribute JOIN pg_class c ON c.oid=attrelid "
    "JOIN pg_type t ON t.oid=atttypid WHERE c.oid>=16384 AND t.oid>=16384 AND typtype IN ('d','c')",
    "SELECT 'e',t.typname,b.typname,'' FROM pg_type t JOIN pg_type b ON b.oid=t.typbasetype "
    "WHERE t.oid>=16384 AND b.oid>=16384 AND b.typtype='d'",
    // functions that a text need not name
    "SELECT 'h',proname,'','' FROM pg_proc WHERE oid>=16384 AND oid IN (SELECT oprcode FROM pg_operator UNION ALL "
    "SELECT castfunc FROM pg_cast UNION ALL SELECT amproc FROM pg_amproc UNION ALL "
    "SELECT rngcanonical FROM pg_range UNION ALL SELECT rngsubdiff FROM pg_range)",
    "SELECT 'c',proname,'','' FROM pg_event_trigger JOIN pg_proc p ON p.oid=evtfoid "
    "WHERE evtevent<>'login' AND evtenabled<>'D'",
    "SELECT 't',relname,t.typname,'' FROM pg_attribute JOIN pg_class c ON c.oid=attrelid "
    "JOIN pg_type a ON a.oid=atttypid JOIN pg_type t ON t.oid=a.typelem "
    "WHERE c.oid>=16384 AND t.oid>=16384 AND t.typtype IN ('d','c')",
    // identity columns
    "SELECT 'w',relname,'expression','nextval' FROM pg_attribute JOIN pg_class c ON c.oid=attrelid "
    "WHERE c.oid>=16384 AND attidentity<>''",
    // how many connections are left to users who are no superusers; PostgreSQL 16 has one more setting
    "SELECT 'l',(current_setting('max_connections')::int-current_setting('superuser_reserved_connections')::int-"
    "coalesce(current_setting('reserved_connections',true)::int,0))::text,'',''",
};

}  // namespace

std::string catalog_query() {
  std::string query(kSettings);
  query.append(kCatalogMark).append(" SELECT k");
  for (const std::string_view column : {"n", "o", "b"}) {
    query.append(",encode(convert_to(coalesce(")
        .append(column)
        .append(",''),current_setting('server_encoding')),'hex')");
  }
  query.append(" FROM (");
  for (std::size_t i = 0; i < kParts.size(); ++i) query.append(i == 0 ? "" : " UNION ALL ").append(kParts[i]);
  return query.append(") rows(k,n,o,b)");
}

}  // namespace howdah::protocol
