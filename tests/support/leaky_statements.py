"""Statements that leave something on a server, or could: the grammar of the leak test. `$1` stands where a value is bound.

HIDDEN are those whose text does not tell: only who knows the functions, triggers and views of the database can see it coming."""

CUSTOM = ("app.tenant", "app.user.name", "leaks.by_function", "leaks.by_block", "tenant.\u00fcber")

SETTINGS = """
set work_mem = '2MB'
SET work_mem TO 4096
set session work_mem = '1 GB'
set maintenance_work_mem = '17 MB'
set statement_timeout = '2min'
set lock_timeout = 45000
set extra_float_digits = + 2
set random_page_cost = 1.5e0
set enable_seqscan = off
set "enable_hashjoin" = 'no'
set time zone 'Europe/Berlin'
set time zone interval '+02:30' hour to minute
set session time zone -7
set names 'LATIN1'
set client_encoding to sql_ascii
set schema 'leaks'
set search_path = leaks, "Mixed", "with""quote"
set search_path = ''
set search_path to "$user", public
set search_path = pg_temp, leaks
set datestyle = 'German'
set datestyle to ISO, DMY
set intervalstyle = iso_8601
set application_name = 'it''s; not the end'
set application_name = 'Z\u00fcrich'
set application_name = E'a\\\\tb\\\\'c'
set application_name = U&'\\0041pp'
set application_name = $name$dollar$name$
set /* so */ bytea_output /* and */ = escape -- so
set app.tenant = '42'
set "app"."tenant" to 'quoted'
set app.user.name = 7
set app.tenant = 'Z\u00fcrich'
set tenant.\u00fcber = 'x'
set default_transaction_isolation = 'repeatable read'
set default_transaction_read_only = on
set session characteristics as transaction isolation level serializable
set session characteristics as transaction read only, deferrable
set role app
set role 'plain_user'
set role none
set session authorization app
set session authorization 'plain_user'
set session authorization default
set seed = 0.5
select setseed(0.25)
set temp_buffers = 200
set plan_cache_mode = force_generic_plan
set session_replication_role = replica
set row_security = off
set work_mem from current
set local work_mem = '6MB'
set local role app
set local app.tenant = 'local'
set local search_path = leaks
set transaction isolation level repeatable read
set constraints all deferred
reset work_mem
RESET TIME ZONE
reset search_path
reset session authorization
reset role
reset all
reset app.tenant
set work_mem to default
set local timezone to default
"""

CALLED_SETTINGS = """
select set_config('work_mem', '9MB', false)
select pg_catalog.set_config('app.tenant', 'by call', false)
select "set_config"('search_path', 'pg_temp, leaks', false)
select set_config('timezone', 'Asia/Tokyo', true)
select set_config('role', 'app', false)
select set_config(name, '11MB', false) from pg_settings where name = 'work_mem'
with made as (select set_config('leaks.by_function', 'with', false)) select * from made
insert into leaks.rows select 1, set_config('intervalstyle', 'sql_standard', false)
explain (analyze, costs off, timing off, summary off) select set_config('app.tenant', 'explained', false)
do $$ begin set work_mem = '13MB'; perform set_config('leaks.by_block', 'block', false); end $$
do $$ begin execute 'set intervalstyle = postgres_verbose'; end $$
do $$ begin set role app; exception when others then null; end $$
"""

LOCKS = """
select pg_advisory_lock(1)
select pg_advisory_lock(1, 2)
select pg_advisory_lock_shared(3)
select pg_try_advisory_lock(4) from generate_series(1, 3)
select pg_catalog."pg_try_advisory_lock_shared"(5)
select pg_advisory_xact_lock(6)
select pg_advisory_lock(id) from (values (7), (8)) as numbers(id)
do $$ begin perform pg_advisory_lock(9); end $$
select pg_advisory_unlock(1)
select pg_advisory_unlock_all()
lock table leaks.rows in share mode
select * from leaks.rows for update
"""

TEMPORARY = """
create temp table kept (id int)
create temporary table if not exists other (id serial, word text)
create local temp table once (id int) on commit drop
create temp table emptied (id int) on commit delete rows
create table pg_temp.named (id int)
create table "pg_temp".quoted (id int)
select 1 as id into temp chosen
create temp table copied as select * from leaks.rows
create temp view seen as select 1 as one
create temp sequence counter
create function pg_temp.one() returns int language sql as 'select 1'
create type pg_temp.pair as (a int, b int)
create domain pg_temp.small as int
drop table kept
drop table if exists kept, other, named
insert into kept values (1)
"""

CURSORS = """
declare kept_cursor cursor with hold for select n from generate_series(1, 20) n
declare scroll_cursor scroll cursor with hold for select 1
declare plain_cursor cursor for select 1
fetch 3 from kept_cursor
close kept_cursor
close all
"""

PREPARED = """
prepare a as select 'by sql'
prepare b (int) as select $1 + 1
PREPARE "A" AS SELECT set_config('app.tenant', 'executed', false)
prepare locking as select pg_advisory_lock(10)
execute a
execute b (1)
execute "A"
execute locking
deallocate a
deallocate all
"""

CHANNELS = """
listen news
LISTEN "Other Channel"
unlisten news
unlisten *
notify news, 'hello'
select pg_notify('Other Channel', 'hello')
"""

OTHERS = """
load 'plpgsql'
select nextval('leaks.numbers')
select setval('leaks.numbers', 5)
select nextval('leaks.numbers'), lastval()
select lastval()
select currval('leaks.numbers')
do $$ begin perform nextval('leaks.numbers'); end $$
call leaks.leave('called')
call leaks.leave_twice()
discard plans
discard sequences
discard temp
discard all
copy leaks.rows to stdout
copy (select set_config('leaks.by_function', 'copied', false)) to stdout
"""

BOUND = [
    ("select set_config('app.tenant', $1, false)", ["bound", "", "Z\u00fcrich"]),
    ("select set_config($1, 'x', false)", ["app.user.name", "application_name"]),
    ("select set_config('search_path', $1, false)", ["pg_temp, leaks", ""]),
    ("select set_config('work_mem', $1, true)", ["14MB"]),
    ("select pg_advisory_lock($1)", ["20"]),
    ("select pg_notify($1, 'bound')", ["news"]),
    ("call leaks.leave($1)", ["bound"]),
]

PLAIN = """
select 1
select leaks.own_memory()
select 1/0
selekt
select * from nowhere
insert into leaks.rows values (1, 'one')
delete from leaks.rows
do $$ begin raise exception 'no'; end $$
do $$ begin perform set_config('leaks.by_block', 'undone', false); perform 1/0; end $$
select set_config('app.tenant', 'undone', false), 1/0
"""

TRANSACTIONS = """
begin
begin isolation level serializable
start transaction read only
commit
end
rollback
commit and chain
rollback and chain
abort
"""

SAVEPOINTS = """
savepoint one
savepoint two
rollback to one
rollback to savepoint two
release one
"""

HIDDEN = """
select leaks.name_tenant('hidden')
select leaks.set_memory()
select leaks.take_lock(60)
select leaks.make_table()
select leaks.listen()
select leaks.prepare()
select leaks.become('app')
insert into leaks.watched values (1)
insert into leaks.counted (word) values ('serial')
insert into leaks.numbered (word) values ('identity')
select * from leaks.locks
"""

OBSCURE = """
load 'auto_explain'
update pg_settings set setting = '12MB' where name = 'work_mem'
update pg_catalog.pg_settings set setting = setting where name = 'datestyle'
select U&"pg_\\0061dvisory_lock"(61)
select U&"set_c\\006fnfig"('app.tenant', 'escaped', false)
create table U&"pg\\005ftemp".escaped (id int)
create table if not exists unqualified (id int)
select query_to_xml('select set_con' || 'fig(''work_mem'', ''31MB'', false)', true, false, '')
select * from ts_stat('select to_tsvector(''a'') from (select pg_advis' || 'ory_lock(62)) as locked')
select pg_replication_origin_session_setup('leaks')
call leaks.fail()
call leaks.commit_and_fail()
do $$ begin perform leaks.take_lock(63); perform 1/0; end $$
"""


def lines(block):
    return [(line.replace("\\\\", "\\"), []) for line in block.strip().splitlines()]


def leaving(*others):
    """Statements that may leave state, with the values that may be bound, by kind."""
    blocks = [SETTINGS, CALLED_SETTINGS, LOCKS, TEMPORARY, CURSORS, PREPARED, CHANNELS, OTHERS, OBSCURE, *others]
    return [*map(lines, blocks), BOUND]
