\set product random(1, 1000)
select product_id, product_name, brand_name, sku_id, product_color_name, product_size_name
from product
  join brand using (brand_id)
  join sku using (product_id)
  join product_color using (product_color_id)
  join product_size using (product_size_id)
where product_id = :product
order by sku_id;
