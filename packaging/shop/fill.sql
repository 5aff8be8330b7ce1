-- 100 brands, 1,000 products, 100,000 SKUs.
insert into brand select n, 'brand ' || n from generate_series(1, 100) n;
insert into product select n, 'product ' || n, n % 100 + 1 from generate_series(1, 1000) n;
insert into product_color select n, (array['red', 'blue', 'green', 'black'])[n] from generate_series(1, 4) n;
insert into product_size select n, (array['small', 'medium', 'large'])[n] from generate_series(1, 3) n;
insert into sku select n, n % 1000 + 1, n % 4 + 1, n % 3 + 1 from generate_series(1, 100000) n;
analyze brand, product, product_color, product_size, sku;
