\set sku random(1, 100000)
begin;
select stock from sku where sku_id = :sku for update;
update sku set stock = stock - 1 where sku_id = :sku;
commit;
