"""What the statements of the leak test work on: tables, and functions that leave state without a word of it in what calls them."""

# Everything lives in one schema, and whoever a session has become may use it.
SCHEMA = """
create schema leaks;
grant all on schema leaks to public;
create table leaks.rows (id int, word text);
create table leaks.watched (id int);
create sequence leaks.numbers;
create table leaks.counted (id serial, word text);
create table leaks.numbered (id int generated always as identity, word text);
create function leaks.name_tenant(name text) returns text language plpgsql as
  $$ begin return set_config('leaks.by_function', name, false); end $$;
create function leaks.set_memory() returns int language plpgsql as $$ begin set work_mem = '3MB'; return 1; end $$;
create function leaks.own_memory() returns text language sql set work_mem = '3MB' as 'select current_setting(''work_mem'')';
create function leaks.take_lock(number int) returns int language plpgsql as
  $$ begin perform pg_advisory_lock(number); return number; end $$;
create function leaks.make_table() returns int language plpgsql as
  $$ begin create temp table if not exists made_within (id int); return 1; end $$;
create function leaks.listen() returns int language plpgsql as $$ begin listen within; return 1; end $$;
create function leaks.prepare() returns int language plpgsql as
  $$ begin execute 'prepare within as select 1'; return 1; end $$;
create function leaks.become(role text) returns int language plpgsql as
  $$ begin perform set_config('role', role, false); return 1; end $$;
create function leaks.on_row() returns trigger language plpgsql as
  $$ begin perform leaks.name_tenant('row'); perform pg_advisory_lock(70); return new; end $$;
create trigger on_row before insert on leaks.watched for each row execute function leaks.on_row();
create view leaks.locks as select pg_advisory_lock(71)::text;
create procedure leaks.leave(word text) language plpgsql as
  $$ begin create temp table if not exists left_by_call (id int); listen called;
     perform set_config('leaks.by_function', word, false); perform pg_advisory_lock(72); end $$;
create procedure leaks.leave_twice() language plpgsql as
  $$ begin perform set_config('work_mem', '5MB', false); commit; perform pg_advisory_lock(73); rollback; end $$;
create procedure leaks.fail() language plpgsql as $$ begin perform pg_advisory_lock(74); perform 1/0; end $$;
create procedure leaks.commit_and_fail() language plpgsql as
  $$ begin perform set_config('work_mem', '8MB', false); commit; perform 1/0; end $$;
grant all on all tables in schema leaks to public;
grant all on all sequences in schema leaks to public;
"""

DROP_SCHEMA = "drop schema leaks cascade"
